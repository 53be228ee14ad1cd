/* SPDX-License-Identifier: ISC */
/*
 * Engines against the evaluator, on random regions. A back end joins by one function, its
 * ir_engine_run, and a line in ir_engines.c's table.
 */
#ifndef TESTS_IR_IR_COMPARE_H
#define TESTS_IR_IR_COMPARE_H

#include "ir_random.h"
#include "ir_rig.h"

struct ir_ending {
    bool at_point; /* GUARD, LEAVE or a spent budget; then the point's reason */
    u8 reason;
    bool onward; /* CHAIN or INDIRECT; then the place */
    u64 place;
};

/*
 * Runs a region on the rig from its check block, if it has one, else from its entry. Memory and
 * helpers: through g->host, with host.budget as ir.h has it. Leaves what is left in host.budget.
 */
typedef void ir_engine_run(void *ctx, const struct ir_region *r, struct ir_rig *g,
                           struct ir_ending *out);

struct ir_engine {
    const char *name;
    ir_engine_run *run;
    void *(*open)(void); /* makes ctx, once for many regions; NULL: there is none */
    void (*close)(void *ctx);
    /* The region is built with the least folding possible, and the evaluator's without. */
    bool other_words;
    bool loose; /* the engine applies maps exactly as the evaluator does */
};

extern const struct ir_engine ir_engines[]; /* up to one without a name */

ir_engine_run ir_run_evaluator;

/* One region, run on several rigs. A difference is reduced and printed. */
bool ir_compare(const struct ir_engine *e, void *ctx, u64 seed);
/* What differs between two regions that ought to do the same, or NULL. */
const char *ir_differ(const struct ir_region *x, const struct ir_region *y,
                      const struct ir_engine *e, void *ctx, u64 seed);
/* Makes r as small as it stays different from the evaluator; says how many instructions are left
 * of those that are run. */
unsigned ir_reduce(struct ir_region *r, const struct ir_engine *e, void *ctx, u64 seed);

#endif
