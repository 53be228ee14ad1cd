/* SPDX-License-Identifier: ISC */
/*
 * The instruction after a branch or jump is executed before the branch takes effect, whether it
 * is taken or not; the branch has looked at its registers before that.
 */
#include "test.h"

TEST("branch_delay")
        /* taken and not taken, for every branch */
        li      $t0, 1
        li      $t1, -1
        move    $v0, $0
        beq     $0, $0, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      bne     $t0, $0, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      blez    $0, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      bgtz    $t0, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      bltz    $t1, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      bgez    $t0, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      bltzal  $t1, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      bgezal  $t0, 1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      CHECK($v0, 8)
        move    $v0, $0
        beq     $0, $t0, 2f
        addiu   $v0, $v0, 1
        bne     $0, $0, 2f
        addiu   $v0, $v0, 1
        blez    $t0, 2f
        addiu   $v0, $v0, 1
        bgtz    $0, 2f
        addiu   $v0, $v0, 1
        bltz    $0, 2f
        addiu   $v0, $v0, 1
        bgez    $t1, 2f
        addiu   $v0, $v0, 1
        bltzal  $0, 2f
        addiu   $v0, $v0, 1
        bgezal  $t1, 2f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
2:      CHECK($v0, 108)

        /* the jumps */
        move    $v0, $0
        j       1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      la      $t2, 1f
        jr      $t2
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      jal     1f
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      la      $t2, 1f
        jalr    $t2
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 100
1:      CHECK($v0, 4)

        /* the slot changes what the branch looked at: too late */
        li      $t0, 1
        li      $v0, 0
        bnez    $t0, 1f
        move    $t0, $0
        li      $v0, 1
1:      CHECK($v0, 0)
        CHECK($t0, 0)
        bnez    $t0, 2f
        li      $t0, 1
        li      $v0, 1
2:      CHECK($v0, 1)
        CHECK($t0, 1)
        la      $t2, 1f
        la      $t3, 2f
        jr      $t2
        move    $t2, $t3
1:      li      $v0, 3
        b       3f
        nop
2:      li      $v0, 4
3:      CHECK($v0, 3)

        /* a loop that counts in its slot runs once more than it seems */
        li      $t0, 5
        move    $v0, $0
1:      addiu   $v0, $v0, 1
        bnez    $t0, 1b
        addiu   $t0, $t0, -1
        CHECK($v0, 6)
        CHECK($t0, 0xffffffff)

        /* loads, stores, multiplications and mfc0 in slots */
        la      $s0, word
        b       1f
        lw      $v0, 0($s0)
1:      nop
        CHECK($v0, 0x12345678)
        li      $t0, 0x9abcdef0
        b       1f
        sw      $t0, 0($s0)
1:      CHECK_MEM(word, 0x9abcdef0)
        li      $t0, 9
        b       1f
        mult    $t0, $t0
1:      mflo    $v0
        CHECK($v0, 81)
        li      $t0, 0x00345000
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        b       1f
        mfc0    $v0, C0_ENTRYHI
1:      nop
        CHECK($v0, 0x00345000)
        li      $t0, 7
        b       1f
        mtlo    $t0
1:      mflo    $v0
        CHECK($v0, 7)

        /* a branch to the instruction after its slot; a branch to itself that falls through */
        move    $v0, $0
        b       1f
        addiu   $v0, $v0, 1
1:      addiu   $v0, $v0, 1
        CHECK($v0, 2)
        li      $t0, 3
        move    $v0, $0
1:      bgtz    $t0, 1b
        addiu   $t0, $t0, -1
        CHECK($t0, 0xffffffff)
TEST_END

        .data
        .balign 4
word:   .word   0x12345678
