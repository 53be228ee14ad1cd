/* SPDX-License-Identifier: ISC */
/*
 * Random moves through 8..63 and never below, so that entries 0..7 are safe from tlbwr. It takes
 * every value: reading it in a loop whose length has no common factor with 56 meets them all.
 * It cannot be written.
 */
#include "test.h"

TEST("random")
        /* 112 readings in a loop of 11 instructions: each of the 56 values twice */
        la      $s0, seen
        li      $t0, 112
1:      mfc0    $t1, C0_RANDOM
        addiu   $t0, $t0, -1
        srl     $t2, $t1, 8
        addu    $t3, $s0, $t2
        lbu     $t4, 0($t3)
        or      $s1, $s1, $t1
        addiu   $t4, $t4, 1
        sb      $t4, 0($t3)
        nop
        bnez    $t0, 1b
        nop

        move    $t0, $0
        la      $s0, seen
2:      lbu     $v0, 0($s0)
        sltiu   $t1, $t0, 8
        bnez    $t1, 3f
        nop
        CHECK($v0, 2)
        b       4f
        nop
3:      CHECK($v0, 0)
4:      addiu   $t0, $t0, 1
        sltiu   $t1, $t0, 64
        bnez    $t1, 2b
        addiu   $s0, $s0, 1

        /* nothing but the field, read-only */
        mtc0    $0, C0_RANDOM
        mfc0    $v0, C0_RANDOM
        nop
        li      $t0, 0xffffc0ff
        and     $v1, $v0, $t0
        CHECK($v1, 0)
        sltiu   $v1, $v0, 8 << 8
        CHECK($v1, 0)

        /* it moves by one per instruction, so two readings in a row differ */
        mfc0    $v0, C0_RANDOM
        mfc0    $v1, C0_RANDOM
        nop
        xor     $v0, $v0, $v1
        sltu    $v0, $0, $v0
        CHECK($v0, 1)

        /* tlbwr 56 times at all positions fills 8..63 and leaves 0..7 (loop of 11) */
        li      $t0, 0x00100000
        li      $t1, 56
5:      mtc0    $t0, C0_ENTRYHI
        mtc0    $0, C0_ENTRYLO
        nop
        nop
        tlbwr
        addiu   $t1, $t1, -1
        lui     $t2, 0
        ori     $t2, $t2, 0x1000
        nop
        bnez    $t1, 5b
        addu    $t0, $t0, $t2
        li      $s0, 0                  /* entry */
        li      $s1, 0                  /* how many of them were written */
6:      sll     $t0, $s0, 8
        mtc0    $t0, C0_INDEX
        nop
        nop
        tlbr
        nop
        nop
        mfc0    $t1, C0_ENTRYHI
        nop
        bltz    $t1, 7f                 /* still the kseg1 page of the reset */
        sltiu   $t2, $s0, 8
        CHECK($t2, 0)
        addiu   $s1, $s1, 1
7:      addiu   $s0, $s0, 1
        sltiu   $t2, $s0, 64
        bnez    $t2, 6b
        nop
        CHECK($s1, 56)
        mtc0    $0, C0_ENTRYHI
TEST_END

        .data
seen:   .space  64
