/* SPDX-License-Identifier: ISC */
/*
 * Arithmetic and conversions, with the last bit by rounding mode, and the flags that they raise:
 * zeros, denormals, infinities and NaNs are computed with like anything else.
 */
#include "fpu.h"

        .macro  single op, mode, a, b, want, raised, line
        fpu_set 2, \a
        fpu_set 4, \b
        fpu_set 7, 0x600d
        fpu_control \mode
        \op     $f6, $f2, $f4
        nop
        fpu_check 6, \want, \line
        fpu_check 7, 0x600d, \line
        fpu_check_control RAISED(\raised) + \mode, \line
        .endm
#define SINGLE(...) single __VA_ARGS__, __LINE__

        .macro  double op, mode, a_hi, a_lo, b_hi, b_lo, hi, lo, raised, line
        fpu_set_d 2, 3, \a_hi, \a_lo
        fpu_set_d 4, 5, \b_hi, \b_lo
        fpu_control \mode
        \op     $f6, $f2, $f4
        nop
        fpu_check_d 6, 7, \hi, \lo, \line
        fpu_check_control RAISED(\raised) + \mode, \line
        .endm
#define DOUBLE(...) double __VA_ARGS__, __LINE__

        /* of one operand, any format */
        .macro  convert op, mode, a_hi, a_lo, hi, lo, raised, line
        fpu_set_d 2, 3, \a_hi, \a_lo
        fpu_set 7, \hi
        fpu_control \mode
        \op     $f6, $f2
        nop
        fpu_check_d 6, 7, \hi, \lo, \line
        fpu_check_control RAISED(\raised) + \mode, \line
        .endm
#define CONVERT(...) convert __VA_ARGS__, __LINE__

#define ONE     0x3f800000
#define TWO     0x40000000
#define THREE   0x40400000
#define MINUS   0x80000000
#define LARGEST 0x7f7fffff
#define ONE_D   0x3ff00000, 0
#define THREE_D 0x40080000, 0

TEST("fpu_arith")
        NEED_FPU
        SINGLE(add.s, NEAREST, ONE, ONE, TWO, 0)
        SINGLE(sub.s, NEAREST, ONE, TWO, MINUS + ONE, 0)
        SINGLE(mul.s, NEAREST, TWO, THREE, 0x40c00000, 0)
        SINGLE(div.s, NEAREST, ONE, THREE, 0x3eaaaaab, FP_I)
        SINGLE(div.s, TO_ZERO, ONE, THREE, 0x3eaaaaaa, FP_I)
        SINGLE(div.s, UP, ONE, THREE, 0x3eaaaaab, FP_I)
        SINGLE(div.s, DOWN, ONE, THREE, 0x3eaaaaaa, FP_I)
        SINGLE(div.s, DOWN, MINUS + ONE, THREE, 0xbeaaaaab, FP_I)
        SINGLE(add.s, NEAREST, ONE, 0x33800000, ONE, FP_I)              /* a tie: even */
        SINGLE(add.s, NEAREST, ONE + 1, 0x33800000, ONE + 2, FP_I)
        SINGLE(add.s, UP, ONE, 1, ONE + 1, FP_I)

        /* zeros */
        SINGLE(sub.s, NEAREST, ONE, ONE, 0, 0)
        SINGLE(sub.s, DOWN, ONE, ONE, MINUS, 0)
        SINGLE(mul.s, NEAREST, MINUS, ONE, MINUS, 0)
        SINGLE(div.s, NEAREST, MINUS + ONE, 0, MINUS + INF, FP_Z)

        /* the ends of the range */
        SINGLE(add.s, NEAREST, LARGEST, LARGEST, INF, FP_O + FP_I)
        SINGLE(add.s, TO_ZERO, LARGEST, LARGEST, LARGEST, FP_O + FP_I)
        SINGLE(mul.s, UP, MINUS + LARGEST, TWO, MINUS + LARGEST, FP_O + FP_I)
        SINGLE(mul.s, DOWN, MINUS + LARGEST, TWO, MINUS + INF, FP_O + FP_I)
        SINGLE(mul.s, NEAREST, 0x00800000, 0x3f000000, 0x00400000, 0)   /* tiny, but exact */
        SINGLE(mul.s, NEAREST, 0x00800001, 0x3f000000, 0x00400000, FP_U + FP_I)
        SINGLE(mul.s, UP, 1, 1, 1, FP_U + FP_I)
        SINGLE(add.s, NEAREST, 0x007fffff, 1, 0x00800000, 0)
        SINGLE(mul.s, NEAREST, 0x00ffffff, 0x3f000000, 0x00800000, FP_U + FP_I)

        /* what is no number */
        SINGLE(sub.s, NEAREST, INF, INF, NAN, FP_V)
        SINGLE(mul.s, NEAREST, 0, INF, NAN, FP_V)
        SINGLE(div.s, NEAREST, 0, 0, NAN, FP_V)
        SINGLE(add.s, NEAREST, 0x7f800123, 0xff800456, 0x7f800123, 0)
        SINGLE(add.s, NEAREST, ONE, 0xff800456, 0xff800456, 0)
        SINGLE(add.s, NEAREST, 0x7f800123, SIGNALLING, NAN, FP_V)

        DOUBLE(add.d, NEAREST, ONE_D, ONE_D, 0x40000000, 0, 0)
        DOUBLE(div.d, NEAREST, ONE_D, THREE_D, 0x3fd55555, 0x55555555, FP_I)
        DOUBLE(div.d, UP, ONE_D, THREE_D, 0x3fd55555, 0x55555556, FP_I)
        DOUBLE(mul.d, NEAREST, 0x7fe00000, 0, 0x40000000, 0, INF_D, FP_O + FP_I)
        DOUBLE(sub.d, NEAREST, INF_D, INF_D, NAN_D, FP_V)
        DOUBLE(mul.d, DOWN, 0, 1, 0x3fe00000, 0, 0, 0, FP_U + FP_I)

        /* signs */
        CONVERT(abs.s, NEAREST, 0x600d, 0x80000001, 0x600d, 1, 0)
        CONVERT(neg.s, NEAREST, 0x600d, 0, 0x600d, MINUS, 0)
        CONVERT(neg.s, NEAREST, 0x600d, SIGNALLING, 0x600d, NAN, FP_V)
        CONVERT(neg.s, NEAREST, 0x600d, 0x7f800001, 0x600d, 0x7f800001, 0)
        CONVERT(abs.d, NEAREST, 0xfff00000, 0, 0x7ff00000, 0, 0)
        CONVERT(neg.d, NEAREST, ONE_D, 0xbff00000, 0, 0)

        /* conversions */
        CONVERT(cvt.d.s, NEAREST, 0, 0x00000001, 0x36a00000, 0, 0)
        CONVERT(cvt.d.s, NEAREST, 0, 0xff800001, 0xfff00000, 0x20000000, 0)
        CONVERT(cvt.d.w, NEAREST, 0, 0x80000000, 0xc1e00000, 0, 0)
        CONVERT(cvt.s.w, NEAREST, 0x600d, 0x7fffffff, 0x600d, 0x4f000000, FP_I)
        CONVERT(cvt.s.w, DOWN, 0x600d, 0x7fffffff, 0x600d, 0x4effffff, FP_I)
        CONVERT(cvt.s.d, NEAREST, ONE_D, 0x3ff00000, ONE, 0)
        CONVERT(cvt.s.d, NEAREST, 0x7ff00000, 1, 0x7ff00000, NAN, 0)    /* nothing of it is left */
        CONVERT(cvt.s.d, NEAREST, 0x47efffff, 0xf0000000, 0x47efffff, INF, FP_O + FP_I)
        CONVERT(cvt.w.s, NEAREST, 0x600d, 0x40200000, 0x600d, 2, FP_I)  /* 2.5 */
        CONVERT(cvt.w.s, UP, 0x600d, 0x40200000, 0x600d, 3, FP_I)
        CONVERT(cvt.w.s, NEAREST, 0x600d, 0xc0600000, 0x600d, -4, FP_I) /* -3.5 */
        CONVERT(cvt.w.s, NEAREST, 0x600d, 0x4f000000, 0x600d, 0x7fffffff, FP_V)
        CONVERT(cvt.w.s, NEAREST, 0x600d, 0xcf000000, 0x600d, 0x80000000, 0)
        CONVERT(cvt.w.d, NEAREST, 0x41dfffff, 0xffe00000, 0x41dfffff, 0x7fffffff, FP_V)
        CONVERT(cvt.w.d, TO_ZERO, 0x41dfffff, 0xffe00000, 0x41dfffff, 0x7fffffff, FP_I)
        CONVERT(cvt.w.d, NEAREST, 0xfff00000, 0, 0xfff00000, 0x7fffffff, FP_V)
TEST_END
