/* SPDX-License-Identifier: ISC */
/*
 * syscall and break: exceptions on purpose. The code in the instruction is for software to read;
 * EPC is the instruction itself, so a handler that returns has to add 4. break runs in a mapped
 * page, because System/161 gives one in kseg0 to its debugger (see exc_break_kseg0.S).
 */
#include "test.h"

TEST("exc_syscall_break")
        TRY(1f)
sc1:    syscall
1:      CAUGHT(EXC_SYS, sc1)
        TRY(1f)
sc2:    .word   0x03ffffcc              /* syscall with all code bits set */
1:      CAUGHT(EXC_SYS, sc2)

        /* a handler that returns behind it, three times */
        HOOK(skip)
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        li      $v0, 0
        syscall
        addiu   $v0, $v0, 1
        syscall
        syscall
        addiu   $v0, $v0, 1
        HOOK(0)
        CAUGHT_REG(X_COUNT, 3)
        CHECK($v0, 2)

        TLB_MAP(0, PHYS(page), page, LO_D + LO_V + LO_G)
        TRY(1f)
        la      $t0, PHYS(bp1)
        jr      $t0
        nop
1:      CAUGHT(EXC_BP, PHYS(bp1))
        TRY(1f)
        la      $t0, PHYS(bp2)
        jr      $t0
        nop
1:      CAUGHT(EXC_BP, PHYS(bp2))
        TRY(1f)
        la      $t0, PHYS(sc3)
        jr      $t0
        nop
1:      CAUGHT(EXC_SYS, PHYS(sc3))
        TLB_CLEAR(0)
TEST_END

skip:   lw      $k1, X_EPC($k0)
        nop
        addiu   $k1, $k1, 4
        jr      $k1
        rfe

        .section .page, "aw"
        .balign 4096
page:   nop
bp1:    break
        nop
bp2:    .word   0x03ffffcd              /* break with all code bits set */
        nop
sc3:    syscall
        nop
