/* SPDX-License-Identifier: ISC */
/*
 * The one quotient that does not fit: the smallest number by -1 gives itself, and no trap.
 *
 * # not on the original: it dies of SIGFPE.
 */
#include "div.h"

TEST("div_overflow")
        QUOTIENT(div,  0x80000000, -1, 0x80000000, 0)
TEST_END
