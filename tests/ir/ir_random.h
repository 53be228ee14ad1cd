/* SPDX-License-Identifier: ISC */
/*
 * Random regions, all of them valid: loops, every operation, slots of every type, accesses that
 * fail, calls, switches. To be run on an ir_rig. The same seed and options give the same region.
 */
#ifndef TESTS_IR_IR_RANDOM_H
#define TESTS_IR_IR_RANDOM_H

#include "ir/ir.h"

struct ir_random_options {
    unsigned blocks; /* at most, 1 to 16; 0: 8 */
    unsigned insns;  /* of a block, at most; what one of them needs counts little; 0: 16 */
    /* As little as possible is folded and known: the same program as without, in other words. */
    bool raw;
    /* Points bind any slots. Otherwise they bind all of a few that are read and written by nothing
     * else, as a program counter is: then it does not show whether an engine applies a point's map
     * before an access that goes well. */
    bool loose;
};

/* The caller frees it. NULL options: the defaults. */
struct ir_region *ir_random(u64 seed, const struct ir_random_options *options);

#endif
