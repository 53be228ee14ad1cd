/* SPDX-License-Identifier: ISC */
/*
 * The sixteen comparisons of what is less, equal, greater and unordered, and branches by the
 * condition: taken, untaken, and with the condition changed in the delay slot.
 */
#include "fpu.h"

        /* is: 4 less, 2 equal, 1 unordered, 0 greater */
        .macro  compare op, code, is, line
        fpu_control 0
        \op     $f2, $f4
        nop
        nop
        .if     (\code & 8) && \is == 1
        fpu_check_control (!!(\code & \is)) * FP_C + RAISED(FP_V), \line
        .else
        fpu_check_control (!!(\code & \is)) * FP_C, \line
        .endif
        .endm

        .macro  all fmt, is, line
        compare c.f.\fmt, 0, \is, \line
        compare c.un.\fmt, 1, \is, \line
        compare c.eq.\fmt, 2, \is, \line
        compare c.ueq.\fmt, 3, \is, \line
        compare c.olt.\fmt, 4, \is, \line
        compare c.ult.\fmt, 5, \is, \line
        compare c.ole.\fmt, 6, \is, \line
        compare c.ule.\fmt, 7, \is, \line
        compare c.sf.\fmt, 8, \is, \line
        compare c.ngle.\fmt, 9, \is, \line
        compare c.seq.\fmt, 10, \is, \line
        compare c.ngl.\fmt, 11, \is, \line
        compare c.lt.\fmt, 12, \is, \line
        compare c.nge.\fmt, 13, \is, \line
        compare c.le.\fmt, 14, \is, \line
        compare c.ngt.\fmt, 15, \is, \line
        .endm

        .macro  singles a, b, is, line
        fpu_set 2, \a
        fpu_set 4, \b
        all     s, \is, \line
        .endm
        .macro  doubles a_hi, a_lo, b_hi, b_lo, is, line
        fpu_set_d 2, 3, \a_hi, \a_lo
        fpu_set_d 4, 5, \b_hi, \b_lo
        all     d, \is, \line
        .endm
#define SINGLES(a, b, is) singles a, b, is, __LINE__
#define DOUBLES(a_hi, a_lo, b_hi, b_lo, is) doubles a_hi, a_lo, b_hi, b_lo, is, __LINE__

TEST("fpu_compare")
        NEED_FPU
        SINGLES(0xbf800000, 0x00000001, 4)
        SINGLES(0x80000000, 0x00000000, 2)
        SINGLES(INF, 0x7f7fffff, 0)
        SINGLES(0x3f800000, 0x7f800001, 1)
        DOUBLES(0xc0000000, 0, 0xbff00000, 0, 4)
        DOUBLES(0x3ff00000, 1, 0x3ff00000, 1, 2)
        DOUBLES(0x3ff00000, 1, 0x3ff00000, 0, 0)
        DOUBLES(0x7ff00000, 1, 0x7ff00000, 1, 1)

        /* what signals is invalid in any comparison, and the condition is that of unordered */
        FPU_SET(2, SIGNALLING)
        FPU_CONTROL(FP_C)
        c.eq.s  $f2, $f2
        nop
        FPU_CHECK_CONTROL(RAISED(FP_V))

        FPU_CONTROL(FP_C)
        li      $v0, 0
        bc1t    1f
        ori     $v0, $v0, 1             /* in the slot */
        ori     $v0, $v0, 2
1:      bc1f    2f
        ori     $v0, $v0, 4
        ori     $v0, $v0, 8
2:      bc1f    3f                      /* still set, when it is asked for */
        ctc1    $0, FCR31
        ori     $v0, $v0, 0x10
3:      nop
        nop
        bc1f    4f
        nop
        ori     $v0, $v0, 0x20
4:      bc1t    5f
        nop
        ori     $v0, $v0, 0x40
5:      CHECK($v0, 0x5d)
TEST_END
