/* SPDX-License-Identifier: ISC */
/*
 * What a region holds: the blocks that are reached from its head by branches, calls and falling
 * through, as far as they have been executed before, so that cold paths stay out.
 */
#include "isa/mips_lift.h"

#include <string.h>

int mips_region_node(const struct mips_region *g, u32 pc)
{
    for (unsigned i = 0; i < g->nnodes; i++)
        if (g->node[i].pc == pc)
            return (int)i;
    return -1;
}

/* The page that pc is in; NULL: not mapped, or no memory. */
static struct mips_code_page *mips_region_page(struct mips_region *g, u32 pc)
{
    gpa pa;
    if (!mips_translate(g->cpu, pc, &pa))
        return NULL;
    struct mips_code_page *page = mips_code_page_at(g->cpu, pa);
    if (page && g->cpu->code->debug.nbreaks && mips_code_mark(g->cpu, page, pc) != page) {
        g->outdated = true; /* pages of the region are others now: next time */
        return NULL;
    }
    for (unsigned i = 0; i < g->npages; i++)
        if (g->page[i] == page)
            return page;
    if (!page || g->npages == MIPS_REGION_PAGES)
        return NULL;
    g->page[g->npages++] = page;
    return page;
}

static enum mips_op mips_region_op(const struct mips_region *g, u32 word)
{
    return mips_decode_op(mips_code_decoder(g->cpu->code), word);
}

/* Breakpoints are the interpreter's. */
static bool mips_region_is_marked(const struct mips_code_page *page, u32 index)
{
    return page->marks[index / 32] & 1u << index % 32;
}

/* How far the block goes: as mips_code.c has it. */
static void mips_region_scan(const struct mips_region *g, struct mips_node *node)
{
    u32 off = node->pc & (MEM_PAGE - 1);
    node->end = MIPS_NOPS;
    while (off + 4u * node->n < MEM_PAGE && (node->n < g->most_run || node->branch) &&
           !mips_region_is_marked(node->page, off / 4 + node->n)) {
        u32 word = mem_load(node->page->host + off + 4 * node->n, 4, g->cpu->big);
        enum mips_op op = mips_region_op(g, word);
        u16 flags = mips_ops[op].flags;
        if (node->branch && flags & (BRANCH | TRAP)) /* the interpreter does better */
            break;
        node->word[node->n++] = word;
        if (flags & (STOP | TRAP))
            node->end = (u8)op;
        if (node->branch || flags & (STOP | TRAP))
            return;
        node->branch = flags & BRANCH;
    }
    if (node->branch) { /* without its delay slot */
        node->n--;
        node->branch = false;
    }
}

/* Is the block in so many regions already, and the head of one, that it can do without one more?
 * Large functions would be in hundreds. */
static bool mips_region_is_common(const struct mips_region *g, const struct mips_block *b)
{
    return g->nnodes && !g->wide && b->native && b->copies >= MIPS_REGION_COPIES;
}

/* Executed so seldom, beside the head, that translating it does not pay yet. */
static bool mips_region_is_cold(const struct mips_region *g, const struct mips_block *b)
{
    u16 hot = g->cpu->code->native->heat;
    bool counted = b->first && !b->native;
    return g->nnodes && !g->wide && counted && b->heat > hot - hot / MIPS_REGION_COLD;
}

static unsigned mips_region_most_blocks(const struct mips_region *g)
{
    bool wide = g->wide && g->most_blocks == MIPS_REGION_BLOCKS;
    return wide ? MIPS_REGION_WIDE_BLOCKS : g->most_blocks;
}

static unsigned mips_region_most_insns(const struct mips_region *g)
{
    bool wide = g->wide && g->most_insns == MIPS_REGION_INSNS;
    return wide ? MIPS_REGION_WIDE_INSNS : g->most_insns;
}

/* The node of pc, made if it can be; -1: it cannot. */
static int mips_region_add(struct mips_region *g, u32 pc)
{
    int known = mips_region_node(g, pc);
    if (known >= 0 || pc & 3 || g->nnodes == mips_region_most_blocks(g))
        return known;
    if ((pc ^ g->pc) & 0xc0000000u) /* segments of other rights */
        return -1;
    struct mips_code_page *page = mips_region_page(g, pc);
    struct mips_block *b = page ? page->at[(pc & (MEM_PAGE - 1)) / 4] : NULL;
    if (!b || mips_region_is_cold(g, b) || mips_region_is_common(g, b)) /* NULL: never executed */
        return -1;
    struct mips_node *node = &g->node[g->nnodes];
    *node = (struct mips_node){.pc = pc, .page = page};
    mips_region_scan(g, node);
    if (!node->n || (g->nnodes && g->ninsns + node->n > mips_region_most_insns(g)))
        return -1;
    g->ninsns += node->n;
    b->copies += b->copies < UINT8_MAX;
    return (int)g->nnodes++;
}

static void mips_region_succeed(struct mips_region *g, unsigned i, u32 pc)
{
    int to = mips_region_add(g, pc);
    struct mips_node *node = &g->node[i];
    if (to >= 0 && node->nsucc < ARRAY_LEN(node->succ))
        node->succ[node->nsucc++] = (u8)to;
}

/* Where the node's jump has been seen to go. */
static void mips_region_jump(struct mips_region *g, unsigned i)
{
    struct mips_node *node = &g->node[i];
    if (!g->jumps || node->end != MIPS_NOPS)
        return;
    node->jump = mips_jump_find(g->jumps, node->page, node->pc + 4u * (node->n - 2u));
    if (!node->jump || node->jump->unseen)
        return;
    g->wide |= node->jump->n > 1;
    for (unsigned k = 0; k < node->jump->n; k++)
        mips_region_succeed(g, i, node->jump->to[k]);
}

static void mips_region_follow(struct mips_region *g, unsigned i)
{
    const struct mips_node *node = &g->node[i];
    u32 after = node->pc + 4u * node->n;
    if (node->end != MIPS_NOPS && (node->branch || mips_ops[node->end].flags & TRAP))
        return;
    if (!node->branch) {
        mips_region_succeed(g, i, after);
        return;
    }
    u32 word = node->word[node->n - 2];
    enum mips_op op = mips_region_op(g, word);
    switch (op) {
    case MIPS_OP_j:
        mips_region_succeed(g, i, ((after - 4) & 0xf0000000u) | (word & 0x3ffffff) << 2);
        return;
    case MIPS_OP_jal:
        mips_region_succeed(g, i, ((after - 4) & 0xf0000000u) | (word & 0x3ffffff) << 2);
        mips_region_succeed(g, i, after);
        return;
    case MIPS_OP_jalr:
        mips_region_succeed(g, i, after);
        mips_region_jump(g, i);
        return;
    case MIPS_OP_jr:
        if (bits_get(word, 21, 5) != 31)
            mips_region_jump(g, i);
        return;
    default:
        mips_region_succeed(g, i, after - 4 + ((u32)bits_sext(word, 16) << 2));
        mips_region_succeed(g, i, after);
    }
}

/* ---- loops ---- */

/* Sets of nodes are bits of a word. */
_Static_assert(MIPS_REGION_WIDE_BLOCKS <= 64, "sets of nodes");

struct mips_walk {
    struct mips_region *g;
    u64 seen, open;
    u64 from[MIPS_REGION_WIDE_BLOCKS];  /* nodes that go there */
    u64 turns[MIPS_REGION_WIDE_BLOCKS]; /* those of them that turn back: there a loop begins */
};

static void mips_region_walk(struct mips_walk *w, unsigned i)
{
    w->seen |= 1ull << i;
    w->open |= 1ull << i;
    for (unsigned k = 0; k < w->g->node[i].nsucc; k++) {
        unsigned to = w->g->node[i].succ[k];
        w->from[to] |= 1ull << i;
        if (w->open & 1ull << to)
            w->turns[to] |= 1ull << i;
        else if (!(w->seen & 1ull << to))
            mips_region_walk(w, to);
    }
    w->open &= ~(1ull << i);
}

/* The loop is whatever reaches a turn without passing the head. */
static void mips_region_mark_loop(const struct mips_walk *w, unsigned head)
{
    u64 in = 1ull << head, todo = w->turns[head] & ~in;
    while (todo) {
        unsigned i = (unsigned)__builtin_ctzll(todo);
        in |= 1ull << i;
        todo = (todo | w->from[i]) & ~in;
    }
    for (unsigned i = 0; i < w->g->nnodes; i++)
        w->g->node[i].depth += in >> i & 1;
}

static void mips_region_find_loops(struct mips_region *g)
{
    struct mips_walk w = {.g = g};
    mips_region_walk(&w, 0);
    for (unsigned i = 0; i < g->nnodes; i++)
        if (w.turns[i])
            mips_region_mark_loop(&w, i);
}

void mips_region_init(struct mips_region *g)
{
    g->jumps = NULL;
    g->most_blocks = MIPS_REGION_BLOCKS;
    g->most_insns = MIPS_REGION_INSNS;
    g->most_run = MIPS_BLOCK_MAX - 1;
}

bool mips_region_find(struct mips_region *g, struct mips *c, u32 pc)
{
    g->cpu = c;
    g->pc = pc;
    g->nnodes = g->ninsns = g->npages = g->nhelped = 0;
    g->outdated = g->wide = false;
    if (mips_region_add(g, pc) < 0)
        return false;
    for (unsigned i = 0; i < g->nnodes; i++)
        mips_region_follow(g, i);
    if (g->outdated)
        return false;
    mips_region_find_loops(g);
    return true;
}
