/* SPDX-License-Identifier: ISC */
/*
 * An entry that matches with V clear: TLBL or TLBS as for a miss, but by the general vector, so
 * that a refill handler may load invalid entries without looking at them.
 */
#include "test.h"

TEST("exc_tlb_invalid")
        li      $t0, 0x80200000
        mtc0    $t0, C0_CONTEXT
        TLB_MAP(3, 0x00400000 + ASID(4), page, 0)
        li      $s0, 0x00400000
        li      $v0, 0x1111
        TRY(1f)
i1:     lw      $v0, 0x10($s0)
1:      CAUGHT(EXC_TLBL, i1)
        CAUGHT_REG(X_BADVADDR, 0x00400010)
        CAUGHT_REG(X_CONTEXT, 0x80201000)
        CAUGHT_REG(X_ENTRYHI, 0x00400000 + ASID(4))
        CHECK($v0, 0x1111)
        TRY(1f)
i2:     sw      $v0, 0x20($s0)
1:      CAUGHT(EXC_TLBS, i2)
        CAUGHT_REG(X_BADVADDR, 0x00400020)
        CHECK_MEM(page + 0x20, 0xabababab)

        /* D does not help */
        TLB_MAP(3, 0x00400000 + ASID(4), page, LO_D)
        TRY(1f)
i3:     sw      $v0, 0x20($s0)
1:      CAUGHT(EXC_TLBS, i3)
        TRY(1f)
i4:     lw      $v0, 0x20($s0)
1:      CAUGHT(EXC_TLBL, i4)

        /* global */
        TLB_MAP(3, 0x00400000 + ASID(4), page, LO_D + LO_G)
        li      $t0, ASID(5)
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        TRY(1f)
i5:     lw      $v0, 0x20($s0)
1:      CAUGHT(EXC_TLBL, i5)
        CAUGHT_REG(X_ENTRYHI, 0x00400000 + ASID(5))

        /* in user mode too */
        TLB_MAP(4, PHYS(code), code, LO_V + LO_G)
        TRY(1f)
        ENTER_USER(i6)
1:      CAUGHT(EXC_TLBL, PHYS(i6))
        CAUGHT_REG(X_STATUS, ST_KUP)
        CHECK_MEM(page + 0x20, 0xabababab)

        /* set V, and all is well */
        TLB_MAP(3, 0x00400000 + ASID(4), page, LO_V)
        lw      $v0, 0x20($s0)
        nop
        CHECK($v0, 0xabababab)
TEST_END

        .section .page, "aw"
        .balign 4096
page:   .fill   1024, 4, 0xabababab
code:   nop
i6:     lw      $v0, 0($s0)
        nop
