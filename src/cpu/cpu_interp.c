/* SPDX-License-Identifier: ISC */
/* The interpreter as an engine: isa/ does the work. */
#include "cpu/vcpu.h"

static enum vcpu_exit cpu_interp_run(struct vcpu *v, u64 budget)
{
    switch (mips_run(&v->mips, budget)) {
    case MIPS_EXIT_BUDGET:
        return VCPU_BUDGET;
    case MIPS_EXIT_WAIT:
        return VCPU_IDLE;
    case MIPS_EXIT_REQUEST:
        return VCPU_REQUEST;
    case MIPS_EXIT_BREAK:
        return VCPU_BREAK;
    case MIPS_EXIT_WATCH:
        return VCPU_WATCH;
    case MIPS_EXIT_SPIN:
        return VCPU_SPIN;
    default:
        return VCPU_STOPPED;
    }
}

const struct vcpu_engine vcpu_interp = {.name = "interp", .run = cpu_interp_run};
