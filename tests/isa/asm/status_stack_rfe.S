/* SPDX-License-Identifier: ISC */
/*
 * Status holds three pairs of mode and interrupt enable: an exception pushes (kernel mode,
 * interrupts off), rfe pops. The oldest pair is lost by a push and stays at a pop. The other
 * bits of Status take no part.
 */
#include "test.h"

        /* rfe (without a jump) on a Status; no bit of it may switch to user mode */
        .macro  pop from, to, line
        li      $t0, \from
        mtc0    $t0, C0_STATUS
        nop
        nop
        rfe
        nop
        nop
        mfc0    $v0, C0_STATUS
        nop
        mtc0    $0, C0_STATUS
        nop
        check   $v0, \to, \line
        .endm
#define POP(from, to) pop from, to, __LINE__

        /* an exception on a Status: what the handler finds */
        .macro  push from, to, line
        try     .Lresume\@
        li      $t0, \from
        mtc0    $t0, C0_STATUS
        nop
        nop
        syscall
.Lresume\@:
        mfc0    $v0, C0_STATUS
        nop
        mtc0    $0, C0_STATUS
        nop
        caught_reg X_STATUS, \to, \line
        .endm
#define PUSH(from, to) push from, to, __LINE__; \
                       check $v0, ((to) & ~0xf) | (((to) >> 2) & 0xf), __LINE__

TEST("status_stack_rfe")
        POP(0x00, 0x00)
        POP(0x04, 0x01)                 /* IEp: becomes IEc */
        POP(0x10, 0x14)                 /* IEo: copied to IEp, and stays */
        POP(0x20, 0x28)                 /* KUo */
        POP(0x30, 0x3c)
        POP(0x34, 0x3d)
        POP(0x01, 0x00)                 /* IEc is lost */
        POP(0x05, 0x01)
        POP(0x14, 0x15)
        POP(0xf000fc00 + 0x34, 0xf000fc00 + 0x3d)       /* CU and IM stay */
        POP(0x00400000 + 0x24, 0x00400000 + 0x29)       /* so does BEV */

        PUSH(0x00, 0x00)
        PUSH(0x01, 0x04)
        PUSH(0x04, 0x10)
        PUSH(0x05, 0x14)
        PUSH(0x08, 0x20)
        PUSH(0x0c, 0x30)
        PUSH(0x10, 0x00)                /* the oldest is lost */
        PUSH(0x20, 0x00)
        PUSH(0x30, 0x00)
        PUSH(0x3d, 0x34)
        PUSH(0xf0000000 + 0x0d, 0xf0000000 + 0x34)

        /* two exceptions deep and back: the second inside the handler of the first */
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        HOOK(first)
        li      $t0, 0x01
        mtc0    $t0, C0_STATUS
        nop
        nop
        syscall
        nop                             /* the handler returns here */
        mfc0    $v0, C0_STATUS
        nop
        mtc0    $0, C0_STATUS
        HOOK(0)
        CHECK($s0, 0x04)
        CHECK($s1, 0x10)
        CHECK($s2, 0x14)                /* popped once: IEo was copied, not moved */
        CHECK($v0, 0x15)                /* and so it is at the end */
        CAUGHT_REG(X_COUNT, 2)

        /* to user mode and back: rfe in the delay slot of jr, KUp to KUc */
        TLB_MAP(0, PHYS(code), code, LO_V + LO_G)
        TRY(1f)
        li      $k0, ST_KUP + ST_KUO
        mtc0    $k0, C0_STATUS
        la      $k0, PHYS(code)
        nop
        nop
        jr      $k0
        rfe
1:      CAUGHT(EXC_SYS, PHYS(code))
        CAUGHT_REG(X_STATUS, ST_KUP + ST_KUO)   /* KUo came down to KUp, was pushed to KUo */
TEST_END

first:  lw      $s0, X_STATUS($k0)
        lw      $s3, X_EPC($k0)
        HOOK(second)
        syscall
        nop
        mfc0    $s2, C0_STATUS
        addiu   $k0, $s3, 4
        jr      $k0
        rfe
second: lw      $s1, X_STATUS($k0)
        lw      $k1, X_EPC($k0)
        nop
        addiu   $k1, $k1, 4
        jr      $k1
        rfe

        .section .page, "aw"
        .balign 4096
code:   syscall
        nop
