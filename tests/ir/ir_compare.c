/* SPDX-License-Identifier: ISC */
#include "ir_compare.h"
#include "lib/bug.h"

#include <stdio.h>
#include <string.h>

#define RUNS 6 /* of a region, on rigs of their own */

void ir_run_evaluator(void *ctx, const struct ir_region *r, struct ir_rig *g, struct ir_ending *out)
{
    (void)ctx;
    u16 entry = r->check == IR_NO_BLOCK ? r->entry : r->check;
    struct ir_left left = ir_eval(r, entry, &g->host);
    *out = (struct ir_ending){.onward = left.onward, .place = left.place};
    out->at_point = left.point && !left.onward;
    out->reason = out->at_point ? r->point[left.point].reason : 0;
}

/* ---- comparing ---- */

static const char *endings_differ(const struct ir_ending *x, const struct ir_ending *y)
{
    if (x->at_point != y->at_point || x->onward != y->onward)
        return "how the region was left";
    if (x->at_point && x->reason != y->reason)
        return "the reason";
    return x->onward && x->place != y->place ? "the place" : NULL;
}

static const char *rigs_differ(const struct ir_rig *x, const struct ir_rig *y)
{
    if (memcmp(x->state.slots, y->state.slots, sizeof x->state.slots))
        return "the slots";
    if (x->state.events != y->state.events || x->state.fault_at != y->state.fault_at)
        return "what helpers and faults saw";
    if (memcmp(x->mem, y->mem, sizeof x->mem))
        return "memory";
    return x->host.budget != y->host.budget ? "the budget" : NULL;
}

const char *ir_differ(const struct ir_region *x, const struct ir_region *y,
                      const struct ir_engine *e, void *ctx, u64 seed)
{
    for (u64 i = 0; i < RUNS; i++) {
        struct ir_rig gx, gy;
        struct ir_ending ex = {0}, ey = {0};
        ir_rig_init(&gx, x, seed * RUNS + i);
        ir_rig_init(&gy, y, seed * RUNS + i);
        ir_run_evaluator(NULL, x, &gx, &ex);
        e->run(ctx, y, &gy, &ey);
        if (ex.onward && ey.onward && !e->loose) { /* nothing has bound what points bind */
            ir_apply(x, 1, &gx.state);
            ir_apply(y, 1, &gy.state);
        }
        const char *what = endings_differ(&ex, &ey);
        if (!what)
            what = rigs_differ(&gx, &gy);
        if (what)
            return what;
    }
    return NULL;
}

/* ---- reducing ---- */

static bool still_differs(const struct ir_region *r, const struct ir_engine *e, void *ctx, u64 seed)
{
    return !ir_verify(r) && ir_differ(r, r, e, ctx, seed);
}

/* The k-th that is simpler and yields the same type, or ends a block as well. */
static bool simpler(const struct ir_insn *in, unsigned k, u16 point, struct ir_insn *out)
{
    static const u64 numbers[] = {0, 1, 0xffffffff, 0x80000000};
    if (ir_ops[in->op].effect != IR_ENDS) {
        enum ir_type type = ir_type_of(in) == IR_I64 ? IR_I64 : IR_I32;
        bool done = k >= ARRAY_LEN(numbers) || in->op == IR_CONST;
        if (!done)
            *out = (struct ir_insn){.op = IR_CONST, .type = (u8)type, .imm = numbers[k]};
        return !done;
    }
    if (k == 0 && in->op != IR_LEAVE)
        *out = (struct ir_insn){.op = IR_LEAVE, .point = point};
    else if (k <= 2 && (in->op == IR_BRANCH || in->op == IR_SWITCH))
        *out = (struct ir_insn){.op = IR_JUMP, .t = k == 1 ? in->f : in->t};
    else
        return false;
    return true;
}

static bool reduce_insn(struct ir_region *r, unsigned at, u16 point, const struct ir_engine *e,
                        void *ctx, u64 seed)
{
    struct ir_insn was = r->insn[at], now;
    for (unsigned k = 0; simpler(&was, k, point, &now); k++) {
        r->insn[at] = now;
        if (still_differs(r, e, ctx, seed))
            return true;
    }
    r->insn[at] = was;
    return false;
}

static unsigned count_left(const struct ir_region *r)
{
    unsigned n = 0;
    for (unsigned i = 1; i < r->ninsns; i++)
        n += r->insn[i].op != IR_CONST && r->insn[i].op != IR_LEAVE;
    return n;
}

unsigned ir_reduce(struct ir_region *r, const struct ir_engine *e, void *ctx, u64 seed)
{
    for (bool more = true; more;) {
        more = false;
        for (unsigned b = 0; b < r->nblocks; b++)
            for (unsigned i = r->block[b].last; r->block[b].first && i >= r->block[b].first; i--)
                more |= reduce_insn(r, i, r->block[b].point, e, ctx, seed);
    }
    return count_left(r);
}

/* ---- one seed ---- */

static void report(const struct ir_engine *e, struct ir_region *x, struct ir_region *y,
                   const char *what, void *ctx, u64 seed)
{
    printf("# seed %llu: %s differs\n", (unsigned long long)seed, what);
    if (x == y) {
        ir_reduce(x, e, ctx, seed);
        printf("# reduced, %s differs:\n", ir_differ(x, x, e, ctx, seed));
    } else {
        ir_print(x, stdout);
        printf("# in other words:\n");
    }
    ir_print(y, stdout);
}

bool ir_compare(const struct ir_engine *e, void *ctx, u64 seed)
{
    struct ir_random_options o = {.loose = e->loose && seed % 2, .raw = seed % 3 == 0};
    if (seed % 8 == 5) { /* more values than registers */
        o.blocks = 16;
        o.insns = 64;
    }
    o.raw = o.raw && !e->other_words;
    struct ir_region *x = ir_random(seed, &o), *y = x;
    if (e->other_words) {
        o.raw = true;
        y = ir_random(seed, &o);
    }
    const char *what = ir_verify(x);
    if (!what)
        what = ir_verify(y);
    BUG_ON(what != NULL);
    what = ir_differ(x, y, e, ctx, seed);
    if (what)
        report(e, x, y, what, ctx, seed);
    if (y != x)
        ir_region_free(y);
    ir_region_free(x);
    return !what;
}
