/* SPDX-License-Identifier: ISC */
/*
 * Coprocessor 0: exceptions, status stack, and the registers that change with
 * every instruction (Random, Count), which are computed from the count of instructions.
 *
 * Where the R3000's manual leaves room: CP0 registers that do not exist read zero and ignore
 * writes (System/161's CPU raises RI); a coprocessor that is enabled but not fitted raises RI.
 */
#include "isa/mips_int.h"
#include "isa/mips_text.h"

#include <stdio.h>

#define CONTEXT_STORED 0xfffffffcu
#define CAUSE_STORED   (MIPS_CAUSE_BD | MIPS_CAUSE_SW | 0x3000007cu) /* CE, code */

/* MIPS32-like, as System/161's CPU reports: a further register follows, MIPS-I MMU, cached kseg0;
 * 64 TLB entries, instruction and data cache of 4 KB, 4 ways, 16-byte lines. */
#define CONFIG0_161 0x800003f3u
#define CONFIG0_BIG 0x00008000u
#define CONFIG1_161 0x7e1b0d80u

/* ---- modes ---- */

/* `at` is the count of instructions that the old mode is charged for. */
static void mips_priv_set_status(struct mips *c, u32 status, u64 at)
{
    bool was_user = mips_user_mode(c);
    c->status = status;
    if (was_user && !mips_user_mode(c))
        c->stats.user_cycles += at - c->user_since;
    if (!was_user && mips_user_mode(c))
        c->user_since = at;
    mips_mode_changed(c);
}

u64 mips_user_cycles(const struct mips *c)
{
    return c->stats.user_cycles + (mips_user_mode(c) ? c->retired - c->user_since : 0);
}

/* ---- exceptions ---- */

static COLD void mips_priv_trace_exception(struct mips *c, enum mips_exc exc)
{
    char place[TRACE_PLACE], text[MIPS_TEXT], address[24] = "";
    if (c->trace->open)
        trace_end(c->trace, "%s", ""); /* the instruction does not complete */
    if (exc == MIPS_EXC_INT)
        trace(c->trace, IRQ, "cpu%u takes an interrupt: %s", c->number,
              mips_text_lines(c, (c->irq_lines | (c->cause & MIPS_CAUSE_SW)) & c->status, text));
    if (exc >= MIPS_EXC_MOD && exc <= MIPS_EXC_ADES)
        snprintf(address, sizeof address, ", address %08x", c->badvaddr);
    trace(c->trace, EXC, "cpu%u exception: %s%s at %08x%s, %s, sp %08x", c->number,
          mips_text_exception(exc), address, c->pc, trace_place(c->trace, c->number, c->pc, place),
          mips_text_mode(c->status, 0), c->r[29]);
}

/* Mode and interrupts, as every exception leaves them. */
static inline void mips_priv_enter_kernel(struct mips *c, bool interrupt)
{
    if (mips_user_mode(c)) {
        c->stats.user_cycles += c->retired + !interrupt - c->user_since;
        c->stats.user_exceptions += !interrupt;
    }
    c->status = (c->status & ~(u32)MIPS_ST_STACK) | (c->status << 2 & MIPS_ST_STACK);
    mips_set_tag_low(c, c->tag_low & ~(u32)MIPS_STLB_USER);
    c->ll = false;
}

/* What every exception does but to say where it goes on. Inline, as guests whose TLB misses often
 * spend their time here. */
static inline void mips_priv_begin_exception(struct mips *c, enum mips_exc exc, unsigned cop)
{
    u32 code = (c->cause & MIPS_CAUSE_SW) | cop << 28 | (u32)exc << 2;
    c->epc = c->bd ? c->pc - 4 : c->pc;
    c->cause = c->bd ? code | MIPS_CAUSE_BD : code;
    if (unlikely(c->trace->open | c->trace->on))
        mips_priv_trace_exception(c, exc);
    if (exc == MIPS_EXC_INT)
        c->stats.irqs++;
    else
        c->stats.exceptions++;
    mips_priv_enter_kernel(c, exc == MIPS_EXC_INT);
}

static COLD void mips_priv_boot_vector(struct mips *c, u32 offset)
{
    mips_set_pc(c, 0xbfc00100u + offset);
}

static inline void mips_priv_go_to_vector(struct mips *c, u32 offset)
{
    mips_set_pc(c, 0x80000000u + offset);
    if (unlikely(c->status & MIPS_ST_BEV))
        mips_priv_boot_vector(c, offset);
}

static void mips_priv_enter_exception(struct mips *c, enum mips_exc exc, unsigned cop)
{
    mips_priv_begin_exception(c, exc, cop);
    mips_priv_go_to_vector(c, 0x80);
}

void mips_raise(struct mips *c, enum mips_exc exc)
{
    mips_priv_enter_exception(c, exc, 0);
}

void mips_raise_cop(struct mips *c, unsigned cop)
{
    mips_priv_enter_exception(c, MIPS_EXC_CPU, cop);
}

void mips_raise_at(struct mips *c, enum mips_exc exc, gva va)
{
    c->badvaddr = va;
    mips_priv_enter_exception(c, exc, 0);
}

static inline void mips_priv_tlb_fault(struct mips *c, gva va, enum mips_tlb_fault fault)
{
    c->stats.tlb_faults[fault]++;
    c->badvaddr = va;
    c->context = (c->context & MIPS_CONTEXT_PTEBASE) | bits_get(va, 12, 19) << 2;
    c->entryhi = (c->entryhi & 0xfc0) | (va & ~(MEM_PAGE - 1));
    if (trace_on(c->trace, TRACE_TLB))
        mips_tlb_trace_fault(c, va);
}

void mips_raise_tlb(struct mips *c, enum mips_exc exc, gva va)
{
    bool store = exc == MIPS_EXC_TLBS;
    enum mips_tlb_fault fault = store ? MIPS_TLB_STORE_INVALID : MIPS_TLB_LOAD_INVALID;
    if (exc == MIPS_EXC_MOD)
        fault = MIPS_TLB_READ_ONLY;
    else if (mips_tlb_find(c, va) < 0)
        fault = store ? MIPS_TLB_STORE_MISS : MIPS_TLB_LOAD_MISS;
    mips_priv_tlb_fault(c, va, fault);
    mips_priv_enter_exception(c, exc, 0);
}

void mips_raise_refill(struct mips *c, bool store, gva va)
{
    mips_priv_tlb_fault(c, va, store ? MIPS_TLB_STORE_MISS : MIPS_TLB_LOAD_MISS);
    mips_priv_begin_exception(c, store ? MIPS_EXC_TLBS : MIPS_EXC_TLBL, 0);
    mips_priv_go_to_vector(c, 0);
}

static bool mips_priv_no_cop(struct mips *c, unsigned cop)
{
    if (c->status & (u32)MIPS_ST_CU0 << cop)
        mips_raise(c, MIPS_EXC_RI);
    else
        mips_raise_cop(c, cop);
    return false;
}

MIPS_HELPER(mips_no_cop0)
{
    (void)in;
    if (mips_cp0_usable(cx))
        mips_raise(cx, MIPS_EXC_RI);
    return false;
}

MIPS_HELPER(mips_no_cop1)
{
    (void)in;
    return mips_priv_no_cop(cx, 1);
}

MIPS_HELPER(mips_no_cop2)
{
    (void)in;
    return mips_priv_no_cop(cx, 2);
}

MIPS_HELPER(mips_no_cop3)
{
    (void)in;
    return mips_priv_no_cop(cx, 3);
}

/* ---- what the count of instructions says ---- */

u32 mips_random(const struct mips *c)
{
    return mips_random_at(c, c->retired);
}

u32 mips_count(const struct mips *c)
{
    return (u32)(c->retired - c->count_base);
}

/* After a write to Count or Compare: the comparison that follows this very instruction. */
static void mips_priv_timer_written(struct mips *c)
{
    c->retime = true;
    c->resync = true;
    if (c->timer_on && mips_count(c) + 1 == c->compare) {
        c->count_base = c->retired + 1;
        c->irq_lines |= MIPS_CAUSE_TIMER;
    }
}

static void mips_priv_write_compare(struct mips *c, u32 v)
{
    c->compare = v;
    c->timer_on = true;
    c->irq_lines &= ~(u32)MIPS_CAUSE_TIMER;
    if (mips_count(c) > v)
        c->count_base = c->retired;
    mips_priv_timer_written(c);
}

/* ---- registers ---- */

void mips_stop(struct mips *c, const char *reason)
{
    c->stopped = true;
    c->resync = true;
    c->stop_reason = reason;
}

/* TLB handlers live on these. */
#define PLAIN(member, bits)                                                                        \
    {                                                                                              \
        .at = (u16)offsetof(struct mips, member), .writable = (bits)                               \
    }
const struct mips_cp0_plain mips_cp0_plain[32] = {
    [MIPS_CP0_INDEX] = PLAIN(index, MIPS_INDEX_WRITABLE),
    [MIPS_CP0_ENTRYLO] = PLAIN(entrylo, MIPS_ENTRYLO_WRITABLE),
    [MIPS_CP0_CONTEXT] = PLAIN(context, 0),
    [MIPS_CP0_BADVADDR] = PLAIN(badvaddr, 0),
    [MIPS_CP0_ENTRYHI] = PLAIN(entryhi, 0),
    [MIPS_CP0_STATUS] = PLAIN(status, 0),
    [MIPS_CP0_EPC] = PLAIN(epc, 0),
};
#undef PLAIN

static bool mips_priv_read_cp0_base(const struct mips *c, unsigned reg, u32 *v)
{
    if (mips_cp0_plain[reg].at)
        memcpy(v, (const u8 *)c + mips_cp0_plain[reg].at, sizeof *v);
    else if (reg == MIPS_CP0_CAUSE)
        *v = c->cause | c->irq_lines;
    else if (reg == MIPS_CP0_RANDOM)
        *v = mips_random(c) << 8;
    else if (reg == MIPS_CP0_PRID)
        *v = c->model->prid;
    else
        return false;
    return true;
}

/* False: no such register in System/161's CPU. */
static bool mips_priv_read_cp0_161(struct mips *c, unsigned reg, unsigned sel, u32 *v)
{
    if (reg == MIPS_CP0_CONFIG) {
        *v = sel == 0 ? CONFIG0_161 | (c->big ? CONFIG0_BIG : 0) : sel == 1 ? CONFIG1_161 : 0;
        return sel <= 1;
    }
    if (sel) { /* the feature words, empty so far */
        *v = 0;
        return reg == MIPS_CP0_PRID && sel <= 2;
    }
    if (reg == MIPS_CP0_COUNT || reg == MIPS_CP0_COMPARE) {
        *v = reg == MIPS_CP0_COUNT ? mips_count(c) : c->compare;
        return true;
    }
    return mips_priv_read_cp0_base(c, reg, v);
}

MIPS_HELPER(mips_mfc0)
{
    u32 v = 0;
    if (!mips_cp0_usable(cx))
        return false;
    if (!cx->model->is161 || (in->imm == 0 && mips_cp0_plain[in->rd].at)) {
        if (!mips_priv_read_cp0_base(cx, in->rd, &v))
            v = 0;
    } else if (!mips_priv_read_cp0_161(cx, in->rd, in->imm, &v)) {
        mips_raise(cx, MIPS_EXC_RI);
        return false;
    }
    cx->r[in->rt] = v;
    return true;
}

static void mips_priv_write_status(struct mips *c, u32 v)
{
    u32 caches = v & (MIPS_ST_ISC | MIPS_ST_SWC);
    u32 kept = (v & MIPS_STATUS_WRITABLE) | (c->status & MIPS_ST_CM);
    mips_priv_set_status(c, kept ^ (c->model->is161 ? caches : 0), c->retired + 1);
    if (c->model->is161 && caches)
        mips_stop(c, "the kernel isolated or swapped the caches, which this CPU does not have");
}

static void mips_priv_write_cp0_base(struct mips *c, unsigned reg, u32 v)
{
    const struct mips_cp0_plain *p = &mips_cp0_plain[reg];
    u32 kept = v & p->writable;
    if (p->writable) {
        memcpy((u8 *)c + p->at, &kept, sizeof kept);
        return;
    }
    switch (reg) {
    case MIPS_CP0_CONTEXT:
        c->context = (v & MIPS_CONTEXT_PTEBASE) | (c->context & ~MIPS_CONTEXT_PTEBASE);
        break;
    case MIPS_CP0_ENTRYHI:
        c->entryhi = v & MIPS_ENTRYHI_WRITABLE;
        mips_mode_changed(c);
        break;
    case MIPS_CP0_STATUS:
        mips_priv_write_status(c, v);
        break;
    case MIPS_CP0_CAUSE:
        c->cause = (c->cause & ~(u32)MIPS_CAUSE_SW) | (v & MIPS_CAUSE_SW);
        break;
    default: /* read-only, or absent */
        break;
    }
}

MIPS_HELPER(mips_mtc0)
{
    u32 v = cx->r[in->rt], ignored;
    if (!mips_cp0_usable(cx))
        return false;
    if (!cx->model->is161) {
        mips_priv_write_cp0_base(cx, in->rd, v);
        return true;
    }
    if (!mips_priv_read_cp0_161(cx, in->rd, in->imm, &ignored)) {
        mips_raise(cx, MIPS_EXC_RI);
        return false;
    }
    if (in->imm) /* all of these are read-only */
        return true;
    if (in->rd == MIPS_CP0_COUNT) {
        cx->count_base = cx->retired - v;
        mips_priv_timer_written(cx);
    } else if (in->rd == MIPS_CP0_COMPARE) {
        mips_priv_write_compare(cx, v);
    } else {
        mips_priv_write_cp0_base(cx, in->rd, v);
    }
    return true;
}

/* By a debugger, between instructions. Count and Compare are compared when Count next changes. */
bool mips_write_cp0_outside(struct mips *c, enum mips_reg reg, u32 v)
{
    u32 caches = c->model->is161 ? MIPS_ST_ISC | MIPS_ST_SWC : 0;
    switch (reg) {
    case MIPS_REG_STATUS:
        mips_priv_set_status(c, v & MIPS_STATUS_WRITABLE & ~caches, c->retired);
        return true;
    case MIPS_REG_BADVADDR:
        c->badvaddr = v;
        return true;
    case MIPS_REG_CAUSE:
        c->cause = v & CAUSE_STORED;
        return true;
    case MIPS_REG_INDEX:
        c->index = v & MIPS_INDEX_WRITABLE;
        return true;
    case MIPS_REG_ENTRYLO:
        c->entrylo = v & MIPS_ENTRYLO_WRITABLE;
        return true;
    case MIPS_REG_CONTEXT:
        c->context = v & CONTEXT_STORED;
        return true;
    case MIPS_REG_ENTRYHI:
        c->entryhi = v & MIPS_ENTRYHI_WRITABLE;
        mips_mode_changed(c);
        return true;
    case MIPS_REG_EPC:
        c->epc = v;
        return true;
    case MIPS_REG_COUNT:
        if (c->model->is161)
            c->count_base = c->retired - v;
        return c->model->is161;
    case MIPS_REG_COMPARE:
        if (c->model->is161)
            c->compare = v;
        return c->model->is161;
    default: /* Random, PRId */
        return false;
    }
}

/* ---- the rest ---- */

MIPS_HELPER(mips_rfe)
{
    (void)in;
    if (!mips_cp0_usable(cx))
        return false;
    u32 popped = (cx->status & 0x30) | bits_get(cx->status, 2, 4);
    mips_priv_set_status(cx, (cx->status & ~(u32)MIPS_ST_STACK) | popped, cx->retired + 1);
    trace(cx->trace, EXC, "cpu%u return from exception: %s, sp %08x", cx->number,
          mips_text_mode(cx->status, 0), cx->r[29]);
    return true;
}

/* The write buffer is always empty, which is what boards tell by the condition pin. */
MIPS_HELPER(mips_cp0_pin)
{
    (void)in;
    return mips_cp0_usable(cx);
}

/* Completes when a hardware line is up, whether or not it is enabled. */
MIPS_HELPER(mips_wait)
{
    (void)in;
    if (!mips_cp0_usable(cx))
        return false;
    cx->waiting = cx->irq_lines == 0;
    cx->resync |= cx->waiting;
    return true;
}

/* The caches are coherent, so there is nothing to do; operations by address translate it. */
MIPS_HELPER(mips_cache)
{
    gva va = cx->r[in->rs] + in->imm;
    gpa pa;
    if (!mips_cp0_usable(cx))
        return false;
    if (!(in->rt & 0x10))
        return true;
    if (va & 3) {
        mips_raise_at(cx, MIPS_EXC_ADEL, va);
        return false;
    }
    return mips_translate_data(cx, va, va, false, &pa);
}

MIPS_HELPER(mips_sync)
{
    (void)in;
    cx->stats.syncs++;
    return true;
}
