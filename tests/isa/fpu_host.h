/* SPDX-License-Identifier: ISC */
/* What the host's own floating point makes of an instruction: the reference's second witness. */
#ifndef TESTS_ISA_FPU_HOST_H
#define TESTS_ISA_FPU_HOST_H

#include <stdbool.h>
#include <stdint.h>

struct fpu_host {
    bool known; /* else it has nothing to say: an operand is a NaN, or no such instruction */
    bool nan;   /* the result is one; which, the two architectures do not agree on */
    uint64_t result;
    unsigned causes; /* as R3010 has them: I U O Z V from bit 0 */
};

/* insn: of COP1, bit 25 set. The operands as they are in the registers. */
struct fpu_host fpu_host(uint32_t insn, unsigned mode, uint64_t s, uint64_t t);

#endif
