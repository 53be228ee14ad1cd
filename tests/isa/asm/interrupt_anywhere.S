/* SPDX-License-Identifier: ISC */
/*
 * An interrupt at each of thirty consecutive instructions, one after the other (the timer is set
 * ever so slightly later): branches taken and not, delay slots, loads, stores, multiplication,
 * lwl/lwr pairs. EPC walks through the code; it never names a delay slot, there BD is set and it
 * names the branch; and what the code computes is always the same.
 */
#include "test.h"

TEST("interrupt_anywhere")
        NEED_MIPS161
        li      $s5, 4                  /* when: Count at which the timer strikes */
        li      $s7, 0
1:      la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        la      $s0, words
        li      $t0, 0x01020304
        sw      $t0, 0($s0)
        sw      $0, 8($s0)
        HOOK(timer)
        li      $t1, ST_IEC + ST_IM_TIMER
        mtc0    $t1, C0_STATUS
        mtc0    $s5, C0_COMPARE
        mtc0    $0, C0_COUNT

        li      $v0, 1                  /* Count 1: this is the code */
        lw      $t0, 0($s0)
        addu    $v0, $v0, $t0
s0:     beq     $0, $0, 2f
        addiu   $v0, $v0, 0x10
        addiu   $v0, $v0, 0x100
2:      mult    $v0, $v0
s1:     bgezal  $0, 3f
        addiu   $v0, $v0, 0x20
s2:     j       4f
        addiu   $v0, $v0, 0x30
3:      mflo    $t2
        addu    $v0, $v0, $t2
s3:     jr      $ra
        sw      $v0, 4($s0)
4:      lwl     $t3, 1($s0)
        lwr     $t3, 4($s0)
        swl     $t3, 9($s0)
        swr     $t3, 10($s0)
        li      $t4, 2
5:      addu    $v0, $v0, $v0
        addiu   $t4, $t4, -1
s4:     bnez    $t4, 5b
        addiu   $v0, $v0, 1
        nop
        nop
        nop
        nop                             /* the end of the code */

        mtc0    $0, C0_STATUS
        HOOK(0)
        /* s = 1 + 0x01020304 + 0x10 = 0x01020315; +0x20, + s * s (low), + 0x30; twice 2x + 1 */
        CHECK($v0, 0xdd7e0c7b)
        CHECK_MEM(words + 4, 0x375f82ee)
        CAUGHT_REG(X_COUNT, 1)

        /* never a slot; a slot's interrupt is known by BD */
        la      $t0, exc_rec
        lw      $t1, X_EPC($t0)
        lw      $t2, X_CAUSE($t0)
        nop
        .irp b, s0, s1, s2, s3
        la      $t3, \b
        bne     $t1, $t3, 6f
        nop
        bgez    $t2, 6f
        nop
        addiu   $s7, $s7, 1             /* caught in a slot */
6:      subu    $v1, $t1, $t3
        xori    $v1, $v1, 4
        sltiu   $v1, $v1, 1
        CHECK($v1, 0)
        .endr
        addiu   $s5, $s5, 1
        slti    $t0, $s5, 31
        bnez    $t0, 1b
        nop
        CHECK($s7, 4)                   /* each of the four slots once */
TEST_END

timer:  li      $k1, 0x7fffffff
        mtc0    $k1, C0_COMPARE
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

        .data
        .balign 4
words:  .word   0, 0, 0, 0
