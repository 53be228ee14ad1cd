/* SPDX-License-Identifier: ISC */
/* What branches say, and how blocks end that have one: its delay slot, and the ways on. */
#include "isa/mips_lift_int.h"

void mips_lift_branch_if(LIFT, V cond)
{
    l->way = LIFT_IF;
    l->cond = cond;
    l->target_pc = l->pc + l->in->imm;
}

void mips_lift_branch_to(LIFT, u32 pc)
{
    l->way = LIFT_TO;
    l->target_pc = pc;
}

void mips_lift_branch_anywhere(LIFT, V target)
{
    u64 pc;
    l->way = LIFT_ANYWHERE;
    l->target = target;
    if (ir_is_const(&l->b, target, &pc) && !(pc & 3))
        mips_lift_branch_to(l, (u32)pc);
}

static void mips_lift_branch_delay_slot(struct mips_lifter *l, bool known, u32 npc)
{
    l->bd = true;
    l->npc_known = known;
    l->npc = npc;
    mips_lift_insn(l, l->node->n - 1u);
    mips_lift_fpu_settle(l);
    l->bd = false;
    l->r->origin -= 4; /* what follows is the branch's */
}

/* The comparison is done again, next to its branch. */
static void mips_lift_branch_by(struct mips_lifter *l, V cond, u16 t, u16 f)
{
    const struct ir_insn *cmp = &l->r->insn[cond];
    if (cmp->op == IR_CMP)
        cond = ir_cmp(&l->b, (enum ir_cc)cmp->cc, cmp->a, cmp->b);
    ir_branch(&l->b, cond, t, f);
}

/* The delay slot may leave, and not by doing the branch again. */
static bool mips_lift_branch_parts(struct mips_lifter *l)
{
    u32 branch = l->node->word[l->node->n - 2], slot = l->node->word[l->node->n - 1];
    bool links = branch >> 26 == 1 && branch & 1u << 20;
    if (l->node->end != MIPS_NOPS)
        return true;
    return mips_lift_is_risky(l, slot) && (links || !mips_lift_fpu_is_easy(l, slot));
}

static void mips_lift_branch_end_if(struct mips_lifter *l)
{
    u32 taken = l->target_pc, next = l->node->pc + 4u * l->node->n;
    V cond = l->cond;
    u16 t, f;
    if (mips_lift_branch_parts(l)) {
        t = mips_lift_later(l, taken, true);
        f = mips_lift_later(l, next, true);
    } else {
        l->redo = true;
        mips_lift_branch_delay_slot(l, true, 0);
        l->redo = false;
        t = mips_lift_way(l, taken);
        f = mips_lift_way(l, next);
    }
    mips_lift_branch_by(l, cond, t, f);
}

static void mips_lift_branch_end_to(struct mips_lifter *l)
{
    u32 to = l->target_pc;
    mips_lift_branch_delay_slot(l, true, to);
    if (l->node->end != MIPS_NOPS)
        mips_lift_look_up(l, to);
    else
        ir_jump(&l->b, mips_lift_way(l, to));
}

/* The ways on that an indirect jump may take inside the region, each once. */
struct mips_lift_branch_ways {
    struct ir_case to[IR_MAX_CASES];
    unsigned n;
};

static void mips_lift_branch_may_go(struct mips_lifter *l, struct mips_lift_branch_ways *w, u32 pc)
{
    if (mips_region_node(l->g, pc) < 0 || w->n == ARRAY_LEN(w->to))
        return;
    for (unsigned i = 0; i < w->n; i++)
        if (w->to[i].value == pc)
            return;
    w->to[w->n++] = (struct ir_case){.value = pc, .block = mips_lift_way(l, pc)};
}

/* Returns: to where the region's calls come back. */
static void mips_lift_branch_returns(struct mips_lifter *l, struct mips_lift_branch_ways *w)
{
    for (unsigned i = 0; i < l->g->nnodes; i++) {
        const struct mips_node *node = &l->g->node[i];
        struct mips_insn in;
        if (!node->branch)
            continue;
        enum mips_op op = mips_lift_decode(l, node->word[node->n - 2], &in);
        if (op == MIPS_OP_jal || op == MIPS_OP_jalr)
            mips_lift_branch_may_go(l, w, node->pc + 4u * node->n);
    }
}

static void mips_lift_branch_ways(struct mips_lifter *l, struct mips_lift_branch_ways *w,
                                  bool is_return)
{
    const struct mips_jump *jump = l->node->jump;
    w->n = 0;
    if (is_return)
        mips_lift_branch_returns(l, w);
    for (unsigned i = 0; jump && i < jump->n; i++)
        mips_lift_branch_may_go(l, w, jump->to[i]);
}

/* To C, which will know where it went. */
static void mips_lift_branch_watched(struct mips_lifter *l)
{
    struct ir_point p = {.n = 1, .reason = MIPS_LEFT_JUMP};
    p.map[0] = (struct ir_binding){.slot = MIPS_LIFT_SLOT(l, npc), .value = l->node->jump->pc};
    ir_put(&l->b, MIPS_LIFT_SLOT(l, pc), l->target);
    ir_leave(&l->b, ir_add_point(l->r, &p));
}

static void mips_lift_branch_end_anywhere(struct mips_lifter *l, bool is_return)
{
    V target = l->target;
    const struct mips_jump *jump = l->node->jump;
    struct mips_lift_branch_ways ways = {.n = 0};
    if (mips_lift_is_risky(l, l->node->word[l->node->n - 1]))
        ir_put(&l->b, MIPS_LIFT_SLOT(l, npc), target);
    u16 block = l->b.block;
    mips_lift_branch_delay_slot(l, false, 0);
    if (l->b.block != block)
        target = l->target = MIPS_LIFT_GET(l, npc);
    if (mips_lift_stops(l)) {
        ir_put(&l->b, MIPS_LIFT_SLOT(l, pc), target);
        struct ir_point p = {.reason = MIPS_LEFT_LOOKUP};
        ir_leave(&l->b, ir_add_point(l->r, &p));
        return;
    }
    if (jump && jump->unseen) {
        mips_lift_branch_watched(l);
        return;
    }
    /* with a STOP in the delay slot the mode may be another: INDIRECT checks */
    if (l->node->end == MIPS_NOPS)
        mips_lift_branch_ways(l, &ways, is_return);
    if (!ways.n) {
        ir_indirect(&l->b, target);
        return;
    }
    u16 other = ir_new_block(l->r);
    ir_put(&l->b, MIPS_LIFT_SLOT(l, npc), target);
    ir_switch(&l->b, target, ways.to, ways.n, other);
    ir_begin(&l->b, l->r, other);
    ir_indirect(&l->b, ir_get(&l->b, MIPS_LIFT_SLOT(l, npc)));
}

void mips_lift_branch_end(struct mips_lifter *l)
{
    u32 word = l->node->word[l->node->n - 2];
    switch (l->way) {
    case LIFT_IF:
        mips_lift_branch_end_if(l);
        return;
    case LIFT_TO:
        mips_lift_branch_end_to(l);
        return;
    default:
        mips_lift_branch_end_anywhere(l, !l->node->jump && bits_get(word, 21, 5) == 31);
    }
}
