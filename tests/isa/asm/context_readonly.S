/* SPDX-License-Identifier: ISC */
/*
 * The page number in Context, and BadVAddr and EPC, are the hardware's: writes do not change
 * them. Context's two lowest bits read 0. An address error sets BadVAddr and leaves EntryHi.
 *
 * # not on the original: System/161 stores a written Context and BadVAddr as they come.
 */
#include "test.h"

TEST("context_readonly")
        li      $t0, 0x7fffe000
        TRY(1f)
e1:     lw      $v0, 0x104($t0)
1:      CAUGHT_UTLB(EXC_TLBL, e1)
        li      $t1, 0xffe00000
        mtc0    $t1, C0_CONTEXT
        mtc0    $0, C0_BADVADDR
        mtc0    $0, C0_EPC
        nop
        nop
        mfc0    $v0, C0_CONTEXT
        mfc0    $v1, C0_BADVADDR
        mfc0    $t2, C0_EPC
        nop
        CHECK($v0, 0xfffffff8)
        CHECK($v1, 0x7fffe104)
        CHECK_ADDR($t2, e1)
        mtc0    $0, C0_CONTEXT
        nop
        mfc0    $v0, C0_CONTEXT
        nop
        CHECK($v0, 0x001ffff8)
        li      $t1, -1
        mtc0    $t1, C0_CONTEXT
        nop
        mfc0    $v0, C0_CONTEXT
        nop
        CHECK($v0, 0xfffffff8)

        /* EntryHi keeps its page through accesses that hit, and through address errors */
        TLB_MAP(0, 0x00400000 + ASID(6), page, LO_V)
        li      $t0, 0x00123000 + ASID(6)
        mtc0    $t0, C0_ENTRYHI
        li      $s0, 0x00400000
        nop
        lw      $v0, 0($s0)
        mfc0    $v1, C0_ENTRYHI
        nop
        CHECK($v0, 0x4321)
        CHECK($v1, 0x00123000 + ASID(6))
        TRY(1f)
e2:     lw      $v0, 1($s0)
1:      CAUGHT(EXC_ADEL, e2)
        CAUGHT_REG(X_ENTRYHI, 0x00123000 + ASID(6))
        CAUGHT_REG(X_BADVADDR, 0x00400001)
TEST_END

        .section .page, "aw"
        .balign 4096
page:   .word   0x4321
