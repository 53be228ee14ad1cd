/* SPDX-License-Identifier: ISC */
/*
 * The one quotient that does not fit: the smallest number by -1 gives itself, and no trap.
 *
 * # not on the original: it dies of SIGFPE.
 */
#include "test.h"

        .macro  quotient insn, a, b, lo, hi, line
        li      $t0, \a
        li      $t1, \b
        \insn   $0, $t0, $t1
        mflo    $v0
        mfhi    $v1
        check   $v0, \lo, \line
        check   $v1, \hi, \line
        .endm
#define QUOTIENT(insn, a, b, lo, hi) quotient insn, a, b, lo, hi, __LINE__

TEST("div_overflow")
        QUOTIENT(div,  0x80000000, -1, 0x80000000, 0)
TEST_END
