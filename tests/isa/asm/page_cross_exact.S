/* SPDX-License-Identifier: ISC */
/*
 * The exception itself, when the delay slot on the next page cannot be fetched: BD set, EPC the
 * branch in the page before, BadVAddr and EntryHi the page of the slot. And the data access of
 * an instruction in such a slot can miss on its own.
 *
 * # not on the original: System/161 translates the slot before it executes the branch.
 */
#include "test.h"

        .macro  cross word, line
        li      $t0, \word
        la      $t1, page_a + 0xffc
        sw      $t0, 0($t1)
        li      $t0, 0x00400ff8
        li      $t8, 0x00401020
        li      $v0, 0
        try     .Lresume\@
        jr      $t0
        nop
.Lresume\@:
        caught  BD + EXC_TLBL, 0x00400ffc, 0x8000007c, 0, \line
        caught_reg X_BADVADDR, 0x00401000, \line
        caught_reg X_ENTRYHI, 0x00401000, \line
        check   $v0, 1, \line
        .endm
#define CROSS(word) cross word, __LINE__

TEST("page_cross_exact")
        TLB_MAP(0, 0x00400000, page_a, LO_V + LO_G)
        CROSS(0x10000007)               /* b */
        CROSS(0x1000ffbf)               /* b back */
        CROSS(0x14000007)               /* bne $0, $0: not taken */
        CROSS(0x04110007)               /* bal */
        CROSS(0x08100408)               /* j */
        CROSS(0x0c100408)               /* jal */
        CROSS(0x03000008)               /* jr $t8 */
        CROSS(0x0300f809)               /* jalr $t8 */

        /* no branch: the next page's instruction itself */
        la      $t1, page_a + 0xffc
        sw      $0, 0($t1)
        li      $t0, 0x00400ff8
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT_UTLB(EXC_TLBL, 0x00401000)

        /* invalid instead of missing: general vector */
        TLB_MAP(1, 0x00401000, page_b, LO_D + LO_G)
        li      $t0, 0x10000007
        sw      $t0, 0($t1)
        li      $t0, 0x00400ff8
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT(BD + EXC_TLBL, 0x00400ffc)
        CAUGHT_REG(X_BADVADDR, 0x00401000)

        /* both mapped; the slot loads from a page that is not */
        TLB_MAP(1, 0x00401000, page_b, LO_V + LO_G)
        li      $t3, 0x00500008
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT_UTLB(BD + EXC_TLBL, 0x00400ffc)
        CAUGHT_REG(X_BADVADDR, 0x00500008)
        CAUGHT_REG(X_ENTRYHI, 0x00500000)
TEST_END

        .section .page, "aw"
        .balign 4096
page_b: lw      $v0, 0($t3)             /* 0x401000: the slot */
        .balign 4096
page_a: .space  0xff8
        addiu   $v0, $v0, 1             /* 0x400ff8: start */
        nop                             /* 0x400ffc: the branch */
