/* SPDX-License-Identifier: ISC */
/*
 * One pass over a function's instructions from its start, in which registers hold symbolic values:
 * what was in them at the entry, the entry's stack pointer plus a constant, the exception's
 * address. Branches forward carry the state to their targets, so that code after an early return
 * has the frame that it really has. Stores of such values to the stack are where the function
 * saved them.
 */
#include "isa/mips_unwind.h"

#include "lib/bits.h"

#define UNWIND_INSNS   16384 /* of one function */
#define UNWIND_BACK    4096  /* words, when nobody knows where the function starts */
#define UNWIND_PENDING 32
#define UNWIND_SLOTS   48

#define R_ZERO 0
#define R_GP   28
#define R_SP   29
#define R_FP   30
#define R_RA   31

enum unwind_kind {
    UNWIND_UNKNOWN,
    UNWIND_CONST, /* off */
    UNWIND_ENTRY, /* what register `reg` held when the function was entered */
    UNWIND_STACK, /* stack pointer number `reg` plus off; number 0 is the one at the entry */
    UNWIND_EPC,
};

struct unwind_value {
    u8 kind, reg;
    u32 off;
};

struct unwind_state {
    struct unwind_value r[32];
};

struct unwind_slot {
    u8 base; /* at `off` from this stack pointer */
    u32 off;
    struct unwind_value saved;
};

struct unwind {
    const struct mips_unwind_host *host;
    bool start_known;
    struct unwind_state now;
    bool live;                /* `now` holds: the next instruction is reached from here */
    struct unwind_state body; /* with the largest frame: for code that only a table leads to */
    bool returned;            /* what made it not live was a return */
    struct {
        u32 va;
        struct unwind_state state;
    } pending[UNWIND_PENDING]; /* branches forward */
    unsigned npending;
    struct unwind_slot slot[UNWIND_SLOTS];
    unsigned nslots;
    unsigned bases;
};

static struct unwind_value mips_unwind_stack(unsigned base, u32 off)
{
    return (struct unwind_value){.kind = UNWIND_STACK, .reg = (u8)base, .off = off};
}

static void mips_unwind_enter(struct unwind_state *s)
{
    for (unsigned i = 0; i < 32; i++)
        s->r[i] = (struct unwind_value){.kind = UNWIND_ENTRY, .reg = (u8)i};
    s->r[R_ZERO] = (struct unwind_value){.kind = UNWIND_CONST};
    s->r[R_SP] = mips_unwind_stack(0, 0);
}

static bool mips_unwind_same(struct unwind_value a, struct unwind_value b)
{
    return a.kind == b.kind && a.reg == b.reg && a.off == b.off;
}

/* ---- what an instruction does to registers and stack ---- */

static void mips_unwind_set(struct unwind *u, unsigned reg, struct unwind_value v)
{
    if (reg == R_ZERO)
        return;
    if (reg == R_SP && v.kind != UNWIND_STACK)
        v = mips_unwind_stack(u->bases < 255 ? ++u->bases : 255, 0);
    u->now.r[reg] = v;
}

static void mips_unwind_lose(struct unwind *u, unsigned reg)
{
    mips_unwind_set(u, reg, (struct unwind_value){.kind = UNWIND_UNKNOWN});
}

static void mips_unwind_add(struct unwind *u, unsigned reg, struct unwind_value a, u32 b)
{
    if (b && a.kind != UNWIND_STACK && a.kind != UNWIND_CONST)
        a.kind = UNWIND_UNKNOWN;
    else
        a.off += b;
    mips_unwind_set(u, reg, a);
}

static void mips_unwind_register_op(struct unwind *u, u32 word)
{
    struct unwind_value s = u->now.r[bits_get(word, 21, 5)], t = u->now.r[bits_get(word, 16, 5)];
    unsigned d = bits_get(word, 11, 5), function = bits_get(word, 0, 6);
    bool adds = function == 0x20 || function == 0x21 || function == 0x25;
    bool subtracts = function == 0x22 || function == 0x23;
    if (function == 0x25 && (s.kind != UNWIND_CONST || s.off) && (t.kind != UNWIND_CONST || t.off))
        mips_unwind_lose(u, d); /* not a move */
    else if (adds && t.kind == UNWIND_CONST)
        mips_unwind_add(u, d, s, t.off);
    else if (adds && s.kind == UNWIND_CONST)
        mips_unwind_add(u, d, t, s.off);
    else if (subtracts && t.kind == UNWIND_CONST)
        mips_unwind_add(u, d, s, 0u - t.off);
    else
        mips_unwind_lose(u, d);
}

static void mips_unwind_immediate_op(struct unwind *u, u32 word)
{
    unsigned t = bits_get(word, 16, 5), op = bits_get(word, 26, 6);
    struct unwind_value s = u->now.r[bits_get(word, 21, 5)];
    if (op == 0x08 || op == 0x09)
        mips_unwind_add(u, t, s, (u32)bits_sext(word, 16));
    else if (op == 0x0d && s.kind == UNWIND_CONST)
        mips_unwind_set(u, t, (struct unwind_value){UNWIND_CONST, 0, s.off | (word & 0xffff)});
    else if (op == 0x0f)
        mips_unwind_set(u, t, (struct unwind_value){UNWIND_CONST, 0, word << 16});
    else
        mips_unwind_lose(u, t);
}

static struct unwind_slot *mips_unwind_slot(struct unwind *u, unsigned base, u32 off)
{
    for (unsigned i = 0; i < u->nslots; i++)
        if (u->slot[i].base == base && u->slot[i].off == off)
            return &u->slot[i];
    return NULL;
}

static void mips_unwind_store(struct unwind *u, u32 word)
{
    struct unwind_value at = u->now.r[bits_get(word, 21, 5)], v = u->now.r[bits_get(word, 16, 5)];
    u32 off = at.off + (u32)bits_sext(word, 16);
    if (at.kind != UNWIND_STACK)
        return;
    struct unwind_slot *slot = mips_unwind_slot(u, at.reg, off);
    bool worth = v.kind == UNWIND_ENTRY || v.kind == UNWIND_STACK || v.kind == UNWIND_EPC;
    if (!slot && worth && u->nslots < UNWIND_SLOTS)
        slot = &u->slot[u->nslots++];
    if (slot)
        *slot = (struct unwind_slot){.base = at.reg, .off = off, .saved = v};
}

static void mips_unwind_load(struct unwind *u, u32 word)
{
    struct unwind_value at = u->now.r[bits_get(word, 21, 5)];
    const struct unwind_slot *slot = NULL;
    if (bits_get(word, 26, 6) == 0x23 && at.kind == UNWIND_STACK)
        slot = mips_unwind_slot(u, at.reg, at.off + (u32)bits_sext(word, 16));
    unsigned t = bits_get(word, 16, 5);
    if (slot)
        mips_unwind_set(u, t, slot->saved);
    else
        mips_unwind_lose(u, t);
}

/* All but branches. */
static void mips_unwind_insn(struct unwind *u, u32 word)
{
    unsigned op = bits_get(word, 26, 6), t = bits_get(word, 16, 5);
    if (op == 0 && word)
        mips_unwind_register_op(u, word);
    else if (op >= 0x08 && op <= 0x0f)
        mips_unwind_immediate_op(u, word);
    else if (op == 0x2b)
        mips_unwind_store(u, word);
    else if ((op >= 0x20 && op <= 0x26) || op == 0x30)
        mips_unwind_load(u, word);
    else if (op == 0x10 && bits_get(word, 21, 5) == 0 && bits_get(word, 11, 5) == 14)
        mips_unwind_set(u, t, (struct unwind_value){.kind = UNWIND_EPC});
    else if (op == 0x38 || (op == 0x10 && bits_get(word, 21, 5) == 0))
        mips_unwind_lose(u, t); /* sc, mfc0 */
}

/* ---- where it goes on ---- */

enum unwind_way {
    UNWIND_ON,     /* no branch, or one that may not be taken */
    UNWIND_CALL,   /* comes back */
    UNWIND_AWAY,   /* goes elsewhere, never on */
    UNWIND_RETURN, /* jr $ra */
};

static enum unwind_way mips_unwind_way(u32 word)
{
    unsigned op = bits_get(word, 26, 6);
    if (op == 3 || (op == 1 && bits_get(word, 20, 1)))
        return UNWIND_CALL;
    if (op == 2 || word >> 16 == 0x1000) /* j, b */
        return UNWIND_AWAY;
    if (op == 0 && (word & 0x3f) == 9)
        return UNWIND_CALL;
    if (op == 0 && (word & 0x3f) == 8)
        return bits_get(word, 21, 5) == R_RA ? UNWIND_RETURN : UNWIND_AWAY;
    return UNWIND_ON;
}

static bool mips_unwind_is_branch(u32 word)
{
    unsigned op = bits_get(word, 26, 6);
    return (op >= 1 && op <= 7) || (op == 0 && (word & 0x3e) == 8);
}

static bool mips_unwind_target(u32 pc, u32 word, u32 *target)
{
    unsigned op = bits_get(word, 26, 6);
    if (op == 0 || op == 3)
        return false;
    *target = op == 2 ? ((pc + 4) & 0xf0000000u) | (word & 0x3ffffff) << 2
                      : pc + 4 + ((u32)bits_sext(word, 16) << 2);
    return true;
}

static void mips_unwind_clobber(struct unwind *u)
{
    static const u8 callers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, R_RA};
    for (unsigned i = 0; i < sizeof callers; i++)
        mips_unwind_lose(u, callers[i]);
}

/* What both ways agree on; a stack pointer in dispute becomes one of its own. */
static void mips_unwind_meet(struct unwind *u, const struct unwind_state *other)
{
    for (unsigned i = 0; i < 32; i++)
        if (!mips_unwind_same(u->now.r[i], other->r[i]))
            mips_unwind_lose(u, i);
}

/* Takes in the branches that lead here; those that the pass has gone by are dropped. */
static void mips_unwind_arrive(struct unwind *u, u32 pc)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < u->npending; i++) {
        if (u->pending[i].va > pc) {
            u->pending[kept++] = u->pending[i];
        } else if (u->live) {
            mips_unwind_meet(u, &u->pending[i].state);
        } else {
            u->now = u->pending[i].state;
            u->live = true;
        }
    }
    u->npending = kept;
    if (u->live)
        return;
    if (u->returned && !u->start_known)
        mips_unwind_enter(&u->now);
    else
        u->now = u->body;
    u->live = true;
}

static u32 mips_unwind_frame_size(const struct unwind_state *s)
{
    return s->r[R_SP].kind == UNWIND_STACK && s->r[R_SP].reg == 0 ? 0u - s->r[R_SP].off : 0;
}

static void mips_unwind_branch(struct unwind *u, u32 pc, u32 branch, u32 end)
{
    u32 target;
    if (mips_unwind_frame_size(&u->now) >= mips_unwind_frame_size(&u->body))
        u->body = u->now;
    if (mips_unwind_target(pc, branch, &target) && target > pc + 4 && target <= end &&
        u->npending < UNWIND_PENDING) {
        u->pending[u->npending].va = target;
        u->pending[u->npending++].state = u->now;
    }
    enum unwind_way way = mips_unwind_way(branch);
    if (way == UNWIND_CALL)
        mips_unwind_clobber(u);
    u->live = way == UNWIND_ON || way == UNWIND_CALL;
    u->returned = way == UNWIND_RETURN;
}

/* The state when the instruction at `end` is about to run. False: the code can't be read. */
static bool mips_unwind_scan(struct unwind *u, u32 start, u32 end)
{
    u32 branch = 0, word;
    bool slot = false;
    mips_unwind_enter(&u->now);
    u->body = u->now;
    u->live = true;
    for (u32 pc = start; pc < end; pc += 4) {
        if (!slot)
            mips_unwind_arrive(u, pc);
        if (!u->host->read(u->host->ctx, pc, &word))
            return false;
        bool is_branch = mips_unwind_is_branch(word);
        if (!is_branch)
            mips_unwind_insn(u, word);
        else if (mips_unwind_way(word) == UNWIND_CALL)
            mips_unwind_lose(u, R_RA);
        if (slot)
            mips_unwind_branch(u, pc - 4, branch, end);
        slot = is_branch && !slot;
        branch = word;
    }
    if (!slot)
        mips_unwind_arrive(u, end);
    return true;
}

/* ---- where a function starts ---- */

static bool mips_unwind_is_prologue(u32 word)
{
    return (word >> 16 == 0x27bd || word >> 16 == 0x23bd) && (word & 0x8000);
}

/* Back to what looks like a prologue; if there is none, nothing is known to have been saved. */
static u32 mips_unwind_guess_start(const struct mips_unwind_host *host, u32 pc)
{
    u32 word, va = pc;
    for (unsigned i = 0; i < UNWIND_BACK && va >= 4; i++) {
        va -= 4;
        if (!host->read(host->ctx, va, &word))
            break;
        if (mips_unwind_is_prologue(word))
            return va;
    }
    return pc;
}

static u32 mips_unwind_start(struct unwind *u, u32 pc)
{
    u32 start;
    const struct mips_unwind_host *host = u->host;
    u->start_known = host->start && host->start(host->ctx, pc, &start) && start <= pc &&
                     (pc - start) / 4 < UNWIND_INSNS;
    return u->start_known ? start : mips_unwind_guess_start(host, pc);
}

/* ---- from a frame to its caller's ---- */

struct unwind_base {
    unsigned number; /* which stack pointer */
    u32 value;
};

/* The entry's stack pointer if a register leads to it, else the one in use. */
static struct unwind_base mips_unwind_base(const struct unwind *u,
                                           const struct mips_unwind_regs *regs)
{
    static const u8 order[] = {R_SP, R_FP, 16, 17, 18, 19, 20, 21, 22, 23};
    const struct unwind_value *sp = &u->now.r[R_SP];
    for (unsigned i = 0; i < sizeof order; i++) {
        const struct unwind_value *v = &u->now.r[order[i]];
        if (v->kind == UNWIND_STACK && v->reg == 0)
            return (struct unwind_base){0, regs->r[order[i]] - v->off};
    }
    return (struct unwind_base){sp->reg, regs->r[R_SP] - sp->off};
}

/* Below the stack pointer nothing is saved: the way to here has not made that frame. */
static bool mips_unwind_in_frame(const struct unwind *u, const struct unwind_slot *s)
{
    const struct unwind_value *sp = &u->now.r[R_SP];
    return sp->reg != s->base || (i32)(s->off - sp->off) >= 0;
}

/* Where the value is now: where it was saved, or in a register that still holds it. In this order,
 * because a loop may have come by here and changed the register since. */
static bool mips_unwind_find(const struct unwind *u, const struct mips_unwind_regs *regs,
                             struct unwind_base base, struct unwind_value wanted, u32 *value)
{
    for (unsigned i = 0; i < u->nslots; i++) {
        const struct unwind_slot *s = &u->slot[i];
        if (s->base == base.number && mips_unwind_same(s->saved, wanted) &&
            mips_unwind_in_frame(u, s))
            return u->host->read(u->host->ctx, (base.value + s->off) & ~3u, value);
    }
    for (unsigned i = 1; i < 32; i++) {
        if (mips_unwind_same(u->now.r[i], wanted)) {
            *value = regs->r[i];
            return true;
        }
    }
    return false;
}

static bool mips_unwind_saved_epc(const struct unwind *u, struct unwind_base base)
{
    for (unsigned i = 0; i < u->nslots; i++)
        if (u->slot[i].base == base.number && u->slot[i].saved.kind == UNWIND_EPC)
            return true;
    return false;
}

/* Which registers could be found, a bit each. */
static u32 mips_unwind_restore(const struct unwind *u, const struct mips_unwind_regs *regs,
                               struct unwind_base base, struct mips_unwind_regs *out)
{
    u32 known = 1u << R_ZERO | 1u << R_SP;
    for (unsigned i = 1; i < 32; i++) {
        struct unwind_value wanted = {.kind = UNWIND_ENTRY, .reg = (u8)i};
        if (i != R_SP && mips_unwind_find(u, regs, base, wanted, &out->r[i]))
            known |= 1u << i;
    }
    return known;
}

static bool mips_unwind_is_call(const struct mips_unwind_host *host, u32 ra)
{
    u32 word;
    return ra >= 8 && !(ra & 3) && host->read(host->ctx, ra - 8, &word) &&
           mips_unwind_is_branch(word) && mips_unwind_way(word) == UNWIND_CALL;
}

/* How control came to the frame. */
enum unwind_step {
    UNWIND_END,
    UNWIND_CALLED,
    UNWIND_EXCEPTION,
    UNWIND_TRAMPOLINE, /* its return address is a function's first instruction: a new thread's */
};

static enum unwind_step mips_unwind_return(const struct mips_unwind_host *host, u32 ra)
{
    u32 start;
    if (mips_unwind_is_call(host, ra))
        return UNWIND_CALLED;
    if (!(ra & 3) && host->start && host->start(host->ctx, ra, &start) && start == ra)
        return UNWIND_TRAMPOLINE;
    return UNWIND_END;
}

/* Makes `regs` those of the caller; regs->pc is then where it goes on. */
static enum unwind_step mips_unwind_up(struct unwind *u, struct mips_unwind_regs *regs,
                                       bool innermost, u32 *known)
{
    struct unwind_base base = mips_unwind_base(u, regs);
    struct mips_unwind_regs out = *regs;
    const struct unwind_value epc = {.kind = UNWIND_EPC};
    if (base.number == 0)
        out.r[R_SP] = base.value;
    else if (!mips_unwind_find(u, regs, base, mips_unwind_stack(0, 0), &out.r[R_SP]))
        return UNWIND_END;
    *known = mips_unwind_restore(u, regs, base, &out);
    bool has_ra = *known & 1u << R_RA;
    bool exception = (innermost || mips_unwind_saved_epc(u, base)) &&
                     mips_unwind_find(u, regs, base, epc, &out.pc);
    if (!exception && !has_ra)
        return UNWIND_END;
    if (!exception)
        out.pc = out.r[R_RA];
    else if (!has_ra)
        out.r[R_RA] = 0;
    *regs = out;
    return exception ? UNWIND_EXCEPTION : mips_unwind_return(u->host, out.pc);
}

/* A jump to nowhere: the caller's registers are all still there. */
static enum unwind_step mips_unwind_from_nowhere(const struct mips_unwind_host *host,
                                                 struct mips_unwind_regs *regs)
{
    regs->pc = regs->r[R_RA];
    return mips_unwind_return(host, regs->pc);
}

static enum unwind_step mips_unwind_frame(const struct mips_unwind_host *host,
                                          struct mips_unwind_regs *regs, u32 pc, bool innermost,
                                          u32 *known)
{
    struct unwind u = {.host = host};
    u32 word;
    if (innermost && ((pc & 3) || !host->read(host->ctx, pc, &word)))
        return mips_unwind_from_nowhere(host, regs);
    u32 start = mips_unwind_start(&u, pc);
    /* of a caller, its call and what stands in the slot have run */
    u32 end = innermost ? pc : pc + 8;
    return mips_unwind_scan(&u, start, end) ? mips_unwind_up(&u, regs, innermost, known)
                                            : UNWIND_END;
}

static void mips_unwind_note_user(struct mips_unwind_interrupted *out,
                                  const struct mips_unwind_regs *regs, u32 known)
{
    if (out && !out->any && mips_unwind_is_user(regs->pc, regs->r[R_SP]))
        *out = (struct mips_unwind_interrupted){.any = true, .known = known, .regs = *regs};
}

unsigned mips_unwind(const struct mips_unwind_regs *from, const struct mips_unwind_host *host,
                     struct mips_frame *frames, unsigned max,
                     struct mips_unwind_interrupted *interrupted)
{
    struct mips_unwind_regs regs = *from;
    unsigned n = 1;
    u32 known = 0;
    frames[0] = (struct mips_frame){.pc = regs.pc, .sp = regs.r[R_SP]};
    bool whole = true; /* the registers are as they were at frames[n - 1].pc, which has not run */
    if (interrupted)
        *interrupted = (struct mips_unwind_interrupted){0};
    while (n < max) {
        const struct mips_frame *last = &frames[n - 1];
        enum unwind_step step = mips_unwind_frame(host, &regs, last->pc, whole, &known);
        if (step == UNWIND_END || (mips_unwind_is_user(last->pc, last->sp) &&
                                   !mips_unwind_is_user(regs.pc, regs.r[R_SP])))
            break;
        whole = step == UNWIND_EXCEPTION;
        struct mips_frame f = {.pc = step == UNWIND_CALLED ? regs.pc - 8 : regs.pc,
                               .sp = regs.r[R_SP],
                               .interrupted = whole};
        if (f.pc == last->pc && f.sp == last->sp)
            break;
        if (whole)
            mips_unwind_note_user(interrupted, &regs, known);
        frames[n++] = f;
        if (step == UNWIND_TRAMPOLINE)
            break;
    }
    return n;
}
