/* SPDX-License-Identifier: ISC */
/*
 * A fetch that misses is a fault of the instruction that could not be fetched: EPC and BadVAddr
 * are its address, after the delay slot of the jump that led there; in a delay slot EPC is the
 * branch, BD is set, and BadVAddr is the slot.
 *
 * # not on the original: System/161 translates ahead, and blames an earlier instruction.
 */
#include "test.h"

TEST("tlb_fetch_exact")
        li      $t0, 0x80000000
        mtc0    $t0, C0_CONTEXT

        /* a jump to an unmapped page: refill vector */
        li      $t0, 0x00400010
        TRY(1f)
        jr      $t0
        li      $v0, 1
1:      CAUGHT_UTLB(EXC_TLBL, 0x00400010)
        CAUGHT_REG(X_BADVADDR, 0x00400010)
        CAUGHT_REG(X_CONTEXT, 0x80001000)
        CAUGHT_REG(X_ENTRYHI, 0x00400000)
        CHECK($v0, 1)
        TRY(1f)
        jalr    $t0
        li      $v0, 2
link:   nop
1:      CAUGHT_UTLB(EXC_TLBL, 0x00400010)
        CHECK_ADDR($ra, link)
        CHECK($v0, 2)

        /* kseg2: general vector */
        li      $t0, 0xc0000ffc
        TRY(1f)
        jr      $t0
        li      $v0, 3
1:      CAUGHT(EXC_TLBL, 0xc0000ffc)
        CAUGHT_REG(X_BADVADDR, 0xc0000ffc)
        CHECK($v0, 3)

        /* invalid: general vector */
        TLB_MAP(0, 0x00400000, page1, LO_D)
        li      $t0, 0x00400ff0
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT(EXC_TLBL, 0x00400ff0)
        CAUGHT_REG(X_BADVADDR, 0x00400ff0)

        /* running over the end of a page */
        TLB_MAP(0, 0x00400000, page1, LO_V)
        li      $t0, 0x00400ff4
        li      $v0, 0
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT_UTLB(EXC_TLBL, 0x00401000)
        CAUGHT_REG(X_BADVADDR, 0x00401000)
        CHECK($v0, 3)

        /* the same in user mode: BD clear, KUp set */
        li      $v0, 0
        TRY(1f)
        li      $k0, ST_KUP
        mtc0    $k0, C0_STATUS
        li      $k0, 0x00400ff8
        nop
        jr      $k0
        rfe
1:      CAUGHT_UTLB(EXC_TLBL, 0x00401000)
        CAUGHT_REG(X_STATUS, ST_KUP)
        CHECK($v0, 2)

        /* from user mode to a kernel address, mapped or not: address error at the target */
        .irp target, 0x80000200, 0xa0000200, 0xc0000000, 0xfffffffc
        li      $t0, \target
        TRY(.Lu\target)
        li      $k0, ST_KUP
        mtc0    $k0, C0_STATUS
        li      $k0, 0x00400800
        li      $v0, 0
        jr      $k0
        rfe
.Lu\target:
        CAUGHT(EXC_ADEL, \target)
        CAUGHT_REG(X_BADVADDR, \target)
        CAUGHT_REG(X_STATUS, ST_KUP)
        CHECK($v0, 5)
        .endr
TEST_END

        .section .page, "aw"
        .balign 4096
page1:  .space  0x800
        jr      $t0
        addiu   $v0, $v0, 5
        .org    page1 + 0xff4
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 1
        addiu   $v0, $v0, 1
