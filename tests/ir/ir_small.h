/* SPDX-License-Identifier: ISC */
/* Small regions by hand: a state with a slot of each kind, a block or a few. */
#ifndef TESTS_IR_IR_SMALL_H
#define TESTS_IR_IR_SMALL_H

#include "ir/ir.h"

struct small_state {
    u64 x, y, z;
    u32 i, k, m, pc;
    u8 byte, guard[7]; /* what an access to `byte` must not touch */
};

struct small {
    struct ir_region *r;
    struct ir_builder b;
    u16 x, y, z, i, k, m, pc, byte; /* slots */
    struct small_state state;
    struct ir_host host;
    struct ir_left left;
    /* The host's part. */
    u32 memory;                     /* what loads yield and stores set */
    u32 at;                         /* of the last access */
    enum ir_size size;              /* likewise */
    u16 point;                      /* that the host was told */
    i64 budget;                     /* that the host saw */
    u32 pc_seen;                    /* at the last call */
    bool refuses;                   /* everything */
    bool (*helper)(struct small *); /* what calls do besides */
};

void small_init(struct small *s); /* block 0 is begun, and is the entry */
void small_fini(struct small *s);
/* For cmocka: every case has one of its own. */
int small_setup(void **state);
int small_teardown(void **state);
/* A point that sets the pc. */
u16 small_point(struct small *s, u32 pc, u16 unspent, u8 reason);
/* A new block with a charge, its point setting the pc to 0x1000 + its number. */
u16 small_block(struct small *s, u16 charge);
/* Leaves at a new point, verifies, runs from the entry. */
void small_run(struct small *s);
/* As the block is, without an end of its own. */
void small_run_as_it_is(struct small *s);

#endif
