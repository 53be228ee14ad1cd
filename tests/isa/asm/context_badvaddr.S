/* SPDX-License-Identifier: ISC */
/*
 * Context is the address of a page table entry, ready to use: PTEBase from software in bits
 * 31..21, and in bits 20..2 the page number of the address that missed.
 */
#include "test.h"

        .macro  context base, va, want, line
        li      $t0, \base
        mtc0    $t0, C0_CONTEXT
        li      $t1, \va
        try     .Lafter\@
        lw      $t2, 0($t1)
.Lafter\@:
        caught_reg X_CONTEXT, \want, \line
        caught_reg X_BADVADDR, \va, \line
        caught_reg X_ENTRYHI, (\va) & 0xfffff000, \line
        mfc0    $v0, C0_CONTEXT
        mfc0    $v1, C0_BADVADDR
        nop
        check   $v0, \want, \line
        check   $v1, \va, \line
        .endm
#define CONTEXT(base, va, want) context base, va, want, __LINE__

TEST("context_badvaddr")
        CONTEXT(0x00000000, 0x00000000, 0x00000000)
        CONTEXT(0x00000000, 0x00001000, 0x00000004)
        CONTEXT(0x00000000, 0x00000ffc, 0x00000000)
        CONTEXT(0x00000000, 0x7ffffffc, 0x001ffffc)
        CONTEXT(0xffe00000, 0x00000000, 0xffe00000)
        CONTEXT(0xffe00000, 0x7ffffffc, 0xfffffffc)
        CONTEXT(0xc0000000, 0x00400000, 0xc0001000)
        CONTEXT(0x80200000, 0x2aaaa000, 0x802aaaa8)
        CONTEXT(0x40000000, 0x55555554, 0x40155554)
        /* bit 31 of the address is not there: kseg2 pages fall on the upper half of kuseg's */
        CONTEXT(0xc0000000, 0xc0000000, 0xc0100000)
        CONTEXT(0xc0000000, 0xfffff008, 0xc01ffffc)

        /* PTEBase alone is written by software, and stays */
        li      $t0, 0x12200000
        mtc0    $t0, C0_CONTEXT
        li      $t1, 0x00003000
        TRY(1f)
        sw      $0, 0x20($t1)
1:      CAUGHT_REG(X_CONTEXT, 0x1220000c)
        TRY(1f)
        li      $t1, 0x00005000
        sw      $0, 0x20($t1)
1:      CAUGHT_REG(X_CONTEXT, 0x12200014)

        /* an address error sets BadVAddr */
        la      $t0, 0x80012345
        TRY(1f)
c1:     lw      $v0, 0($t0)
1:      CAUGHT(EXC_ADEL, c1)
        CAUGHT_REG(X_BADVADDR, 0x80012345)
TEST_END
