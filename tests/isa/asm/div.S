/* SPDX-License-Identifier: ISC */
/*
 * div and divu: quotient in LO, remainder in HI. Division truncates towards zero, the remainder
 * has the sign of the dividend.
 */
#include "div.h"

TEST("div")
        QUOTIENT(div,  7, 2, 3, 1)
        QUOTIENT(div,  -7, 2, 0xfffffffd, 0xffffffff)
        QUOTIENT(div,  7, -2, 0xfffffffd, 1)
        QUOTIENT(div,  -7, -2, 3, 0xffffffff)
        QUOTIENT(div,  0, 5, 0, 0)
        QUOTIENT(div,  5, 7, 0, 5)
        QUOTIENT(div,  -5, 7, 0, 0xfffffffb)
        QUOTIENT(div,  0x7fffffff, 1, 0x7fffffff, 0)
        QUOTIENT(div,  0x7fffffff, -1, 0x80000001, 0)
        QUOTIENT(div,  0x80000000, 1, 0x80000000, 0)
        QUOTIENT(div,  0x80000000, 2, 0xc0000000, 0)
        QUOTIENT(div,  0x80000000, 0x80000000, 1, 0)
        QUOTIENT(div,  0x80000001, -1, 0x7fffffff, 0)
        QUOTIENT(div,  1000000007, 10007, 99930, 497)
        QUOTIENT(divu, 7, 2, 3, 1)
        QUOTIENT(divu, -7, 2, 0x7ffffffc, 1)
        QUOTIENT(divu, 7, -2, 0, 7)
        QUOTIENT(divu, 0x80000000, -1, 0, 0x80000000)
        QUOTIENT(divu, 0xffffffff, 1, 0xffffffff, 0)
        QUOTIENT(divu, 0xffffffff, 0xffffffff, 1, 0)
        QUOTIENT(divu, 0xffffffff, 10, 0x19999999, 5)
        QUOTIENT(divu, 0, 3, 0, 0)
        CHECK($t0, 0)
        CHECK($t1, 3)
TEST_END
