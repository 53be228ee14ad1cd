/* SPDX-License-Identifier: ISC */
/*
 * From frame to frame: where a function starts, where it has saved its caller's registers (see
 * mips_unwind_scan.c), and how control came to it.
 */
#include "isa/mips_unwind_int.h"

#define UNWIND_INSNS 16384 /* of one function */
#define UNWIND_BACK  4096  /* words, when nobody knows where the function starts */

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
    u32 known = 1u << 0 | 1u << R_SP;
    for (unsigned i = 1; i < 32; i++) {
        struct unwind_value wanted = {.kind = UNWIND_ENTRY, .reg = (u8)i};
        if (i != R_SP && mips_unwind_find(u, regs, base, wanted, &out->r[i]))
            known |= 1u << i;
    }
    return known;
}

static bool mips_unwind_follows_call(const struct mips_unwind_host *host, u32 ra)
{
    u32 word;
    return ra >= 8 && !(ra & 3) && host->read(host->ctx, ra - 8, &word) &&
           mips_unwind_is_call(mips_code_decoder(host->code), word);
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
    if (mips_unwind_follows_call(host, ra))
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
    struct unwind u = {.host = host, .decoder = mips_code_decoder(host->code)};
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
