/* SPDX-License-Identifier: ISC */
/*
 * An exception in the delay slot of a taken branch: BD is set and EPC is the branch, which will
 * be executed again. Hence a branch and its slot have to be repeatable: the link has been
 * written by then, the slot has done nothing.
 */
#include "test.h"

TEST("exc_in_delay_slot")
        li      $t0, 0x7fffffff
        li      $t1, -1
        li      $t2, 1
        la      $s0, words

        li      $v0, 1
        TRY(1f)
b1:     b       2f
        syscall
        li      $v0, 2
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_SYS, b1)
        CHECK($v0, 1)

        TRY(1f)
b2:     bne     $t0, $t1, 2f
        add     $v0, $t0, $t0
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_OV, b2)
        CHECK($v0, 1)

        TRY(1f)
b3:     blez    $0, 2f
        lw      $v0, 2($s0)
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_ADEL, b3)
        CAUGHT_ADDR(X_BADVADDR, words + 2)
        CHECK($v0, 1)

        TRY(1f)
b4:     bgtz    $t2, 2f
        sw      $t2, 1($s0)
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_ADES, b4)
        CHECK($v0, 1)
        CHECK_MEM(words, 0x12345678)

        TRY(1f)
b5:     bltz    $t1, 2f
        .word   0x0000003f              /* reserved */
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_RI, b5)
        CHECK($v0, 1)

        TRY(1f)
b6:     bgez    $0, 2f
        .word   0x44020000              /* mfc1 $v0, $f0 */
2:      li      $v0, 3
1:      CAUGHT_CE(BD + CE(1) + EXC_CPU, b6)
        CHECK($v0, 1)

        TRY(1f)
b7:     j       2f
        syscall
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_SYS, b7)
        CHECK($v0, 1)

        la      $t3, 2f
        TRY(1f)
b8:     jr      $t3
        syscall
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_SYS, b8)
        CHECK($v0, 1)

        /* the linking ones have linked */
        move    $ra, $0
        TRY(1f)
b9:     jal     2f
        syscall
ret9:   li      $v0, 2
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_SYS, b9)
        CHECK($v0, 1)
        CHECK_ADDR($ra, ret9)
        la      $t3, 2f
        TRY(1f)
b10:    jalr    $s1, $t3
        syscall
ret10:  li      $v0, 2
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_SYS, b10)
        CHECK_ADDR($s1, ret10)
        move    $ra, $0
        TRY(1f)
b11:    bltzal  $t1, 2f
        syscall
ret11:  li      $v0, 2
2:      li      $v0, 3
1:      CAUGHT(BD + EXC_SYS, b11)
        CHECK_ADDR($ra, ret11)

        /* a data TLB miss in the slot: repaired, the branch runs again and arrives */
        HOOK(repair)
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        la      $t3, PHYS(page)
        move    $v0, $0
        li      $t4, 0
b12:    bgezal  $0, 2f
        lw      $v0, 4($t3)
        li      $t4, 1
2:      HOOK(0)
        CHECK($v0, 0xcafe0001)
        CHECK($t4, 0)
        CHECK_ADDR($ra, b12 + 8)
        CAUGHT_REG(X_COUNT, 1)
        CAUGHT_REG(X_VECTOR, 0)
        CAUGHT_ADDR(X_EPC, b12)
        CAUGHT_ADDR(X_BADVADDR, PHYS(page) + 4)
        la      $k0, exc_rec
        lw      $t0, X_CAUSE($k0)
        li      $t1, 0x8000007c
        and     $t0, $t0, $t1
        CHECK($t0, BD + EXC_TLBL)

        /* BD is gone with the next exception outside a slot */
        TRY(1f)
s13:    syscall
1:      CAUGHT(EXC_SYS, s13)

        /* and the instruction at the target of a branch is in no slot */
        TRY(1f)
        b       s14
        nop
s14:    syscall
1:      CAUGHT(EXC_SYS, s14)
TEST_END

repair: la      $k1, PHYS(page) + LO_D + LO_V
        mtc0    $k1, C0_ENTRYLO         /* EntryHi holds the page that missed */
        nop
        nop
        tlbwr
        lw      $k1, X_EPC($k0)
        nop
        jr      $k1
        rfe

        .data
        .balign 4
words:  .word   0x12345678, 0x9abcdef0

        .section .page, "aw"
        .balign 4096
page:   .word   0, 0xcafe0001
