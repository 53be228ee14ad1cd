/* SPDX-License-Identifier: ISC */
/*
 * Code that changes code: a function before it is called, the instruction just ahead, the body
 * of a running loop, an instruction behind, a branch's delay slot; by words, halves and bytes. A
 * real R3000 would need its instruction cache flushed in between; here every store counts from
 * the next instruction on, and whoever translates code must notice.
 */
#include "test.h"

#ifdef __MIPSEB__
#define LOWBYTE 3
#define LOWHALF 2
#else
#define LOWBYTE 0
#define LOWHALF 0
#endif

#define ADDIU_V0(n) (0x24420000 + (n))  /* addiu $v0, $v0, n */

TEST("self_modifying")
        /* a function, before each call */
        la      $s0, func
        jal     func
        li      $v0, 0
        CHECK($v0, 1)
        li      $t0, ADDIU_V0(2)
        sw      $t0, 0($s0)
        jal     func
        li      $v0, 0
        CHECK($v0, 2)
        li      $t0, 0x10
        sb      $t0, LOWBYTE($s0)
        jal     func
        li      $v0, 0
        CHECK($v0, 0x10)
        li      $t0, 0x1234
        sh      $t0, LOWHALF($s0)
        jal     func
        li      $v0, 0
        CHECK($v0, 0x1234)
        li      $t0, ADDIU_V0(7)        /* by halves of swl and swr */
        sw      $0, 0($s0)
        swl     $t0, 3 - LOWBYTE($s0)
        jal     func
        li      $v0, 0
        CHECK($v0, 7)

        /* the next instruction, the one after it */
        li      $v0, 0
        la      $s0, next
        li      $t0, ADDIU_V0(5)
        sw      $t0, 0($s0)
next:   addiu   $v0, $v0, 1
        CHECK($v0, 5)
        li      $v0, 0
        la      $s0, next2
        li      $t0, ADDIU_V0(6)
        sw      $t0, 0($s0)
        nop
next2:  addiu   $v0, $v0, 1
        CHECK($v0, 6)

        /* a loop that counts up its own increment: 1 + 2 + ... + 100 */
        li      $v0, 0
        li      $t1, 100
        la      $s0, step
1:
step:   addiu   $v0, $v0, 1
        lw      $t0, 0($s0)
        addiu   $t1, $t1, -1
        addiu   $t0, $t0, 1
        bnez    $t1, 1b
        sw      $t0, 0($s0)
        CHECK($v0, 5050)
        CHECK_MEM(step, ADDIU_V0(101))

        /* the delay slot of a loop, from within the loop */
        li      $v0, 0
        li      $t1, 10
        la      $s0, slot
        li      $t0, ADDIU_V0(3)
1:      addiu   $t1, $t1, -1
        sw      $t0, 0($s0)
        bnez    $t1, 1b
slot:   addiu   $v0, $v0, 1
        CHECK($v0, 30)

        /* a branch turned into a nop and back, in turns */
        li      $v0, 0
        li      $t1, 10
        la      $s0, turn
        lw      $t2, 0($s0)
1:      lw      $t0, 0($s0)
        nop
        xor     $t0, $t0, $t2           /* branch <-> nop */
        sw      $t0, 0($s0)
turn:   b       2f
        nop
        addiu   $v0, $v0, 1
2:      addiu   $t1, $t1, -1
        bnez    $t1, 1b
        nop
        CHECK($v0, 5)

        /* code that was never there: written and called, twice at the same place */
        la      $s0, buffer
        li      $t0, ADDIU_V0(0x100)
        li      $t1, 0x03e00008         /* jr $ra */
        sw      $t0, 0($s0)
        sw      $t1, 4($s0)
        sw      $0, 8($s0)
        jalr    $s0
        li      $v0, 1
        CHECK($v0, 0x101)
        sw      $t1, 0($s0)
        sw      $t0, 4($s0)
        jalr    $s0
        li      $v0, 2
        CHECK($v0, 0x102)

        /* data on the page of the code: no change of the code */
        la      $s0, func
        li      $t1, 100
        li      $v0, 0
1:      sw      $t1, 16($s0)
        jal     func
        addiu   $t1, $t1, -1
        bnez    $t1, 1b
        nop
        CHECK($v0, 700)

        /* an instruction made reserved, and repaired */
        la      $s0, broken
        lw      $s1, 0($s0)
        li      $t0, 0x0000003f
        sw      $t0, 0($s0)
        TRY(1f)
        li      $v0, 1
broken: li      $v0, 2
1:      CAUGHT(EXC_RI, broken)
        CHECK($v0, 1)
        sw      $s1, 0($s0)
        jal     again
        nop
        CHECK($v0, 2)
TEST_END

again:  la      $t0, broken
        lw      $t0, 0($t0)
        la      $t1, 1f
        sw      $t0, 0($t1)
1:      nop
        jr      $ra
        nop

        .balign 64
func:   addiu   $v0, $v0, 1
        jr      $ra
        nop
        nop
        .word   0, 0
buffer: .word   0, 0, 0, 0
