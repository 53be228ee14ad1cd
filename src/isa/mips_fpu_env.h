/* SPDX-License-Identifier: ISC */
/*
 * The host's environment of floating point while it computes for the guest: fcr31's numbers of
 * rounding modes and flags, in the host's words. C has its usual one outside: nothing traps, to
 * nearest. What the compiler may not move across begin and end goes through volatile.
 */
#ifndef ISA_MIPS_FPU_ENV_H
#define ISA_MIPS_FPU_ENV_H

#include "lib/types.h"

/* As in fcr31: flags from bit 2, enables from 7, causes from 12. */
enum {
    MIPS_FPU_INEXACT = 1,
    MIPS_FPU_UNDERFLOW = 2,
    MIPS_FPU_OVERFLOW = 4,
    MIPS_FPU_ZERO = 8,
    MIPS_FPU_INVALID = 16,
    MIPS_FPU_IEEE = 0x1f,
};

enum {
    MIPS_FPU_MODES = 4, /* to nearest, to zero, up, down */
};

#if defined(__x86_64__)

/* MXCSR alone: fenv.h's functions set the old coprocessor, too, which takes fifteen times as long.
 */
enum {
    MIPS_FPU_ENV_INVALID = 1,
    MIPS_FPU_ENV_ZERO = 4,
    MIPS_FPU_ENV_OVERFLOW = 8,
    MIPS_FPU_ENV_UNDERFLOW = 16,
    MIPS_FPU_ENV_INEXACT = 32,
    MIPS_FPU_ENV_USUAL = 0x1f80,
    MIPS_FPU_ENV_NEAREST = 0 << 13,
    MIPS_FPU_ENV_DOWN = 1 << 13,
    MIPS_FPU_ENV_UP = 2 << 13,
    MIPS_FPU_ENV_TO_ZERO = 3 << 13,
};

static inline void mips_fpu_env_set(int mode)
{
    __builtin_ia32_ldmxcsr(MIPS_FPU_ENV_USUAL | (unsigned)mode);
}

/* Flags may stay raised: what costs most is to write the register. */
static inline int mips_fpu_env_leave(void)
{
    int is = (int)__builtin_ia32_stmxcsr();
    if (is & MIPS_FPU_ENV_TO_ZERO)
        mips_fpu_env_set(MIPS_FPU_ENV_NEAREST);
    return is;
}

#else
#include <fenv.h>

enum {
    MIPS_FPU_ENV_INVALID = FE_INVALID,
    MIPS_FPU_ENV_ZERO = FE_DIVBYZERO,
    MIPS_FPU_ENV_OVERFLOW = FE_OVERFLOW,
    MIPS_FPU_ENV_UNDERFLOW = FE_UNDERFLOW,
    MIPS_FPU_ENV_INEXACT = FE_INEXACT,
    MIPS_FPU_ENV_NEAREST = FE_TONEAREST,
    MIPS_FPU_ENV_DOWN = FE_DOWNWARD,
    MIPS_FPU_ENV_UP = FE_UPWARD,
    MIPS_FPU_ENV_TO_ZERO = FE_TOWARDZERO,
};

static inline void mips_fpu_env_set(int mode)
{
    fesetround(mode);
    feclearexcept(FE_ALL_EXCEPT);
}

static inline int mips_fpu_env_leave(void)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);
    fesetround(FE_TONEAREST);
    return raised;
}

#endif

/* In this of fcr31's rounding modes; no flag is raised. */
static inline void mips_fpu_env_begin(unsigned mode)
{
    static const int modes[MIPS_FPU_MODES] = {MIPS_FPU_ENV_NEAREST, MIPS_FPU_ENV_TO_ZERO,
                                              MIPS_FPU_ENV_UP, MIPS_FPU_ENV_DOWN};
    mips_fpu_env_set(modes[mode]);
}

/* fcr31's flags of what was raised, from bit 0; the environment is the usual one again, but for the
 * host's flags. */
static inline unsigned mips_fpu_env_end(void)
{
    int raised = mips_fpu_env_leave();
    return (raised & MIPS_FPU_ENV_INEXACT ? MIPS_FPU_INEXACT : 0u) |
           (raised & MIPS_FPU_ENV_UNDERFLOW ? MIPS_FPU_UNDERFLOW : 0u) |
           (raised & MIPS_FPU_ENV_OVERFLOW ? MIPS_FPU_OVERFLOW : 0u) |
           (raised & MIPS_FPU_ENV_ZERO ? MIPS_FPU_ZERO : 0u) |
           (raised & MIPS_FPU_ENV_INVALID ? MIPS_FPU_INVALID : 0u);
}

#endif
