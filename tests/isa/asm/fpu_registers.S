/* SPDX-License-Identifier: ISC */
/*
 * The 32 registers of the floating-point coprocessor: moves, loads, stores, and doubles as pairs of
 * which the even register has the low word, in either byte order. The control registers: the
 * revision is read-only; of the other, bits that do not exist are 0.
 */
#include "fpu.h"

        .macro  each n
        fpu_set \n, 0xc0de0000 + \n
        .endm
        .macro  still n, line
        fpu_check \n, 0xc0de0000 + \n, \line
        .endm

TEST("fpu_registers")
        NEED_FPU
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        each    \n
        .endr
        .irp    n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        each    \n
        .endr
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        still   \n, __LINE__
        .endr
        .irp    n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        still   \n, __LINE__
        .endr

        /* to memory and back; the register behind it is not concerned */
        la      $s0, word
        lwc1    $f2, 0($s0)
        nop
        swc1    $f2, 4($s0)
        CHECK_MEM(word + 4, 0x12345678)
        FPU_CHECK(3, 0xc0de0003)

        /* moves take anything, what signals too, and leave the causes alone */
        FPU_CONTROL(CAUSES(FP_I) + UP)
        FPU_SET(4, SIGNALLING)
        FPU_SET(5, 0x7fffffff)
        mov.s   $f6, $f4
        mov.d   $f8, $f4
        nop
        FPU_CHECK(6, SIGNALLING)
        FPU_CHECK(7, 0xc0de0007)
        FPU_CHECK_D(8, 9, 0x7fffffff, SIGNALLING)
        FPU_CHECK_CONTROL(CAUSES(FP_I) + UP)

        /* 1.0 and a half */
        FPU_SET_D(10, 11, 0x3ff00000, 0)
        FPU_SET_D(12, 13, 0x3fe00000, 0)
        add.d   $f14, $f10, $f12
        nop
        FPU_CHECK_D(14, 15, 0x3ff80000, 0)

        /* the lowest bit of a double's number is ignored: add.d $f17, $f11, $f13 */
        .word   0x462d5c40
        nop
        FPU_CHECK_D(16, 17, 0x3ff80000, 0)

        cfc1    $t0, FIR
        li      $t1, 0xffffffff
        ctc1    $t1, FIR
        nop
        cfc1    $t2, FIR
        nop
        bne     $t0, $t2, test_fail
        nop
        andi    $t0, $t0, 0xff00
        CHECK($t0, 0x0300)              /* an R3010 */
        FPU_CONTROL(0xff7c0003)
        FPU_CHECK_CONTROL(DOWN)
        FPU_CONTROL(FP_C + 0x7c)
        FPU_CHECK_CONTROL(FP_C + 0x7c)
TEST_END

        .data
        .balign 8
word:   .word   0x12345678, 0
