/* SPDX-License-Identifier: ISC */
/*
 * mult and multu leave 64 bits in HI and LO. Two instructions lie between mfhi or mflo and the
 * next write of HI or LO, as the chip demands.
 */
#include "test.h"

        .macro  product insn, a, b, hi, lo, line
        li      $t0, \a
        li      $t1, \b
        \insn   $t0, $t1
        mflo    $v0
        mfhi    $v1
        check   $v0, \lo, \line
        check   $v1, \hi, \line
        .endm
#define PRODUCT(insn, a, b, hi, lo) product insn, a, b, hi, lo, __LINE__

TEST("mult")
        PRODUCT(mult,  0, 0, 0, 0)
        PRODUCT(mult,  3, 5, 0, 15)
        PRODUCT(mult,  -3, 5, 0xffffffff, 0xfffffff1)
        PRODUCT(mult,  3, -5, 0xffffffff, 0xfffffff1)
        PRODUCT(mult,  -3, -5, 0, 15)
        PRODUCT(mult,  0x7fffffff, 0x7fffffff, 0x3fffffff, 0x00000001)
        PRODUCT(mult,  0x80000000, 0x80000000, 0x40000000, 0x00000000)
        PRODUCT(mult,  0x80000000, 0x7fffffff, 0xc0000000, 0x80000000)
        PRODUCT(mult,  0x80000000, -1, 0x00000000, 0x80000000)
        PRODUCT(mult,  -1, -1, 0, 1)
        PRODUCT(mult,  0x12345678, 0x9abcdef0, 0xf8cc93d6, 0x242d2080)
        PRODUCT(mult,  0x00010000, 0x00010000, 1, 0)
        PRODUCT(multu, 0, 0, 0, 0)
        PRODUCT(multu, 3, 5, 0, 15)
        PRODUCT(multu, -3, 5, 4, 0xfffffff1)
        PRODUCT(multu, -1, -1, 0xfffffffe, 0x00000001)
        PRODUCT(multu, 0x80000000, 0x80000000, 0x40000000, 0)
        PRODUCT(multu, 0x80000000, 2, 1, 0)
        PRODUCT(multu, 0x12345678, 0x9abcdef0, 0x0b00ea4e, 0x242d2080)
        PRODUCT(multu, 0xffffffff, 1, 0, 0xffffffff)

        /* the operands stay; the result can be read again and again, in any order */
        CHECK($t0, 0xffffffff)
        CHECK($t1, 1)
        li      $t0, 0x10001
        mult    $t0, $t0
        mfhi    $v0
        mfhi    $v1
        mflo    $a3
        mflo    $t2
        CHECK($v0, 1)
        CHECK($v1, 1)
        CHECK($a3, 0x00020001)
        CHECK($t2, 0x00020001)
TEST_END
