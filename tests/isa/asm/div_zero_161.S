/* SPDX-License-Identifier: ISC */
/*
 * What System/161's processor delivers where a division has no answer: LO the largest number (or
 * all ones, for a negative dividend and for divu) and HI zero.
 */
#include "div.h"

TEST("div_zero_161")
        NEED_MIPS161
        QUOTIENT(div,  7, 0, 0x7fffffff, 0)
        QUOTIENT(div,  0, 0, 0x7fffffff, 0)
        QUOTIENT(div,  -7, 0, 0xffffffff, 0)
        QUOTIENT(div,  0x80000000, 0, 0xffffffff, 0)
        QUOTIENT(divu, 7, 0, 0xffffffff, 0)
        QUOTIENT(divu, 0, 0, 0xffffffff, 0)
        QUOTIENT(divu, -7, 0, 0xffffffff, 0)
TEST_END
