/* SPDX-License-Identifier: ISC */
/*
 * tlbwi writes the entry that Index names, tlbr reads it back: sixty-four entries, each with its
 * own page numbers, ASID and flags. The bits that an entry does not have read 0.
 */
#include "test.h"

TEST("tlb_rw")
        /* what the registers themselves hold */
        li      $t0, -1
        mtc0    $t0, C0_ENTRYHI
        mtc0    $t0, C0_ENTRYLO
        nop
        mfc0    $v0, C0_ENTRYHI
        mfc0    $v1, C0_ENTRYLO
        nop
        CHECK($v0, 0xffffffc0)
        CHECK($v1, 0xffffff00)
        mtc0    $0, C0_ENTRYHI
        mtc0    $0, C0_ENTRYLO
        nop
        mfc0    $v0, C0_ENTRYHI
        mfc0    $v1, C0_ENTRYLO
        nop
        CHECK($v0, 0)
        CHECK($v1, 0)
        li      $t0, 0x3f00
        mtc0    $t0, C0_INDEX
        nop
        mfc0    $v0, C0_INDEX
        nop
        CHECK($v0, 0x3f00)
        li      $t0, 0x0100
        mtc0    $t0, C0_INDEX
        nop
        mfc0    $v0, C0_INDEX
        nop
        CHECK($v0, 0x0100)
        li      $t0, 0x7fffffff         /* only the index itself is there */
        mtc0    $t0, C0_INDEX
        nop
        mfc0    $v0, C0_INDEX
        nop
        CHECK($v0, 0x3f00)

        /* entry i: page 0x90000 + i (kseg0: never used), ASID i, frame 0xa5000 + i, flags from i */
        move    $s0, $0
1:      jal     values
        nop
        mtc0    $s1, C0_ENTRYHI
        mtc0    $s2, C0_ENTRYLO
        sll     $t0, $s0, 8
        mtc0    $t0, C0_INDEX
        nop
        nop
        tlbwi
        addiu   $s0, $s0, 1
        sltiu   $t0, $s0, 64
        bnez    $t0, 1b
        nop

        mtc0    $0, C0_ENTRYHI
        mtc0    $0, C0_ENTRYLO
        li      $s0, 63
2:      jal     values
        nop
        sll     $t0, $s0, 8
        mtc0    $t0, C0_INDEX
        nop
        nop
        tlbr
        nop
        nop
        mfc0    $v0, C0_ENTRYHI
        mfc0    $v1, C0_ENTRYLO
        mfc0    $t0, C0_INDEX
        subu    $v0, $v0, $s1
        CHECK($v0, 0)
        subu    $v1, $v1, $s2
        CHECK($v1, 0)
        sll     $t1, $s0, 8
        subu    $t0, $t0, $t1           /* tlbr leaves Index */
        CHECK($t0, 0)
        bgtz    $s0, 2b
        addiu   $s0, $s0, -1

        /* literally, for one of them */
        li      $t0, 42 << 8
        mtc0    $t0, C0_INDEX
        nop
        nop
        tlbr
        nop
        nop
        mfc0    $v0, C0_ENTRYHI
        mfc0    $v1, C0_ENTRYLO
        nop
        CHECK($v0, 0x9002aa80)
        CHECK($v1, 0xa502aa00)

        /* a write with all bits set reads back without the unused ones */
        li      $t0, 0x8ffff000 + 0xfff
        mtc0    $t0, C0_ENTRYHI
        li      $t0, -1
        mtc0    $t0, C0_ENTRYLO
        nop
        nop
        tlbwi
        mtc0    $0, C0_ENTRYHI
        mtc0    $0, C0_ENTRYLO
        nop
        nop
        tlbr
        nop
        nop
        mfc0    $v0, C0_ENTRYHI
        mfc0    $v1, C0_ENTRYLO
        nop
        CHECK($v0, 0x8fffffc0)
        CHECK($v1, 0xffffff00)
TEST_END

/* $s0 = entry; returns $s1 = EntryHi, $s2 = EntryLo */
values: sll     $s1, $s0, 12
        lui     $t0, 0x9000
        addu    $s1, $s1, $t0
        sll     $t0, $s0, 6
        addu    $s1, $s1, $t0
        sll     $s2, $s0, 12
        lui     $t0, 0xa500
        addu    $s2, $s2, $t0
        andi    $t0, $s0, 0xf
        sll     $t0, $t0, 8
        jr      $ra
        addu    $s2, $s2, $t0
