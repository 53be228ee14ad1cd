/* SPDX-License-Identifier: ISC */
/*
 * An R3000 cannot wait: a kernel with nothing to do goes round in a loop until an interrupt comes.
 * Here such a loop is recognised, whichever engine runs, so that whoever runs the CPU may pass over
 * whole rounds of it. That is exact: when registers, CP0, counters and memory are as they were a
 * round ago, the next round is the same, and so are all, until something from outside comes.
 *
 * Now and then the CPU is followed for a while, an instruction at a time, writing down what its
 * stores replace. It is given up at the first thing that a round could not repeat: a device's
 * register, an exception, Random or Count. What was followed was executed as ever.
 */
#include "isa/mips_int.h"

#include <string.h>

enum {
    MIPS_SPIN_INSNS = 640,     /* of a round, at most */
    MIPS_SPIN_WORDS = 64,      /* stored to in a round, at most */
    MIPS_SPIN_FIRST = 1 << 12, /* instructions between two looks at least, */
    MIPS_SPIN_LAST = 1 << 25,  /* and at most */

    MIPS_SPIN_RANDOM = 1, /* CP0 registers that change by themselves */
    MIPS_SPIN_COUNT = 9,
};

/* All that decides what the CPU does next, but memory; the count is left out, and the sink. */
#define MIPS_SPIN_STATE offsetof(struct mips, cache)
_Static_assert(offsetof(struct mips, r) == 0, "the state begins with the registers");

struct mips_spin_look {
    struct mips *c;
    u8 state[MIPS_SPIN_STATE];
    u64 retired;
    unsigned nwords;
    struct {
        u8 *at;
        u32 old;
    } word[MIPS_SPIN_WORDS];
};

static bool mips_spin_is_plain(const struct mips *c)
{
    const u32 insns = 1u << TRACE_KINSN | 1u << TRACE_UINSN | 1u << TRACE_JUMP;
    return !(c->tag_low & MIPS_STLB_SPECIAL || c->code->breaks || c->called ||
             c->trace->on & insns || c->request | c->stopped | c->waiting | c->retime);
}

static u32 mips_spin_word(const u8 *p)
{
    u32 v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* False: no room. */
static bool mips_spin_note(struct mips_spin_look *l, u8 *at)
{
    for (unsigned i = 0; i < l->nwords; i++)
        if (l->word[i].at == at)
            return true;
    if (l->nwords == MIPS_SPIN_WORDS)
        return false;
    l->word[l->nwords].at = at;
    l->word[l->nwords++].old = mips_spin_word(at);
    return true;
}

/* False: it is no access to memory, or one to a page with code, which would be noticed. */
static bool mips_spin_access(struct mips_spin_look *l, gva va, bool store)
{
    gpa pa;
    if (!mips_translate(l->c, va, &pa))
        return false;
    const struct mem_region *r = mem_find(l->c->mem, pa);
    if (!r || r->kind == MEM_MMIO || (store && r->kind != MEM_RAM))
        return false;
    u64 off = pa - r->base;
    if (!store)
        return true;
    return !(r->page_flags[off >> MEM_PAGE_SHIFT] & MEM_PAGE_CODE) &&
           mips_spin_note(l, r->host + (off & ~3ull));
}

/* Can a round repeat the instruction? */
static bool mips_spin_follows(struct mips_spin_look *l)
{
    const struct mips *c = l->c;
    struct mips_insn in;
    gpa pa;
    if (c->pc & 3 || !mips_translate(c, c->pc, &pa))
        return false;
    const u8 *p = mem_ram_ptr(c->mem, pa, 4);
    if (!p)
        return false;
    u32 word = mem_load(p, 4, c->big);
    enum mips_op op = mips_decode_op(mips_code_decoder(c->code), word);
    u16 flags = mips_ops[op].flags;
    mips_decode_insn(&in, op, word);
    if (flags & TRAP || op == MIPS_OP_wait || op == MIPS_OP_cache)
        return false;
    if (op == MIPS_OP_mfc0)
        return in.rd != MIPS_SPIN_RANDOM && in.rd != MIPS_SPIN_COUNT;
    if (flags & (LOAD | STORE))
        return mips_spin_access(l, c->r[in.rs] + in.imm, flags & STORE);
    return true;
}

static void mips_spin_begin(struct mips_spin_look *l, struct mips *c)
{
    l->c = c;
    l->retired = c->retired;
    l->nwords = 0;
    memcpy(l->state, c, sizeof l->state);
}

static bool mips_spin_is_back(const struct mips_spin_look *l)
{
    struct mips *c = l->c;
    const u32 *r = (const u32 *)(const void *)l->state;
    u64 retired = c->retired;
    c->r[MIPS_SINK] = r[MIPS_SINK];
    c->retired = l->retired;
    bool same = !memcmp(l->state, c, sizeof l->state);
    c->retired = retired;
    for (unsigned i = 0; i < l->nwords && same; i++)
        same = mips_spin_word(l->word[i].at) == l->word[i].old;
    return same;
}

/* Instructions of a round that leads back to here, which has been done once more; 0: there is none
 * as far as was looked. */
static u64 mips_spin_round(struct mips *c)
{
    struct mips_spin_look l;
    mips_spin_begin(&l, c);
    u32 head = c->pc;
    for (unsigned i = 0; i < MIPS_SPIN_INSNS; i++) {
        if (!mips_spin_is_plain(c) || !mips_spin_follows(&l))
            return 0;
        mips_interp(c, c->retired + 1);
        if (c->pc == head && !c->bd && mips_spin_is_back(&l))
            return c->retired - l.retired;
    }
    return 0;
}

bool mips_spin_look(struct mips *c, u64 left)
{
    struct mips_spin *s = &c->spin;
    if (c->bd || c->timer_on || left < 2 * MIPS_SPIN_INSNS || !mips_spin_is_plain(c)) {
        s->next = c->retired + MIPS_SPIN_FIRST;
        return false;
    }
    s->round = mips_spin_round(c);
    s->at = c->retired;
    if (s->round)
        s->distance = MIPS_SPIN_FIRST;
    else if (s->distance < MIPS_SPIN_LAST)
        s->distance = s->distance ? 2 * s->distance : MIPS_SPIN_FIRST;
    s->next = c->retired + s->distance;
    return s->round;
}

void mips_spin_skip(struct mips *c, u64 n)
{
    struct mips_spin *s = &c->spin;
    if (!s->round || s->at != c->retired)
        return;
    c->retired += n - n % s->round;
    s->next = c->retired + MIPS_SPIN_FIRST;
    s->round = 0;
}
