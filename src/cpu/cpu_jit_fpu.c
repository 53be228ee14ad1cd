/* SPDX-License-Identifier: ISC */
/* The host's floating point between the guest, whose rounding and flags it has while translated
 * code runs that computes, and C, which never sees them. */
#include "cpu/cpu_jit_int.h"

static enum jit_round cpu_jit_fpu_mode(const struct mips *c)
{
    static const u8 mode[] = {JIT_NEAREST, JIT_TO_ZERO, JIT_UP, JIT_DOWN};
    return (enum jit_round)mode[c->fcr31 & MIPS_FCR31_RM];
}

/* fcr31's flags, from bit 0 here; without invalid. */
static unsigned cpu_jit_fpu_flags(unsigned raised)
{
    return (raised & JIT_INEXACT ? 1u : 0) | (raised & JIT_UNDERFLOW ? 2u : 0) |
           (raised & JIT_OVERFLOW ? 4u : 0) | (raised & JIT_BY_ZERO ? 8u : 0);
}

void cpu_jit_fpu_pause(struct mips *c)
{
    c->fpu.flags |= cpu_jit_fpu_flags(jit_float_end());
}

void cpu_jit_fpu_enter(struct mips *c)
{
    c->fpu.live = true;
    jit_float_begin(cpu_jit_fpu_mode(c));
}
