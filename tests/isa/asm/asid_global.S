/* SPDX-License-Identifier: ISC */
/*
 * Address spaces: one virtual page, a frame of its own per ASID, chosen by EntryHi; and global
 * entries, which belong to all.
 */
#include "test.h"

        .macro  space n
        li      $t0, ASID(\n)
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        .endm

TEST("asid_global")
        TLB_MAP(10, 0x00400000 + ASID(1), page1, LO_V + LO_D)
        TLB_MAP(11, 0x00400000 + ASID(2), page2, LO_V + LO_D)
        TLB_MAP(12, 0x00400000 + ASID(63), page3, LO_V)
        TLB_MAP(13, 0x00500000 + ASID(1), page3, LO_V + LO_G)
        li      $s0, 0x00400000
        li      $s1, 0x00500000
        space   1
        lw      $v0, 0($s0)
        lw      $v1, 0($s1)
        nop
        CHECK($v0, 0x11111111)
        CHECK($v1, 0x33333333)
        space   2
        lw      $v0, 0($s0)
        lw      $v1, 0($s1)
        nop
        CHECK($v0, 0x22222222)
        CHECK($v1, 0x33333333)
        space   63
        lw      $v0, 0($s0)
        lw      $v1, 0($s1)
        nop
        CHECK($v0, 0x33333333)
        CHECK($v1, 0x33333333)
        space   0
        TRY(1f)
a1:     lw      $v0, 0($s0)
1:      CAUGHT_UTLB(EXC_TLBL, a1)
        lw      $v1, 0($s1)
        nop
        CHECK($v1, 0x33333333)

        /* stores go to the space they were made in */
        space   1
        li      $t0, 0x1010
        sw      $t0, 4($s0)
        space   2
        li      $t0, 0x2020
        sw      $t0, 4($s0)
        CHECK_MEM(page1 + 4, 0x1010)
        CHECK_MEM(page2 + 4, 0x2020)
        space   63
        TRY(1f)
a2:     sw      $t0, 4($s0)
1:      CAUGHT(EXC_MOD, a2)
        CAUGHT_REG(X_ENTRYHI, 0x00400000 + ASID(63))
        CHECK_MEM(page3 + 4, 0)

        /* from space to space in a loop, many times */
        li      $s2, 100
        li      $s3, 0
2:      space   1
        lw      $t1, 0($s0)
        space   2
        lw      $t2, 0($s0)
        addu    $s3, $s3, $t1
        addu    $s3, $s3, $t2
        addiu   $s2, $s2, -1
        bnez    $s2, 2b
        nop
        CHECK($s3, 0xffffffec)

        /* the page number in EntryHi does not matter for accesses, only the ASID */
        li      $t0, 0x00777000 + ASID(2)
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        lw      $v0, 0($s0)
        nop
        CHECK($v0, 0x22222222)

        /* kseg2 is subject to ASIDs just the same */
        TLB_MAP(14, 0xc0000000 + ASID(1), page1, LO_V)
        li      $s0, 0xc0000000
        space   1
        lw      $v0, 0($s0)
        space   2
        TRY(1f)
a3:     lw      $v1, 0($s0)
1:      CAUGHT(EXC_TLBL, a3)
        CHECK($v0, 0x11111111)
TEST_END

        .section .page, "aw"
        .balign 4096
page1:  .word   0x11111111
        .balign 4096
page2:  .word   0x22222222
        .balign 4096
page3:  .word   0x33333333, 0
