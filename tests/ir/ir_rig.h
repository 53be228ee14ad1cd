/* SPDX-License-Identifier: ISC */
/*
 * A guest for regions of the intermediate representation, without a machine: a state full of
 * slots, a memory of four pages with a hole, helpers that change slots or refuse.
 */
#ifndef TESTS_IR_IR_RIG_H
#define TESTS_IR_IR_RIG_H

#include "ir/ir.h"

#define IR_RIG_SLOTS 512 /* bytes */
#define IR_RIG_MEM   256 /* the third of its pages of 64 bytes is missing */
#define IR_RIG_PAGE  6   /* bits */

struct ir_rig_state {
    u8 slots[IR_RIG_SLOTS];
    u64 events; /* digest of what helpers and faults saw */
    u32 fault_at;
    /* An engine's own, its software TLB for example. Zero at the start, not compared. */
    _Alignas(16) u8 engine[1024];
};

struct ir_rig {
    struct ir_host host; /* first, so that the callbacks find the rig */
    const struct ir_region *r;
    bool big; /* the byte order of mem */
    struct ir_rig_state state;
    u8 mem[IR_RIG_MEM];
};

/* Contents, byte order and budget (0 to 120) are drawn from the seed. */
void ir_rig_init(struct ir_rig *g, const struct ir_region *r, u64 seed);
struct ir_rig *ir_rig_of(void *state);

/* What an engine with a fast path may use: memory that is there. */
bool ir_rig_page_is_there(u32 page);

/* The helpers that random regions call: struct ir_call's fn. */
bool ir_rig_helper_mixes(void *state, u64 arg);
bool ir_rig_helper_may_refuse(void *state, u64 arg);
bool ir_rig_helper_looks(void *state, u64 arg); /* for ASK: changes no slot; may refuse */

#endif
