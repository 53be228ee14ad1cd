/* SPDX-License-Identifier: ISC */
/*
 * kseg2, 0xc0000000 and up: mapped like kuseg, for the kernel alone. A miss there goes to the
 * general vector, which leaves the refill handler at 0x80000000 free to use kseg2 itself.
 */
#include "test.h"

TEST("kseg2")
        li      $t0, 0x00200000
        mtc0    $t0, C0_CONTEXT
        li      $s0, 0xc0000000
        li      $v0, 0x1111
        TRY(1f)
k1:     lw      $v0, 0x10($s0)
1:      CAUGHT(EXC_TLBL, k1)
        CAUGHT_REG(X_BADVADDR, 0xc0000010)
        CAUGHT_REG(X_CONTEXT, 0x00300000)
        CAUGHT_REG(X_ENTRYHI, 0xc0000000)
        CHECK($v0, 0x1111)
        li      $s1, 0xfffff000
        TRY(1f)
k2:     sw      $v0, 0xffc($s1)
1:      CAUGHT(EXC_TLBS, k2)
        CAUGHT_REG(X_BADVADDR, 0xfffffffc)
        CAUGHT_REG(X_CONTEXT, 0x003ffffc)
        CAUGHT_REG(X_ENTRYHI, 0xfffff000)

        /* mapped: data at both ends of the segment */
        TLB_MAP(0, 0xc0000000, page, LO_V + LO_D + LO_G)
        TLB_MAP(1, 0xfffff000, page, LO_V + LO_D + LO_G)
        lw      $v0, 4($s0)
        nop
        CHECK($v0, 0x22222222)
        li      $t0, 0x44444444
        sw      $t0, 0xffc($s1)
        lw      $v0, 0xffc($s0)
        nop
        CHECK($v0, 0x44444444)
        CHECK_MEM(page + 0xffc, 0x44444444)
        lw      $v0, -4($0)             /* the last word of the address space */
        nop
        CHECK($v0, 0x44444444)

        /* code */
        TLB_MAP(2, KSEG2(code), code, LO_V + LO_G)
        la      $t0, KSEG2(add)
        jalr    $t0
        li      $a0, 20
        CHECK($v0, 22)
        TRY(1f)
        la      $t0, KSEG2(k3)
        jr      $t0
        nop
1:      CAUGHT(EXC_SYS, KSEG2(k3))

        /* 0xbfffffff and 0xc0000000 are neighbours in name only */
        li      $s0, 0xc0000000
        TLB_CLEAR(0)
        TRY(1f)
k4:     lw      $v0, 0($s0)
1:      CAUGHT(EXC_TLBL, k4)

        /* not for users: an address error, mapped or not */
        TLB_MAP(0, 0xc0000000, page, LO_V + LO_D + LO_G)
        TLB_MAP(3, PHYS(code), code, LO_V + LO_G)
        TRY(1f)
        ENTER_USER(k5)
1:      CAUGHT(EXC_ADEL, PHYS(k5))
        CAUGHT_REG(X_BADVADDR, 0xc0000000)
        TRY(1f)
        ENTER_USER(k6)
1:      CAUGHT(EXC_ADES, PHYS(k6))
        CAUGHT_REG(X_BADVADDR, 0xc0000004)
        CHECK_MEM(page + 4, 0x22222222)
TEST_END

        .section .page, "aw"
        .balign 4096
page:   .word   0x11111111, 0x22222222
        .balign 4096
code:
add:    jr      $ra
        addiu   $v0, $a0, 2
k3:     syscall
k5:     lw      $v0, 0($s0)
        nop
k6:     sw      $0, 4($s0)
        nop
