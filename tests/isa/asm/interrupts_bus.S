/* SPDX-License-Identifier: ISC */
/*
 * Interrupts from outside: the LAMEbus line (Cause 0x400), driven by the serial card's FORCE
 * bit, and the inter-processor line (0x800), driven by the CPU's own register on the mainboard.
 * Cause shows a line while it is raised, taken or not; the board's enable registers cut it off.
 */
#include "test.h"

#define CPU0_CIRQE      (LB_BASE + 31 * 0x10000 + 0x8000)
#define CPU0_CIPI       (CPU0_CIRQE + 4)

        .macro  lines want, line        /* what Cause shows now */
        nop
        nop
        nop
        nop
        mfc0    $v0, C0_CAUSE
        nop
        andi    $v0, $v0, 0x0f00
        check   $v0, \want, \line
        .endm
#define LINES(want) lines want, __LINE__

        .macro  count want, line
        caught_reg X_COUNT, \want, \line
        sw      $0, X_COUNT($k0)
        .endm
#define COUNT(want) count want, __LINE__

TEST("interrupts_bus")
        jal     putc                    /* finds the card */
        li      $a0, '\n'
        la      $t0, serial_base
        lw      $s0, 0($t0)
        li      $s1, LB_MAINBOARD
        li      $s2, CPU0_CIRQE
        beqz    $s0, test_skip
        nop
        lw      $t1, 4($s1)             /* the old mainboard has no per-CPU registers */
        nop
        xori    $t1, $t1, 10
        bnez    $t1, test_skip
        nop
        LINES(0)

        /* polled */
        li      $t0, 5                  /* enable + force */
        sw      $t0, SERIAL_WIRQ($s0)
        LINES(0x400)
        lw      $v0, MB_IRQS($s1)
        nop
        sltu    $v0, $0, $v0
        CHECK($v0, 1)
        mtc0    $0, C0_CAUSE            /* not software's to clear */
        LINES(0x400)
        sw      $0, MB_IRQE($s1)        /* cut off for all */
        LINES(0)
        li      $t0, -1
        sw      $t0, MB_IRQE($s1)
        LINES(0x400)
        sw      $0, 0($s2)              /* and for this CPU */
        LINES(0)
        li      $t0, -1
        sw      $t0, 0($s2)
        LINES(0x400)
        sw      $0, SERIAL_WIRQ($s0)
        LINES(0)
        li      $t0, 1
        sw      $t0, 4($s2)
        LINES(0x800)
        li      $t0, 5
        sw      $t0, SERIAL_RIRQ($s0)
        LINES(0xc00)
        sw      $0, 4($s2)
        LINES(0x400)

        /* taken: level-triggered, so once more after each return until it is cleared */
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        HOOK(third)
        li      $t0, ST_IEC + ST_IM_BUS
        li      $v0, 0
        mtc0    $t0, C0_STATUS
i1:     addiu   $v0, $v0, 1
        nop
        nop
        mtc0    $0, C0_STATUS
        CHECK($v0, 1)
        CAUGHT_ADDR(X_EPC, i1)
        CAUGHT_REG(X_CAUSE, 0x400)
        CAUGHT_REG(X_STATUS, ST_IEP + ST_IM_BUS)
        COUNT(3)
        LINES(0)

        /* masked */
        li      $t0, 5
        sw      $t0, SERIAL_WIRQ($s0)
        li      $t0, ST_IEC + ST_IM_IPI + ST_IM0 + ST_IM1 + 0xf000
        mtc0    $t0, C0_STATUS
        nop
        nop
        nop
        mtc0    $0, C0_STATUS
        COUNT(0)
        sw      $0, SERIAL_WIRQ($s0)

        /* the inter-processor line */
        HOOK(ipi)
        li      $t0, ST_IEC + ST_IM_IPI
        li      $t1, 1
        li      $v0, 0
        mtc0    $t0, C0_STATUS
        nop
        nop
        sw      $t1, 4($s2)
        addiu   $v0, $v0, 1
        nop
        nop
        nop
        mtc0    $0, C0_STATUS
        CHECK($v0, 1)
        CAUGHT_REG(X_CAUSE, 0x800)
        COUNT(1)
        LINES(0)
TEST_END

third:  lw      $k1, X_COUNT($k0)
        nop
        sltiu   $k1, $k1, 3
        bnez    $k1, 1f
        nop
        sw      $0, SERIAL_WIRQ($s0)
        sw      $0, SERIAL_RIRQ($s0)
1:      lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

ipi:    sw      $0, 4($s2)
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe
