/* SPDX-License-Identifier: ISC */
/*
 * BadVAddr, Context and EntryHi belong to address and TLB errors. All other exceptions leave
 * what the last of those put there.
 *
 * # not on the original: System/161 sets BadVAddr and Context.BadVPN to 0 then.
 */
#include "test.h"

        .macro  kept line
        caught_reg X_COUNT, 1, \line
        caught_reg X_BADVADDR, 0x00123458, \line
        caught_reg X_CONTEXT, 0x8000048c, \line
        caught_reg X_ENTRYHI, 0x00123000 + ASID(5), \line
        .endm
#define KEPT kept __LINE__

TEST("badvaddr_kept")
        li      $t0, 0x80000000
        mtc0    $t0, C0_CONTEXT
        li      $t0, ASID(5)
        mtc0    $t0, C0_ENTRYHI
        li      $t0, 0x00123458
        TRY(1f)
m1:     lw      $v0, 0($t0)
1:      CAUGHT_UTLB(EXC_TLBL, m1)
        KEPT

        TRY(1f)
        syscall
1:      KEPT
        TRY(1f)
        .word   0x0000003f
1:      KEPT
        TRY(1f)
        .word   0x44020000              /* mfc1 */
1:      KEPT
        li      $t0, 0x7fffffff
        TRY(1f)
        addi    $t0, $t0, 1
1:      KEPT
        li      $t0, NO_MEMORY
        TRY(1f)
        lw      $t0, 0($t0)
1:      KEPT
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        HOOK(quiet)
        li      $t0, 0x100              /* an interrupt */
        li      $t1, ST_IM0 + ST_IEC
        mtc0    $t0, C0_CAUSE
        mtc0    $t1, C0_STATUS
        nop
        nop
        nop
        mtc0    $0, C0_STATUS
        HOOK(0)
        KEPT
        mfc0    $v0, C0_BADVADDR
        nop
        CHECK($v0, 0x00123458)
TEST_END

quiet:  mtc0    $0, C0_CAUSE
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe
