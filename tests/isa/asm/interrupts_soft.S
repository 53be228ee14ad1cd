/* SPDX-License-Identifier: ISC */
/*
 * The two software interrupts, set in Cause: taken when IEc is on and the mask lets them, before
 * the next instruction, which EPC names. They stay until software clears them.
 */
#include "test.h"

        .macro  count want, line
        caught_reg X_COUNT, \want, \line
        sw      $0, X_COUNT($k0)
        .endm
#define COUNT(want) count want, __LINE__

        .macro  cause value
        li      $t0, \value
        mtc0    $t0, C0_CAUSE
        nop
        nop
        .endm

        .macro  status value
        li      $t0, \value
        mtc0    $t0, C0_STATUS
        nop
        nop
        .endm

TEST("interrupts_soft")
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        HOOK(quiet)

        /* pending, but off or masked: nothing */
        cause   0x100
        status  ST_IM0
        status  ST_IEC
        status  ST_IEC + ST_IM1 + 0xfc00
        status  ST_IEP + ST_IEO + ST_IM0
        status  0
        COUNT(0)
        mfc0    $v0, C0_CAUSE
        nop
        andi    $v0, $v0, 0xff00
        CHECK($v0, 0x100)

        /* enabled while pending: before the next instruction */
        li      $t0, ST_IEC + ST_IM0
        li      $v0, 0
        mtc0    $t0, C0_STATUS
i1:     addiu   $v0, $v0, 1
        addiu   $v0, $v0, 1
        nop
        mtc0    $0, C0_STATUS
        CHECK($v0, 2)
        CAUGHT_ADDR(X_EPC, i1)
        CAUGHT_REG(X_CAUSE, 0x100)
        CAUGHT_REG(X_VECTOR, 0x80)
        CAUGHT_REG(X_STATUS, ST_IEP + ST_IM0)
        COUNT(1)

        /* raised while enabled */
        status  ST_IEC + ST_IM0 + ST_IM1
        li      $t0, 0x200
        li      $v0, 0
        mtc0    $t0, C0_CAUSE
i2:     addiu   $v0, $v0, 1
        nop
        mtc0    $0, C0_STATUS
        CHECK($v0, 1)
        CAUGHT_ADDR(X_EPC, i2)
        CAUGHT_REG(X_CAUSE, 0x200)
        COUNT(1)

        /* both at once are one interrupt */
        status  ST_IEC + ST_IM0 + ST_IM1
        cause   0x300
        status  0
        CAUGHT_REG(X_CAUSE, 0x300)
        COUNT(1)

        /* pending and masked shows in Cause beside the other */
        status  ST_IEC + ST_IM1
        cause   0x300
        status  0
        CAUGHT_REG(X_CAUSE, 0x300)
        COUNT(1)
        status  ST_IEC + ST_IM1
        cause   0x100
        status  0
        COUNT(0)
        cause   0

        /* in the delay slot's place: mtc0 in a slot, the target is interrupted */
        status  ST_IEC + ST_IM0
        li      $t0, 0x100
        b       i3
        mtc0    $t0, C0_CAUSE
        nop
i3:     nop
        nop
        status  0
        CAUGHT_ADDR(X_EPC, i3)
        CAUGHT_REG(X_CAUSE, 0x100)
        COUNT(1)

        /* before a branch: the branch, not its slot */
        status  ST_IEC + ST_IM0
        li      $t0, 0x100
        li      $v0, 0
        mtc0    $t0, C0_CAUSE
i4:     bgezal  $0, 1f
        addiu   $v0, $v0, 1
1:      nop
        status  0
        CHECK($v0, 1)
        CHECK_ADDR($ra, i4 + 8)
        CAUGHT_ADDR(X_EPC, i4)
        CAUGHT_REG(X_CAUSE, 0x100)
        COUNT(1)

        /* an interrupt comes before the instruction's own exception */
        status  ST_IEC + ST_IM0
        li      $t0, 0x100
        mtc0    $t0, C0_CAUSE
i5:     mfc0    $v0, C0_STATUS          /* stands for any instruction */
        status  0
        CAUGHT_ADDR(X_EPC, i5)
        COUNT(1)

        /* rfe switches them on again: the interrupt comes at the instruction returned to */
        la      $t0, i6
        li      $t1, ST_IEP + ST_IM1
        li      $t2, 0x200
        mtc0    $t2, C0_CAUSE
        mtc0    $t1, C0_STATUS
        nop
        nop
        jr      $t0
        rfe
        nop
i6:     nop
        nop
        status  0
        CAUGHT_ADDR(X_EPC, i6)
        CAUGHT_REG(X_STATUS, ST_IEP + ST_IM1)
        COUNT(1)

        /* in user mode */
        TLB_MAP(0, PHYS(code), code, LO_V + LO_G)
        cause   0x100
        la      $t0, PHYS(code)
        li      $t1, ST_IEP + ST_KUP + ST_IM0
        HOOK(0)
        TRY(1f)
        mtc0    $t1, C0_STATUS
        nop
        nop
        jr      $t0
        rfe
1:      CAUGHT(EXC_INT, PHYS(code))
        CAUGHT_REG(X_STATUS, ST_IEP + ST_KUP + ST_IM0)
        cause   0
TEST_END

quiet:  mtc0    $0, C0_CAUSE
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

        .section .page, "aw"
        .balign 4096
code:   nop
        syscall
        nop
