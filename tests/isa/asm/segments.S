/* SPDX-License-Identifier: ISC */
/*
 * kseg0 and kseg1 are two names of the first 512 MB: what is written through one is read through
 * the other, and through kuseg and kseg2 where they are mapped there. The N flag of an entry
 * (uncached) makes no difference to what is read.
 */
#include "test.h"

TEST("segments")
        la      $s0, page
        la      $s1, KSEG1(page)
        li      $t0, 0x01234567
        sw      $t0, 0($s0)
        nop
        lw      $v0, 0($s1)
        nop
        CHECK($v0, 0x01234567)
        li      $t0, 0x89abcdef
        sw      $t0, 4($s1)
        nop
        lw      $v0, 4($s0)
        nop
        CHECK($v0, 0x89abcdef)

        TLB_MAP(0, 0x00400000, page, LO_V + LO_D + LO_G)
        TLB_MAP(1, 0x7ffff000, page, LO_V + LO_D + LO_G + LO_N)
        TLB_MAP(2, 0xc0000000, page, LO_V + LO_D + LO_G)
        TLB_MAP(3, 0xffffe000, page, LO_V + LO_D + LO_G + LO_N)
        li      $t0, 0x00400000
        li      $t1, 0x7ffff000
        li      $t2, 0xc0000000
        li      $t3, 0xffffe000
        .irp r, $t0, $t1, $t2, $t3
        lw      $v0, 4(\r)
        nop
        CHECK($v0, 0x89abcdef)
        .endr
        li      $t4, 0x11
        sb      $t4, 8($t0)
        li      $t4, 0x22
        sb      $t4, 9($t1)
        li      $t4, 0x33
        sb      $t4, 10($t2)
        li      $t4, 0x44
        sb      $t4, 11($t3)
#ifdef __MIPSEB__
        CHECK_MEM(page + 8, 0x11223344)
#else
        CHECK_MEM(page + 8, 0x44332211)
#endif
        lw      $v0, 8($s1)
        lw      $v1, 8($t1)
        nop
        subu    $v0, $v0, $v1
        CHECK($v0, 0)

        /* code in kseg1: links and EPC are kseg1 addresses */
        la      $t0, KSEG1(hop)
        jalr    $t0
        nop
        CHECK_ADDR($v0, KSEG1(hop) + 12)
        CHECK($v1, 77)

        /* a mapping of a device: the mainboard's configuration, by kuseg */
        TLB_SET(4, 0x00600000, 0x1fff7000 + LO_V + LO_D + LO_G + LO_N)
        li      $t0, LB_MAINBOARD
        li      $t1, 0x00600c00
        lw      $v0, 4($t0)
        lw      $v1, 4($t1)
        nop
        subu    $v0, $v0, $v1
        CHECK($v0, 0)
TEST_END

hop:    move    $t9, $ra
        bgezal  $0, 1f
        nop
1:      move    $v0, $ra
        jr      $t9
        li      $v1, 77

        .section .page, "aw"
        .balign 4096
page:   .space  64
