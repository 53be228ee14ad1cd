/* SPDX-License-Identifier: ISC */
/* fpu.h - for the programs about the floating-point coprocessor. Singles are words, doubles two. */
#ifndef FPU_H
#define FPU_H

#include "test.h"

#define FIR   $0
#define FCR31 $31

/* fcr31: causes, enables, flags, in place; the mode in bits 0 and 1 */
#define FP_I            1
#define FP_U            2
#define FP_O            4
#define FP_Z            8
#define FP_V            16
#define FP_E            32
#define CAUSES(x)       ((x) << 12)
#define ENABLES(x)      ((x) << 7)
#define FLAGS(x)        ((x) << 2)
#define RAISED(x)       (CAUSES(x) + FLAGS(x))
#define FP_C            0x00800000
#define NEAREST         0
#define TO_ZERO         1
#define UP              2
#define DOWN            3

#define INF             0x7f800000
#define NAN             0x7fbfffff      /* the one that operations make */
#define SIGNALLING      0x7fc00000
#define INF_D           0x7ff00000, 0
#define NAN_D           0x7ff7ffff, 0xffffffff

#define FPU_ON          fpu_status ST_CU1
#define FPU_SET(f, w)   fpu_set f, w
#define FPU_SET_D(f, odd, hi, lo)   fpu_set_d f, odd, hi, lo
#define FPU_CONTROL(w)  fpu_control w
#define FPU_CHECK(f, w) fpu_check f, w, __LINE__
#define FPU_CHECK_D(f, odd, hi, lo) fpu_check_d f, odd, hi, lo, __LINE__
#define FPU_CHECK_CONTROL(w)   fpu_check_control w, __LINE__

/* The rest is for processors with floating point; leaves it switched on. */
#define NEED_FPU        need_fpu

#ifdef __ASSEMBLER__

        .set    hardfloat

        .macro  fpu_status s
        li      $k0, \s
        mtc0    $k0, C0_STATUS
        nop
        nop
        nop
        .endm

        .macro  need_fpu
        FPU_ON
        TRY(.Lfpu\@)
        cfc1    $t0, FIR
.Lfpu\@:
        la      $k0, exc_rec
        lw      $k1, X_COUNT($k0)
        sw      $0, X_RESUME($k0)
        bnez    $k1, test_skip
        nop
        .endm

        .macro  fpu_set f, word
        li      $at, \word
        mtc1    $at, $f\f
        nop
        .endm

        .macro  fpu_set_d f, odd, hi, lo
        fpu_set \f, \lo
        fpu_set \odd, \hi
        .endm

        .macro  fpu_control word
        li      $at, \word
        ctc1    $at, FCR31
        nop
        nop
        .endm

        .macro  fpu_check f, word, line
        mfc1    $v1, $f\f
        nop
        check   $v1, \word, \line
        .endm

        .macro  fpu_check_d f, odd, hi, lo, line
        fpu_check \f, \lo, \line
        fpu_check \odd, \hi, \line
        .endm

        .macro  fpu_check_control word, line
        cfc1    $v1, FCR31
        nop
        check   $v1, \word, \line
        .endm

#endif /* __ASSEMBLER__ */
#endif /* FPU_H */
