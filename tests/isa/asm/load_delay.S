/* SPDX-License-Identifier: ISC */
/*
 * The real chip delivers a loaded value one instruction late, and programs may not look earlier.
 * Ours delivers at once, so that a program that forgot the nop works; this test looks.
 */
#include "test.h"

TEST("load_delay")
        la      $s0, word
        li      $v0, 0x1111
        lw      $v0, 0($s0)
        addiu   $v1, $v0, 1
        CHECK($v1, 0x12345679)
        li      $v0, 0x1111
        lw      $v0, 0($s0)
        addiu   $v0, $v0, 1
        CHECK($v0, 0x12345679)

        /* a write in the delay slot wins over the load before it */
        lw      $v0, 0($s0)
        li      $v0, 5
        nop
        CHECK($v0, 5)

        /* pointer chasing without nops */
        la      $t0, chain
        lw      $t0, 0($t0)
        lw      $t0, 0($t0)
        lw      $t0, 0($t0)
        CHECK($t0, 0x600d)

        /* a load in a branch delay slot, used at the target at once */
        b       1f
        lw      $v0, 0($s0)
1:      addiu   $v1, $v0, 2
        CHECK($v1, 0x1234567a)

        /* a branch that tests what was just loaded */
        li      $v0, 0
        lw      $t0, 0($s0)
        beqz    $t0, 2f
        nop
        li      $v0, 1
2:      CHECK($v0, 1)

        /* and mfc0 */
        li      $t0, 0x00123000
        mtc0    $t0, C0_ENTRYHI
        nop
        mfc0    $t1, C0_ENTRYHI
        addiu   $v0, $t1, 1
        CHECK($v0, 0x00123001)
TEST_END

        .data
        .balign 4
word:   .word   0x12345678
chain:  .word   link1
link2:  .word   0x600d
link1:  .word   link2
