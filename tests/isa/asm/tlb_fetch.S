/* SPDX-License-Identifier: ISC */
/*
 * Programs in mapped pages, whose pages come in as they are touched: by jumps, by running from
 * one page into the next, by branches back. Only what the program computes and how often it
 * missed is looked at; where EPC points at each miss is in tlb_fetch_exact.S.
 */
#include "test.h"

TEST("tlb_fetch")
        HOOK(refill)
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        move    $v0, $0
        la      $t0, PHYS(page1)
        jalr    $t0
        nop
        HOOK(0)
        CHECK($v0, 0x1236)
        CAUGHT_REG(X_COUNT, 3)
        CAUGHT_REG(X_VECTOR, 0)

        /* everything is mapped now: once more without a miss */
        TRY(fail)
        move    $v0, $0
        la      $t0, PHYS(page1)
        jalr    $t0
        nop
        CHECK($v0, 0x1236)
        NOT_CAUGHT

        /* with invalid entries it is the general vector */
        TLB_MAP(8, PHYS(page4), page4, 0)
        HOOK(validate)
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        la      $t0, PHYS(page4)
        jalr    $t0
        li      $v0, 5
        HOOK(0)
        CHECK($v0, 6)
        CAUGHT_REG(X_COUNT, 1)
        CAUGHT_REG(X_VECTOR, 0x80)

        /* a page without D can be executed: fetching is reading */
        TLB_MAP(8, PHYS(page4), page4, LO_V)
        jalr    $t0
        li      $v0, 6
        CHECK($v0, 7)
TEST_END
fail:   CHECK($0, 1)

/* Map what missed to its one-to-one frame, in entries 16, 17, ... */
refill: lw      $k1, X_BADVADDR($k0)
        nop
        srl     $k1, $k1, 12
        sll     $k1, $k1, 12
        ori     $k1, $k1, LO_V + LO_G
        mtc0    $k1, C0_ENTRYLO
        lw      $k1, X_COUNT($k0)
        nop
        addiu   $k1, $k1, 16
        sll     $k1, $k1, 8
        mtc0    $k1, C0_INDEX
        nop
        nop
        tlbwi
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

validate:
        tlbp
        nop
        nop
        tlbr
        nop
        nop
        mfc0    $k1, C0_ENTRYLO
        nop
        ori     $k1, $k1, LO_V
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
page1:  b       2f
        addiu   $v0, $v0, 1
1:      jr      $ra
        addiu   $v0, $v0, 1
        .org    page1 + 0x1000 - 8
2:      addiu   $v0, $v0, 2             /* runs into the next page */
        addiu   $v0, $v0, 2
page2:  addiu   $v0, $v0, 0x10
        j       page3                   /* its low 28 bits: one to one */
        addiu   $v0, $v0, 0x10
        .org    page2 + 0x1000
page3:  addiu   $v0, $v0, 0x1000
        bnez    $v0, 1b                 /* back to the first, two pages away */
        addiu   $v0, $v0, 0x210
        .org    page3 + 0x1000
page4:  jr      $ra
        addiu   $v0, $v0, 1
