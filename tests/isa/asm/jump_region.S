/* SPDX-License-Identifier: ISC */
/*
 * j and jal hold 28 bits of their target; the upper four come from the address of the delay
 * slot, which is in the next region when the jump is the last word of one.
 */
#include "test.h"

TEST("jump_region")
        /* within a region: the same jump goes elsewhere under another address */
        TLB_MAP(0, 0x10000000, page_b, LO_V + LO_G)
        TLB_MAP(1, 0x20000000, page_c, LO_V + LO_G)
        la      $ra, back
        li      $t0, 0x10000008
        li      $v0, 0
        jr      $t0
        nop
back:   CHECK($v0, 0x200)
        la      $ra, 1f
        li      $t0, 0x20000008
        li      $v0, 0
        jr      $t0
        nop
1:      CHECK($v0, 0x300)

        /* in the last word before a region the slot decides: 0x10000100, not 0x00000100 */
        TLB_MAP(2, 0x0ffff000, page_a, LO_V + LO_G)
        TLB_MAP(3, 0x00000000, page_c, LO_V + LO_G)
        la      $ra, 1f
        li      $t0, 0x0ffffff8
        li      $v0, 0
        jr      $t0
        nop
1:      CHECK($v0, 0x212)

        /* jal the same, linking behind the slot */
        la      $t1, page_a + 0xffc
        li      $t2, 0x0c000048         /* jal 0x120 */
        sw      $t2, 0($t1)
        la      $s0, 1f
        li      $t0, 0x0ffffff8
        li      $v0, 0
        jr      $t0
        nop
1:      CHECK($v0, 0x412)
        CHECK($ra, 0x10000004)
TEST_END

        .section .page, "aw"
        .balign 4096
page_a: .space  0xff8
        addiu   $v0, $v0, 2             /* 0x0ffffff8 */
        .word   0x08000040              /* 0x0ffffffc: j 0x100 */
page_b: addiu   $v0, $v0, 0x10          /* 0x10000000: its slot */
        nop
        .word   0x08000040              /* 0x10000008 */
        nop
        .org    page_b + 0x100
        jr      $ra
        addiu   $v0, $v0, 0x200
        .org    page_b + 0x120
        jr      $s0
        addiu   $v0, $v0, 0x400
        .org    page_b + 0x1000
page_c: nop
        nop
        .word   0x08000040              /* 0x20000008 */
        nop
        .org    page_c + 0x100
        jr      $ra
        addiu   $v0, $v0, 0x300
