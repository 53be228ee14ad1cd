/* SPDX-License-Identifier: ISC */
/*
 * The divisions that have no answer do not trap, they deliver something. The manual leaves it
 * open; what the chip's shift-and-subtract leaves behind is: by zero LO = all ones (one for a
 * negative dividend of div) and HI = the dividend; the smallest number by -1 gives itself.
 *
 * The plain chip's; System/161's answers to division by zero are in div_zero_161.S.
 */
#include "div.h"

TEST("div_corner")
        NEED_R3000
        li      $t0, 0x77777777         /* HI and LO hold something else before */
        mthi    $t0
        mtlo    $t0
        QUOTIENT(div,  0x80000000, -1, 0x80000000, 0)
        QUOTIENT(div,  7, 0, 0xffffffff, 7)
        QUOTIENT(div,  0, 0, 0xffffffff, 0)
        QUOTIENT(div,  -7, 0, 1, 0xfffffff9)
        QUOTIENT(div,  0x80000000, 0, 1, 0x80000000)
        QUOTIENT(divu, 7, 0, 0xffffffff, 7)
        QUOTIENT(divu, 0, 0, 0xffffffff, 0)
        QUOTIENT(divu, -7, 0, 0xffffffff, 0xfffffff9)
TEST_END
