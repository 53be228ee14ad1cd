/* SPDX-License-Identifier: ISC */
/*
 * wait stops the processor until an interrupt line is raised, whether it may interrupt or not;
 * then the program goes on behind it. With a line already raised it does not stop. Count stands
 * still meanwhile.
 */
#include "test.h"

TEST("wait")
        NEED_MIPS161
        jal     putc                    /* finds the card */
        li      $a0, '\n'
        la      $t0, serial_base
        lw      $s0, 0($t0)
        la      $t0, exc_rec
        beqz    $s0, test_skip
        sw      $0, X_COUNT($t0)
        HOOK(quiet)

        /* raised already: straight on, masked, disabled or not */
        li      $t0, 5
        sw      $t0, SERIAL_WIRQ($s0)
        nop
        nop
        nop
        nop
        insn_wait
        NOT_CAUGHT
        sw      $0, SERIAL_WIRQ($s0)

        /* a character on its way: its completion wakes, with interrupts off */
        li      $t0, 1
        sw      $t0, SERIAL_WIRQ($s0)
        li      $t1, '\n'
        sw      $t1, SERIAL_CHAR($s0)
        mfc0    $s1, C0_COUNT
        insn_wait
        mfc0    $s2, C0_COUNT
        mfc0    $v0, C0_CAUSE
        nop
        andi    $v0, $v0, 0xff00
        CHECK($v0, 0x400)
        subu    $s2, $s2, $s1
        sltiu   $v0, $s2, 4
        CHECK($v0, 1)
        lw      $v0, SERIAL_WIRQ($s0)   /* it is completed indeed */
        nop
        CHECK($v0, 3)
        NOT_CAUGHT
        sw      $0, SERIAL_WIRQ($s0)

        /* with interrupts on: woken, and interrupted behind the wait */
        li      $t0, ST_IEC + ST_IM_BUS
        mtc0    $t0, C0_STATUS
        li      $t0, 1
        sw      $t0, SERIAL_WIRQ($s0)
        sw      $t1, SERIAL_CHAR($s0)
        insn_wait
w1:     mtc0    $0, C0_STATUS
        HOOK(0)
        CAUGHT_REG(X_COUNT, 1)
        CAUGHT_REG(X_CAUSE, 0x400)
        CAUGHT_ADDR(X_EPC, w1)

        /* a software interrupt is no line: it does not keep the processor awake */
        li      $t0, 0x300
        mtc0    $t0, C0_CAUSE
        li      $t0, 1
        sw      $t0, SERIAL_WIRQ($s0)
        sw      $t1, SERIAL_CHAR($s0)
        insn_wait
        mfc0    $v0, C0_CAUSE
        mtc0    $0, C0_CAUSE
        andi    $v0, $v0, 0xff00
        CHECK($v0, 0x700)
        sw      $0, SERIAL_WIRQ($s0)

        /* in a delay slot */
        li      $t0, 1
        sw      $t0, SERIAL_WIRQ($s0)
        sw      $t1, SERIAL_CHAR($s0)
        li      $v0, 1
        b       2f
        insn_wait
        li      $v0, 2
2:      CHECK($v0, 1)
        mfc0    $v0, C0_CAUSE
        nop
        andi    $v0, $v0, 0xff00
        CHECK($v0, 0x400)
        sw      $0, SERIAL_WIRQ($s0)
TEST_END

quiet:  sw      $0, SERIAL_WIRQ($s0)
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe
