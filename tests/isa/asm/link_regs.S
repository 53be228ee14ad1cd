/* SPDX-License-Identifier: ISC */
/*
 * What the calls leave in the link register: the address after the delay slot. bltzal and
 * bgezal link whether they branch or not; jalr links in the register it names.
 */
#include "test.h"

TEST("link_regs")
        move    $ra, $0
        jal     1f
        nop
after1: li      $v0, 1
1:      CHECK_ADDR($ra, after1)

        /* the link is there in the delay slot already */
        jal     1f
        move    $v0, $ra
after2: nop
1:      CHECK_ADDR($v0, after2)

        la      $t0, 1f
        move    $ra, $0
        jalr    $t0
        nop
after3: nop
1:      CHECK_ADDR($ra, after3)

        /* another register, and $31 stays */
        la      $t0, 1f
        li      $ra, 0x77
        jalr    $s0, $t0
        move    $v0, $s0
after4: nop
1:      CHECK_ADDR($s0, after4)
        CHECK_ADDR($v0, after4)
        CHECK($ra, 0x77)

        /* the conditional ones */
        li      $t1, -1
        move    $ra, $0
        bltzal  $t1, 1f
        nop
after5: nop
1:      CHECK_ADDR($ra, after5)
        move    $ra, $0
        bltzal  $0, 1f
        nop
after6: CHECK_ADDR($ra, after6)
1:      move    $ra, $0
        bgezal  $0, 1f
        nop
after7: nop
1:      CHECK_ADDR($ra, after7)
        move    $ra, $0
        bgezal  $t1, 1f
        move    $v0, $ra
after8: CHECK_ADDR($ra, after8)
        CHECK_ADDR($v0, after8)
1:

        /* bal, the assembler's name for bgezal $0; and calls in calls */
        move    $v0, $0
        bal     outer
        addiu   $v0, $v0, 1
        CHECK($v0, 0x1311)
        b       done
        nop
outer:  move    $s0, $ra
        jal     inner
        addiu   $v0, $v0, 0x10
        la      $t0, inner
        jalr    $t0
        addiu   $v0, $v0, 0x100
        jr      $s0
        addiu   $v0, $v0, 0x1000
inner:  jr      $ra
        addiu   $v0, $v0, 0x100
done:   CHECK($v0, 0x1311)

        /* the others link nothing */
        li      $ra, 0x1234
        beq     $0, $0, 1f
        nop
1:      j       1f
        nop
1:      bgez    $0, 1f
        nop
1:      bltz    $t1, 1f
        nop
1:      CHECK($ra, 0x1234)
TEST_END
