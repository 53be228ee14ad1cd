/* SPDX-License-Identifier: ISC */
/*
 * The same virtual address, another frame: after a change of the TLB, or of the ASID, the code
 * of the new frame runs and the data of the new frame is read, however often the old was used.
 * A change of the mapping of the very page that is executing takes effect on the next fetch.
 */
#include "test.h"

TEST("tlb_remap_code")
        li      $s0, 0x00400000
        li      $s1, 20
        li      $v0, 0
1:      TLB_MAP(0, 0x00400000, page1, LO_V + LO_G)
        jalr    $s0
        nop
        jalr    $s0
        nop
        TLB_MAP(0, 0x00400000, page2, LO_V + LO_G)
        jalr    $s0
        nop
        jalr    $s0
        nop
        addiu   $s1, $s1, -1
        bnez    $s1, 1b
        nop
        CHECK($v0, 20 * (2 * 1 + 2 * 0x100))

        /* gone altogether */
        TLB_CLEAR(0)
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        HOOK(bring1)
        li      $v0, 0
        jalr    $s0
        nop
        HOOK(0)
        CHECK($v0, 1)
        CAUGHT_REG(X_COUNT, 1)

        /* two spaces in turn, by EntryHi alone */
        TLB_MAP(0, 0x00400000 + ASID(1), page1, LO_V)
        TLB_MAP(1, 0x00400000 + ASID(2), page2, LO_V)
        li      $t1, ASID(1)
        li      $t2, ASID(2)
        li      $s1, 50
        li      $v0, 0
1:      mtc0    $t1, C0_ENTRYHI
        nop
        nop
        jalr    $s0
        nop
        mtc0    $t2, C0_ENTRYHI
        nop
        nop
        jalr    $s0
        nop
        addiu   $s1, $s1, -1
        bnez    $s1, 1b
        nop
        CHECK($v0, 50 * 0x101)

        /* data: the same load in a loop, the frame changed in the middle */
        li      $s1, 10
        li      $v1, 0
1:      la      $t0, PHYS(page1) + LO_V
        jal     load
        nop
        la      $t0, PHYS(page2) + LO_V
        jal     load
        nop
        addiu   $s1, $s1, -1
        bnez    $s1, 1b
        nop
        CHECK($v1, 10 * (0x1000 + 0x20000))

        /*
         * Pulling the rug: kseg2 code replaces its own mapping. Both frames hold the same
         * instructions up to the tlbwi and some nops behind it, and then differ.
         */
        TLB_CLEAR(0)
        TLB_CLEAR(1)
        TLB_MAP(2, 0xc0000000, page1, LO_V + LO_G)
        la      $t0, PHYS(page2) + LO_V + LO_G
        li      $t1, 0xc0000000
        mtc0    $t1, C0_ENTRYHI
        mtc0    $t0, C0_ENTRYLO
        li      $t1, 2 << 8
        mtc0    $t1, C0_INDEX
        li      $t0, 0xc0000200
        li      $v0, 0
        jalr    $t0
        nop
        CHECK($v0, 0x300)
TEST_END

load:   li      $t2, 0x00500000
        mtc0    $t2, C0_ENTRYHI
        mtc0    $t0, C0_ENTRYLO
        li      $t3, 5 << 8
        mtc0    $t3, C0_INDEX
        nop
        nop
        tlbwi
        nop
        nop
        lw      $t4, 0x100($t2)
        nop
        jr      $ra
        addu    $v1, $v1, $t4

bring1: la      $k1, PHYS(page1) + LO_V + LO_G
        mtc0    $k1, C0_ENTRYLO
        mtc0    $0, C0_INDEX
        nop
        nop
        tlbwi
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

        .section .page, "aw"
        .balign 4096
page1:  jr      $ra
        addiu   $v0, $v0, 1
        .org    page1 + 0x100
        .word   0x1000
        .org    page1 + 0x200
        tlbwi
        nop
        nop
        nop
        nop
        nop
        jr      $ra
        addiu   $v0, $v0, 0x200
        .org    page1 + 0x1000
page2:  jr      $ra
        addiu   $v0, $v0, 0x100
        .org    page2 + 0x100
        .word   0x20000
        .org    page2 + 0x200
        tlbwi
        nop
        nop
        nop
        nop
        nop
        jr      $ra
        addiu   $v0, $v0, 0x300
