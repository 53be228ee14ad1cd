/* SPDX-License-Identifier: ISC */
/* The host's floating point between the guest, whose rounding and flags it has while translated
 * code runs that computes, and C, which never sees them. */
#include "cpu/cpu_jit_int.h"
#include "isa/mips_fpu_env.h"

void cpu_jit_fpu_pause(struct mips *c)
{
    c->fpu.flags |= mips_fpu_env_end();
}

void cpu_jit_fpu_enter(struct mips *c)
{
    c->fpu.live = true;
    mips_fpu_env_begin(c->fcr31 & MIPS_FCR31_RM);
}
