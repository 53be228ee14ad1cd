/* SPDX-License-Identifier: ISC */
/* A division and both its results. */
#ifndef ASM_DIV_H
#define ASM_DIV_H

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

#endif
