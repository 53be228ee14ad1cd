/* SPDX-License-Identifier: ISC */
/*
 * A store through a valid entry with D clear: MOD, by the general vector; memory unchanged. Loads
 * pass. Software sets D and repeats: that is how an operating system learns of dirty pages.
 */
#include "test.h"

TEST("exc_tlb_mod")
        li      $t0, 0x40000000
        mtc0    $t0, C0_CONTEXT
        TLB_MAP(7, 0x00400000 + ASID(2), page, LO_V)
        li      $s0, 0x00400000
        li      $s1, 0x55aa1234
        .irp insn, sb, sh, sw, swl, swr
        TRY(.Lafter_\insn)
.Lat_\insn:
        \insn   $s1, 8($s0)
.Lafter_\insn:
        CAUGHT(EXC_MOD, .Lat_\insn)
        CAUGHT_REG(X_BADVADDR, 0x00400008)
        CAUGHT_REG(X_CONTEXT, 0x40001000)
        CAUGHT_REG(X_ENTRYHI, 0x00400000 + ASID(2))
        CHECK_MEM(page + 8, 0xcdcdcdcd)
        .endr
        TRY(fail)
        lw      $v0, 8($s0)
        lb      $v1, 11($s0)
        NOT_CAUGHT
        CHECK($v0, 0xcdcdcdcd)
        CHECK($v1, 0xffffffcd)

        /* in a delay slot */
        TRY(1f)
m1:     b       1f
        sw      $0, 12($s0)
1:      CAUGHT(BD + EXC_MOD, m1)
        CHECK_MEM(page + 12, 0xcdcdcdcd)

        /* the dirty bit in software: probe, set D, write back, repeat */
        HOOK(dirty)
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        sw      $s1, 8($s0)
        sw      $s1, 12($s0)
        HOOK(0)
        CAUGHT_REG(X_COUNT, 1)
        CHECK_MEM(page + 8, 0x55aa1234)
        CHECK_MEM(page + 12, 0x55aa1234)
        mfc0    $v0, C0_INDEX
        nop
        CHECK($v0, 7 << 8)

        /* kseg2 as well */
        TLB_MAP(8, 0xc0400000, page, LO_V + LO_G)
        li      $s0, 0xc0400000
        TRY(1f)
m2:     sw      $0, 8($s0)
1:      CAUGHT(EXC_MOD, m2)
        CAUGHT_REG(X_BADVADDR, 0xc0400008)
        CHECK_MEM(page + 8, 0x55aa1234)

        /* misaligned is said first */
        TRY(1f)
m3:     sw      $0, 6($s0)
1:      CAUGHT(EXC_ADES, m3)
        CAUGHT_REG(X_BADVADDR, 0xc0400006)
TEST_END
fail:   CHECK($0, 1)

dirty:  tlbp                            /* EntryHi is the faulting page */
        nop
        nop
        tlbr
        nop
        nop
        mfc0    $k1, C0_ENTRYLO
        nop
        ori     $k1, $k1, LO_D
        mtc0    $k1, C0_ENTRYLO
        nop
        nop
        tlbwi
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

        .section .page, "aw"
        .balign 4096
page:   .fill   1024, 4, 0xcdcdcdcd
