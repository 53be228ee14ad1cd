/* SPDX-License-Identifier: ISC */
/*
 * A kuseg address that no entry matches: the refill exception, with a vector of its own at
 * 0x80000000. BadVAddr, Context and EntryHi hold all that a refill handler needs; once it has
 * written an entry, the access is repeated and succeeds.
 */
#include "test.h"

TEST("exc_tlb_refill")
        li      $t0, 0xffe00000         /* PTEBase all ones */
        mtc0    $t0, C0_CONTEXT
        li      $t0, 0x00abc000 + ASID(21)
        mtc0    $t0, C0_ENTRYHI

        li      $s0, 0x00400000
        li      $v0, 0x1111
        TRY(1f)
r1:     lw      $v0, 0x124($s0)
1:      CAUGHT_UTLB(EXC_TLBL, r1)
        CAUGHT_REG(X_BADVADDR, 0x00400124)
        CAUGHT_REG(X_CONTEXT, 0xffe01000)
        CAUGHT_REG(X_ENTRYHI, 0x00400000 + ASID(21))
        CAUGHT_REG(X_STATUS, 0)
        CHECK($v0, 0x1111)

        li      $s0, 0x7ffff000
        TRY(1f)
r2:     sw      $v0, 0xffc($s0)
1:      CAUGHT_UTLB(EXC_TLBS, r2)
        CAUGHT_REG(X_BADVADDR, 0x7ffffffc)
        CAUGHT_REG(X_CONTEXT, 0xfffffffc)
        CAUGHT_REG(X_ENTRYHI, 0x7ffff000 + ASID(21))

        TRY(1f)
r3:     lw      $v0, 0($0)
1:      CAUGHT_UTLB(EXC_TLBL, r3)
        CAUGHT_REG(X_BADVADDR, 0)
        CAUGHT_REG(X_CONTEXT, 0xffe00000)
        CAUGHT_REG(X_ENTRYHI, ASID(21))

        /* each kind of access (the byte within the word: exc_addr_error_exact.S) */
        li      $s0, 0x12345678
        .irp insn, lb, lbu, lh, lhu, lw, lwl, lwr
        TRY(.Lafter_\insn)
.Lat_\insn:
        \insn   $v0, 0($s0)
.Lafter_\insn:
        CAUGHT_UTLB(EXC_TLBL, .Lat_\insn)
        CAUGHT_REG(X_BADVADDR, 0x12345678)
        CAUGHT_REG(X_CONTEXT, 0xffe48d14)
        CAUGHT_REG(X_ENTRYHI, 0x12345000 + ASID(21))
        CHECK($v0, 0x1111)
        .endr
        .irp insn, sb, sh, sw, swl, swr
        TRY(.Lafter_\insn)
.Lat_\insn:
        \insn   $v0, 0($s0)
.Lafter_\insn:
        CAUGHT_UTLB(EXC_TLBS, .Lat_\insn)
        CAUGHT_REG(X_BADVADDR, 0x12345678)
        .endr

        /* an entry with another ASID does not match */
        TLB_SET(0, 0x00400000 + ASID(20), 0x00000000 + LO_D + LO_V)
        li      $t0, ASID(21)
        mtc0    $t0, C0_ENTRYHI
        li      $s0, 0x00400000
        nop
        TRY(1f)
r4:     lw      $v0, 0($s0)
1:      CAUGHT_UTLB(EXC_TLBL, r4)
        TLB_CLEAR(0)

        /* a handler: the access is repeated, and nothing of the miss is to be seen */
        li      $t0, ASID(3)
        mtc0    $t0, C0_ENTRYHI
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        HOOK(refill)
        li      $s0, 0x00400000
        lw      $v0, 4($s0)
        lw      $v1, 8($s0)             /* no miss any more */
        li      $t0, 0x77778888
        sw      $t0, 12($s0)
        li      $s1, 0x00600000         /* another page, same frame */
        lw      $t1, 12($s1)
        HOOK(0)
        CHECK($v0, 0x11112222)
        CHECK($v1, 0x33334444)
        CHECK($t1, 0x77778888)
        CHECK_MEM(page + 12, 0x77778888)
        CAUGHT_REG(X_COUNT, 2)

        /* the general vector plays no part in that */
        CAUGHT_REG(X_VECTOR, 0)
TEST_END

refill: la      $k1, PHYS(page) + LO_D + LO_V
        mtc0    $k1, C0_ENTRYLO
        nop
        nop
        tlbwr
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

        .section .page, "aw"
        .balign 4096
page:   .word   0, 0x11112222, 0x33334444, 0x55556666
