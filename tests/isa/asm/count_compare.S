/* SPDX-License-Identifier: ISC */
/*
 * System/161's timer on the chip: Count rises by one with each instruction; when it reaches
 * Compare it goes back to 0 and raises line 5 (Cause 0x8000), until Compare is written. Before
 * the first write of Compare there are no interrupts.
 */
#include "test.h"

        .macro  pending want, line
        mfc0    $v0, C0_CAUSE
        nop
        andi    $v0, $v0, 0x8000
        check   $v0, \want, \line
        .endm
#define PENDING(want) pending want, __LINE__

TEST("count_compare")
        NEED_MIPS161
        /* one per instruction, whatever it is */
        mfc0    $t0, C0_COUNT
        mfc0    $t1, C0_COUNT
        subu    $v0, $t1, $t0
        CHECK($v0, 1)
        mfc0    $t0, C0_COUNT
        nop
        addu    $v0, $0, $0
        lw      $v0, exc_rec
        b       1f
        sll     $v0, $v0, 3
        nop
1:      mfc0    $t1, C0_COUNT
        subu    $v0, $t1, $t0
        CHECK($v0, 7)                   /* lw from a label is two */

        /* a loop of 3 * 100 + 1 */
        li      $t2, 100
        mfc0    $t0, C0_COUNT
1:      addiu   $t2, $t2, -1
        bnez    $t2, 1b
        nop
        mfc0    $t1, C0_COUNT
        subu    $v0, $t1, $t0
        CHECK($v0, 301)

        /* written: the mtc0 itself counts */
        li      $t0, 0x12345678
        mtc0    $t0, C0_COUNT
        mfc0    $v0, C0_COUNT
        CHECK($v0, 0x12345679)
        li      $t0, -2
        mtc0    $t0, C0_COUNT
        nop
        nop
        mfc0    $v0, C0_COUNT           /* it wraps round, and nothing happens */
        CHECK($v0, 1)
        PENDING(0)

        /* a syscall is an instruction like any other: to the handler's first, two on */
        la      $t0, 0x80000080
        la      $t1, stub
        lw      $t2, 0($t0)
        lw      $t3, 0($t1)
        nop
        sw      $t3, 0($t0)             /* mfc0 $s0, Count: one more at the vector */
        lw      $t4, 4($t0)
        lw      $t5, 4($t1)
        nop
        sw      $t5, 4($t0)
        lw      $t6, 8($t0)
        lw      $t7, 8($t1)
        nop
        sw      $t7, 8($t0)
        mfc0    $s1, C0_COUNT
        syscall
stub_back:
        sw      $t2, 0($t0)
        sw      $t4, 4($t0)
        sw      $t6, 8($t0)
        subu    $v0, $s0, $s1
        CHECK($v0, 2)

        /* Compare: reads back; a match */
        li      $t0, 1000
        mtc0    $0, C0_COUNT
        mtc0    $t0, C0_COMPARE
        mfc0    $v0, C0_COMPARE
        nop
        CHECK($v0, 1000)
        PENDING(0)
        li      $t0, 4000
        mtc0    $0, C0_COUNT
        nop
1:      mfc0    $t1, C0_CAUSE           /* 5 instructions a round */
        addiu   $t0, $t0, -1
        andi    $t1, $t1, 0x8000
        beqz    $t1, 1b
        nop
        mfc0    $v0, C0_COUNT           /* it has started again */
        li      $t1, 4000 - 202
        subu    $t0, $t0, $t1
        sltiu   $t0, $t0, 5             /* after 200 rounds of 5, or 201 */
        CHECK($t0, 1)
        sltiu   $v0, $v0, 20
        CHECK($v0, 1)
        PENDING(0x8000)
        mtc0    $0, C0_CAUSE            /* does not help */
        PENDING(0x8000)
        li      $t0, 1000
        mtc0    $t0, C0_COMPARE         /* does */
        PENDING(0)

        /* exactly: Count 5 and Compare 10; the match is with the fifth instruction */
        li      $t0, 10
        li      $t1, 5
        mtc0    $t0, C0_COMPARE
        mtc0    $t1, C0_COUNT           /* 6 afterwards */
        nop                             /* 7 */
        mfc0    $t2, C0_COUNT           /* reads 7 */
        mfc0    $t3, C0_CAUSE           /* reads at 8, not yet */
        mfc0    $t4, C0_CAUSE           /* reads at 9, then the match */
        mfc0    $t5, C0_CAUSE           /* reads at 0 */
        mfc0    $t6, C0_COUNT           /* reads 1 */
        li      $t0, 0x100000
        mtc0    $t0, C0_COMPARE
        CHECK($t2, 7)
        andi    $t3, $t3, 0x8000
        CHECK($t3, 0)
        andi    $t4, $t4, 0x8000
        CHECK($t4, 0)
        andi    $t5, $t5, 0x8000
        CHECK($t5, 0x8000)
        CHECK($t6, 1)

        /* a Compare below Count sets Count to 0 */
        li      $t0, 0x5000
        li      $t1, 0x4000
        mtc0    $t0, C0_COUNT
        mtc0    $t1, C0_COMPARE
        mfc0    $v0, C0_COUNT
        CHECK($v0, 1)

        /* as an interrupt: periodic without any help but the acknowledgement */
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        HOOK(tick)
        mtc0    $0, C0_COUNT
        li      $t0, 500
        mtc0    $t0, C0_COMPARE
        li      $t0, ST_IEC + ST_IM_TIMER
        mtc0    $t0, C0_STATUS
        li      $t1, 2000
1:      addiu   $t1, $t1, -1
        bnez    $t1, 1b
        nop
        mtc0    $0, C0_STATUS
        HOOK(0)
        la      $t0, exc_rec
        lw      $v0, X_COUNT($t0)       /* 6000 instructions and the ticks' own */
        nop
        addiu   $v0, $v0, -12
        sltiu   $v0, $v0, 2
        CHECK($v0, 1)
        la      $t0, exc_rec
        lw      $v0, X_CAUSE($t0)
        nop
        andi    $v0, $v0, 0xffff        /* BD as it happens */
        CHECK($v0, 0x8000)
        CAUGHT_REG(X_STATUS, ST_IEP + ST_IM_TIMER)
TEST_END

stub:   mfc0    $s0, C0_COUNT
        j       stub_back
        rfe

tick:   mfc0    $k1, C0_COMPARE
        nop
        mtc0    $k1, C0_COMPARE
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe
