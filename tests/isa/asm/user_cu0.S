/* SPDX-License-Identifier: ISC */
/*
 * With CU0 set a user program may use coprocessor 0, even leave user mode by itself: which is
 * why no system sets it.
 *
 * # not on the original: System/161 says unusable in user mode whatever CU0 is.
 */
#include "test.h"

TEST("user_cu0")
        TLB_MAP(0, PHYS(code), code, LO_V + LO_G)
        TRY(1f)
        li      $k0, ST_CU0 + ST_KUP
        mtc0    $k0, C0_STATUS
        la      $k0, PHYS(user)
        li      $v0, 0
        nop
        jr      $k0
        rfe
1:      mtc0    $0, C0_STATUS
        CAUGHT(EXC_SYS, PHYS(done))
        CAUGHT_REG(X_STATUS, ST_CU0 + ST_KUP)
        CHECK($v0, ST_CU0 + ST_KUC)
TEST_END

        .section .page, "aw"
        .balign 4096
code:
user:   mfc0    $v0, C0_STATUS
        nop
done:   syscall
        nop
