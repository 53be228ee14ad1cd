/* SPDX-License-Identifier: ISC */
/*
 * A branch in the last word of a page: its delay slot is the first word of the next, which may
 * lie anywhere in memory (here: before the first), and may have to be brought in at that moment.
 * Every branch is run with both pages mapped, with the second missing, and with both missing.
 *
 * Virtual page 0x400 ends with the branch under test, preceded by $v0 += 1; page 0x401 begins
 * with $v0 += 0x10, the slot.
 */
#include "test.h"

        /* branch word, sum in $v0, whether $ra must then be 0x401004 */
        .macro  cross word, want, links, line
        li      $t0, \word
        la      $t1, page_a + 0xffc
        sw      $t0, 0($t1)
        li      $s2, 0                  /* missing pages */
.Lagain\@:
        TLB_CLEAR(0)
        TLB_CLEAR(1)
        sltiu   $t0, $s2, 2
        beqz    $t0, .Lmapped\@
        nop
        TLB_MAP(0, 0x00400000, page_a, LO_V + LO_G)
.Lmapped\@:
        bnez    $s2, .Lready\@
        nop
        TLB_MAP(1, 0x00401000, page_b, LO_V + LO_G)
.Lready\@:
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        li      $t0, 0x00400ff8
        li      $t8, 0x00401020
        la      $s0, .Lback\@
        li      $ra, 0
        li      $v0, 0
        jr      $t0
        nop
.Lback\@:
        check   $v0, \want, \line
        check   $ra, 0x00401004 * \links, \line
        la      $t0, exc_rec
        lw      $t0, X_COUNT($t0)
        nop
        subu    $t0, $t0, $s2
        check   $t0, 0, \line
        addiu   $s2, $s2, 1
        sltiu   $t0, $s2, 3
        bnez    $t0, .Lagain\@
        nop
        .endm
#define CROSS(word, want, links) cross word, want, links, __LINE__

TEST("page_cross_branch")
        HOOK(refill)
        CROSS(0x00000000, 0x1111, 0)    /* nop: straight on */
        CROSS(0x10000007, 0x2011, 0)    /* b 0x401020 */
        CROSS(0x14000007, 0x1111, 0)    /* bne $0, $0: not taken */
        CROSS(0x1000ffbf, 0x4011, 0)    /* b 0x400f00, back into the first page */
        CROSS(0x1440ffbf, 0x4011, 0)    /* bne $v0, $0, back too */
        CROSS(0x18400007, 0x1111, 0)    /* blez $v0: not taken, it is 1 */
        CROSS(0x1c400007, 0x2011, 0)    /* bgtz $v0 */
        CROSS(0x04400007, 0x1111, 0)    /* bltz $v0: not taken */
        CROSS(0x04410007, 0x2011, 0)    /* bgez $v0 */
        CROSS(0x04110007, 0x2011, 1)    /* bal */
        CROSS(0x04100007, 0x1111, 1)    /* bltzal $0: not taken, links */
        CROSS(0x08100408, 0x2011, 0)    /* j 0x401020 */
        CROSS(0x0c100408, 0x2011, 1)    /* jal 0x401020 */
        CROSS(0x03000008, 0x2011, 0)    /* jr $t8 */
        CROSS(0x0300f809, 0x2011, 1)    /* jalr $t8 */
TEST_END

/* Map page 0x400 in entry 0, page 0x401 in entry 1. */
refill: lw      $k1, X_BADVADDR($k0)
        nop
        srl     $k1, $k1, 12
        andi    $k1, $k1, 1
        sll     $k1, $k1, 8
        mtc0    $k1, C0_INDEX
        bnez    $k1, 1f
        nop
        la      $k1, PHYS(page_a) + LO_V + LO_G
        b       2f
        nop
1:      la      $k1, PHYS(page_b) + LO_V + LO_G
2:      mtc0    $k1, C0_ENTRYLO
        nop
        nop
        tlbwi
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

        .section .page, "aw"
        .balign 4096
page_b: addiu   $v0, $v0, 0x10          /* 0x401000: the slot */
        addiu   $v0, $v0, 0x100
        addiu   $v0, $v0, 0x1000
        jr      $s0
        nop
        .org    page_b + 0x20
        addiu   $v0, $v0, 0x2000        /* 0x401020 */
        jr      $s0
        nop
        .balign 4096
page_a: .space  0xf00
        addiu   $v0, $v0, 0x4000        /* 0x400f00 */
        jr      $s0
        nop
        .org    page_a + 0xff8
        addiu   $v0, $v0, 1             /* 0x400ff8: start */
        nop                             /* 0x400ffc: the branch */
