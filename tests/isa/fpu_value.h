/* SPDX-License-Identifier: ISC */
/* Random floating-point operands, most of them near where something changes: zeros, denormals, ends
 * of ranges, halfway between numbers of less precision, integers near 2^31, infinities, NaNs. */
#ifndef TESTS_ISA_FPU_VALUE_H
#define TESTS_ISA_FPU_VALUE_H

#include "rng.h"

struct fpu_layout {
    int fraction, exponent; /* bits */
};

extern const struct fpu_layout fpu_single, fpu_double;

uint64_t fpu_value(struct rng *r, const struct fpu_layout *l);
/* Another operand for an operation with a: of like size, or so that the result is near an end. */
uint64_t fpu_value_with(struct rng *r, const struct fpu_layout *l, uint64_t a);
uint32_t fpu_value_word(struct rng *r);

#endif
