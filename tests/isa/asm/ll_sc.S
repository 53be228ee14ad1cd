/* SPDX-License-Identifier: ISC */
/*
 * ll and sc, as System/161's processor has them: sc stores and delivers 1 if an ll has been
 * made at the same address, the word still has the value that ll saw, and no exception came in
 * between; else it stores nothing and delivers 0.
 */
#include "test.h"

TEST("ll_sc")
        NEED_MIPS161
        la      $s0, words

        /* without an ll: the exception of a TRY has cleared any */
        TRY(1f)
        syscall
1:      li      $v0, 0x55
        insn_sc $v0, 0($s0)
        CHECK($v0, 0)
        CHECK_MEM(words, 0x100)

        /* the pair */
        insn_ll $v0, 0($s0)
        nop
        CHECK($v0, 0x100)
        insn_ll $v0, 0($s0)
        addiu   $v0, $v0, 1
        insn_sc $v0, 0($s0)
        CHECK($v0, 1)
        CHECK_MEM(words, 0x101)

        /* another address */
        insn_ll $v0, 0($s0)
        li      $v1, 0x77
        insn_sc $v1, 4($s0)
        CHECK($v1, 0)
        CHECK_MEM(words + 4, 0x200)
        CHECK_MEM(words, 0x101)

        /* the word has changed */
        insn_ll $v0, 0($s0)
        li      $t0, 0x300
        sw      $t0, 0($s0)
        li      $v1, 0x77
        insn_sc $v1, 0($s0)
        CHECK($v1, 0)
        CHECK_MEM(words, 0x300)

        /* an exception in between */
        insn_ll $v0, 0($s0)
        TRY(1f)
        syscall
1:      li      $v1, 0x77
        insn_sc $v1, 0($s0)
        CHECK($v1, 0)
        CHECK_MEM(words, 0x300)

        /* the last ll counts */
        insn_ll $v0, 0($s0)
        insn_ll $v1, 4($s0)
        li      $t0, 0x77
        insn_sc $t0, 0($s0)
        CHECK($t0, 0)
        insn_ll $v0, 0($s0)
        insn_ll $v1, 4($s0)
        li      $t0, 0x78
        insn_sc $t0, 4($s0)
        CHECK($t0, 1)
        CHECK_MEM(words, 0x300)
        CHECK_MEM(words + 4, 0x78)

        /* in a loop, as it is used; through negative offsets */
        addiu   $s1, $s0, 0x100
        li      $t0, 100
1:      insn_ll $v0, -0x100($s1)
        addiu   $v0, $v0, 3
        insn_sc $v0, -0x100($s1)
        beqz    $v0, 1b
        addiu   $t0, $t0, -1
        bnez    $t0, 1b
        nop
        CHECK_MEM(words, 0x300 + 300)

        /* they fault like lw and sw */
        li      $v0, 0x1111
        TRY(1f)
l1:     insn_ll $v0, 2($s0)
1:      CAUGHT(EXC_ADEL, l1)
        CAUGHT_ADDR(X_BADVADDR, words + 2)
        CHECK($v0, 0x1111)
        li      $s2, 0x00400000
        TRY(1f)
l2:     insn_ll $v0, 0($s2)
1:      CAUGHT_UTLB(EXC_TLBL, l2)
        CHECK($v0, 0x1111)
        li      $s3, NO_MEMORY
        TRY(1f)
l3:     insn_ll $v0, 0($s3)
1:      CAUGHT(EXC_DBE, l3)

        /* mapped, in user mode, with a page that cannot be written: MOD at the sc */
        TLB_MAP(0, PHYS(code), code, LO_V + LO_G)
        TLB_MAP(1, 0x00400000, page, LO_V + LO_G)
        TRY(1f)
        ENTER_USER(user)
1:      CAUGHT(EXC_MOD, PHYS(l4))
        CHECK($v0, 0x4321)
        CHECK_MEM(page, 0x4321)
        TLB_MAP(1, 0x00400000, page, LO_V + LO_D + LO_G)
        TRY(1f)
        ENTER_USER(user)
1:      CAUGHT(EXC_SYS, PHYS(l4) + 4)
        CHECK($v0, 1)
        CHECK_MEM(page, 0x4321)
TEST_END

        .data
        .balign 4
words:  .word   0x100, 0x200

        .section .page, "aw"
        .balign 4096
page:   .word   0x4321
        .balign 4096
code:
user:   insn_ll $v0, 0($s2)
l4:     insn_sc $v0, 0($s2)
        syscall
        nop
