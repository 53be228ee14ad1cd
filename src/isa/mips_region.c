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

static bool mips_region_is_warm(const struct mips_code_page *page, u32 pc)
{
    return page->at[(pc & (MEM_PAGE - 1)) / 4] != NULL;
}

/* The node of pc, made if it can be; -1: it cannot. */
static int mips_region_add(struct mips_region *g, u32 pc)
{
    int known = mips_region_node(g, pc);
    if (known >= 0 || pc & 3 || g->nnodes == g->most_blocks)
        return known;
    if ((pc ^ g->pc) & 0xc0000000u) /* segments of other rights */
        return -1;
    struct mips_code_page *page = mips_region_page(g, pc);
    if (!page || !mips_region_is_warm(page, pc))
        return -1;
    struct mips_node *node = &g->node[g->nnodes];
    *node = (struct mips_node){.pc = pc, .page = page};
    mips_region_scan(g, node);
    if (!node->n || (g->nnodes && g->ninsns + node->n > g->most_insns))
        return -1;
    g->ninsns += node->n;
    return (int)g->nnodes++;
}

static void mips_region_succeed(struct mips_region *g, unsigned i, u32 pc)
{
    int to = mips_region_add(g, pc);
    struct mips_node *node = &g->node[i];
    if (to >= 0 && node->nsucc < ARRAY_LEN(node->succ))
        node->succ[node->nsucc++] = (u8)to;
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
        return;
    case MIPS_OP_jr:
        return;
    default:
        mips_region_succeed(g, i, after - 4 + ((u32)bits_sext(word, 16) << 2));
        mips_region_succeed(g, i, after);
    }
}

/* ---- loops ---- */

struct mips_walk {
    struct mips_region *g;
    bool seen[MIPS_REGION_BLOCKS], open[MIPS_REGION_BLOCKS];
};

/* Which nodes reach `to` without passing the loop's head. */
static void mips_region_mark_loop(struct mips_region *g, unsigned head, unsigned to)
{
    bool in[MIPS_REGION_BLOCKS] = {0}, more = head != to;
    in[head] = in[to] = true;
    while (more) {
        more = false;
        for (unsigned i = 0; i < g->nnodes; i++)
            for (unsigned k = 0; k < g->node[i].nsucc && !in[i]; k++)
                if (in[g->node[i].succ[k]] && g->node[i].succ[k] != head)
                    in[i] = more = true;
    }
    for (unsigned i = 0; i < g->nnodes; i++)
        g->node[i].depth += in[i];
}

static void mips_region_find_loops(struct mips_walk *w, unsigned i)
{
    w->seen[i] = w->open[i] = true;
    for (unsigned k = 0; k < w->g->node[i].nsucc; k++) {
        unsigned to = w->g->node[i].succ[k];
        if (w->open[to])
            mips_region_mark_loop(w->g, to, i);
        else if (!w->seen[to])
            mips_region_find_loops(w, to);
    }
    w->open[i] = false;
}

void mips_region_init(struct mips_region *g)
{
    *g = (struct mips_region){.most_blocks = MIPS_REGION_BLOCKS,
                              .most_insns = MIPS_REGION_INSNS,
                              .most_run = MIPS_BLOCK_MAX - 1};
}

bool mips_region_find(struct mips_region *g, struct mips *c, u32 pc)
{
    g->cpu = c;
    g->pc = pc;
    g->nnodes = g->ninsns = g->npages = g->nhelped = 0;
    g->outdated = false;
    if (mips_region_add(g, pc) < 0)
        return false;
    for (unsigned i = 0; i < g->nnodes; i++)
        mips_region_follow(g, i);
    if (g->outdated)
        return false;
    struct mips_walk w = {.g = g};
    mips_region_find_loops(&w, 0);
    return true;
}
