/* SPDX-License-Identifier: ISC */
/*
 * What software can write into Status and Cause. Status: CU, BEV, the interrupt mask and the
 * three pairs; Cause: the two software interrupts and nothing else. PRId cannot be written.
 */
#include "test.h"

        .macro  status value, line      /* reads back as written; never KUc */
        li      $t0, \value
        mtc0    $t0, C0_STATUS
        nop
        nop
        mfc0    $v0, C0_STATUS
        nop
        mtc0    $0, C0_STATUS
        nop
        check   $v0, \value, \line
        .endm
#define STATUS(value) status value, __LINE__

TEST("cop0_regs")
        STATUS(0x00000000)
        STATUS(0x10000000)
        STATUS(0x20000000)
        STATUS(0x40000000)
        STATUS(0x80000000)
        STATUS(0x00400000)
        STATUS(0x00000100)
        STATUS(0x00000200)
        STATUS(0x00000400)
        STATUS(0x00000800)
        STATUS(0x00001000)
        STATUS(0x00002000)
        STATUS(0x00004000)
        STATUS(0x00008000)
        STATUS(0x00000001)
        STATUS(0x00000004)
        STATUS(0x00000008)
        STATUS(0x00000010)
        STATUS(0x00000020)
        STATUS(0xf040ff3d)

        /* the two bits between the mask and the pairs are not there */
        li      $t0, 0x000000c0
        mtc0    $t0, C0_STATUS
        nop
        nop
        mfc0    $v0, C0_STATUS
        nop
        CHECK($v0, 0)

        /* Cause after a syscall: the code can not be overwritten */
        TRY(1f)
        syscall
1:      mtc0    $0, C0_CAUSE
        nop
        nop
        mfc0    $v0, C0_CAUSE
        nop
        andi    $v0, $v0, 0x3ff
        CHECK($v0, EXC_SYS)
        li      $t0, 0xffffffff
        mtc0    $t0, C0_CAUSE
        nop
        nop
        mfc0    $v0, C0_CAUSE
        nop
        CHECK($v0, 0x300 + EXC_SYS)
        li      $t0, 0x100
        mtc0    $t0, C0_CAUSE
        nop
        nop
        mfc0    $v0, C0_CAUSE
        nop
        CHECK($v0, 0x100 + EXC_SYS)
        li      $t0, 0xfffffdff
        mtc0    $t0, C0_CAUSE
        nop
        nop
        mfc0    $v0, C0_CAUSE
        nop
        CHECK($v0, 0x100 + EXC_SYS)

        /* an exception replaces the code and keeps the software interrupts */
        TRY(1f)
c1:     .word   0x0000003f
1:      CAUGHT_REG(X_CAUSE, 0x100 + EXC_RI)
        mtc0    $0, C0_CAUSE
        TRY(1f)
c2:     b       2f
        syscall
2:      nop
1:      CAUGHT_REG(X_CAUSE, BD + EXC_SYS)

        /* PRId */
        mfc0    $s0, C0_PRID
        li      $t0, 0x12345678
        mtc0    $t0, C0_PRID
        nop
        nop
        mfc0    $v0, C0_PRID
        nop
        subu    $v0, $v0, $s0
        CHECK($v0, 0)
TEST_END
