/* SPDX-License-Identifier: ISC */
/*
 * The CPU as the machine sees it: models, power-on state, interrupt lines, its field table.
 */
#include "isa/mips_int.h"

#define MIPS_KN02(text, id)                                                                        \
    {                                                                                              \
        .name = (text), .prid = (id), .levels = MIPS_L1 | MIPS_LPIN, .fir = 0x340,                 \
        .fp_irq = 1u << 15, .spins = true, .cache_bytes = KIB(64),                                 \
    }
const struct mips_model mips_r3000 = MIPS_KN02("r3000", 0x220);
const struct mips_model mips_r3000a_kn02 = MIPS_KN02("r3000a", 0x230);
#undef MIPS_KN02

const struct mips_model mips_r3000a = {
    .name = "r3000a",
    .prid = 0x230,
    .levels = MIPS_L1,
};

const struct mips_model mips_r3000a_fpu = {
    .name = "r3000a+r3010",
    .prid = 0x220,
    .levels = MIPS_L1,
    .fir = 0x340,
    .fp_irq = 1u << 15,
};

const struct mips_model mips_161 = {
    .name = "mips-161",
    .prid = 0xa1,
    .levels = MIPS_L1 | MIPS_L161,
    .is161 = true,
};

#define F(member, kind, n) STATE_FIELD(struct mips, member, kind, n)

static const struct state_field mips_fields[] = {
    F(r, U32, MIPS_SINK), /* the sink's contents mean nothing */
    F(pc, U32, 1),
    F(npc, U32, 1),
    F(bd, BOOL, 1),
    F(waiting, BOOL, 1),
    F(stopped, BOOL, 1),
    F(timer_on, BOOL, 1),
    F(ll, BOOL, 1),
    F(ll_addr, U32, 1),
    F(ll_value, U32, 1),
    F(index, U32, 1),
    F(entrylo, U32, 1),
    F(context, U32, 1),
    F(badvaddr, U32, 1),
    F(entryhi, U32, 1),
    F(status, U32, 1),
    F(epc, U32, 1),
    F(compare, U32, 1),
    F(cause, U32, 1),
    F(irq_lines, U32, 1),
    F(tlb_hi, U32, MIPS_TLB_SIZE),
    F(tlb_lo, U32, MIPS_TLB_SIZE),
    F(retired, U64, 1),
    F(random_base, U64, 1),
    F(count_base, U64, 1),
    F(user_since, U64, 1),
    F(stats.user_cycles, U64, 1),
    F(stats.lls, U64, 1),
    F(stats.scs_ok, U64, 1),
    F(stats.scs_failed, U64, 1),
    F(stats.syncs, U64, 1),
    F(stats.irqs, U64, 1),
    F(stats.exceptions, U64, 1),
    STATE_FIELD_SINCE(2, struct mips, stats.user_exceptions, U64, 1),
    STATE_FIELD_SINCE(3, struct mips, stats.tlb_faults, U64, MIPS_TLB_FAULTS),
    STATE_FIELD_SINCE(3, struct mips, stats.tlb_writes, U64, 1),
    STATE_FIELD_SINCE(4, struct mips, fpr, U32, 32),
    STATE_FIELD_SINCE(4, struct mips, fcr31, U32, 1),
};

#undef F

static enum err mips_check(const void *scratch, struct error *e)
{
    const struct mips *c = scratch;
    if (c->r[0])
        return err_set(e, ERR_FORMAT, "cpu%u: register $0 is not zero", c->number);
    if (c->irq_lines & ~(u32)MIPS_CAUSE_HW)
        return err_set(e, ERR_FORMAT, "cpu%u: interrupt lines that do not exist", c->number);
    if (c->fcr31 & ~(u32)MIPS_FCR31_WRITABLE)
        return err_set(e, ERR_FORMAT, "cpu%u: floating-point status bits that do not exist",
                       c->number);
    if (c->retired > 1ull << 62)
        return err_set(e, ERR_FORMAT, "cpu%u: more instructions than a machine lives for",
                       c->number);
    if (c->random_base > c->retired || c->user_since > c->retired)
        return err_set(e, ERR_FORMAT, "cpu%u: counts run backwards", c->number);
    return ERR_OK;
}

void mips_changed(struct mips *c)
{
    mips_stlb_flush(c);
    mips_tlb_reindex(c);
    mips_mode_changed(c);
}

static void mips_loaded(void *obj)
{
    struct mips *c = obj;
    c->stop_reason = c->stopped ? "the machine was stopped when its state was saved" : NULL;
    c->pass = (struct mips_pass){0};
    c->spin = (struct mips_spin){0};
    mips_changed(c);
}

const struct state_desc mips_state = {
    .name = "mips",
    .version = 4,
    .nfields = ARRAY_LEN(mips_fields),
    .size = sizeof(struct mips),
    .fields = mips_fields,
    .check = mips_check,
    .loaded = mips_loaded,
};

void mips_init(struct mips *c, const struct mips_model *model, bool big, unsigned number,
               struct mem *mem, struct mips_code *code, struct trace *trace)
{
    *c = (struct mips){
        .model = model, .big = big, .number = number, .mem = mem, .code = code, .trace = trace};
    mips_cache_init(c);
    mips_code_attach(code, c);
    mips_reset(c);
}

void mips_fini(struct mips *c)
{
    if (c->code)
        mips_code_detach(c->code, c);
    mips_cache_fini(c);
}

/* The count of instructions goes on, so that time does. TLB entries match nothing that is mapped.
 */
void mips_reset(struct mips *c)
{
    for (unsigned i = 0; i < MIPS_NREGS; i++)
        c->r[i] = 0;
    for (unsigned i = 0; i < MIPS_TLB_SIZE; i++) {
        c->tlb_hi[i] = 0x81000000u + i * MEM_PAGE;
        c->tlb_lo[i] = 0;
    }
    c->waiting = c->stopped = c->timer_on = c->ll = false;
    c->stop_reason = NULL;
    c->ll_addr = c->ll_value = 0;
    for (unsigned i = 0; i < ARRAY_LEN(c->fpr); i++)
        c->fpr[i] = 0;
    c->fcr31 = 0;
    c->index = c->entrylo = c->context = c->badvaddr = c->entryhi = c->epc = c->compare = 0;
    c->cause = c->irq_lines = 0;
    c->status = MIPS_ST_BEV;
    c->random_base = c->count_base = c->user_since = c->retired;
    mips_set_pc(c, 0xbfc00000u);
    mips_changed(c);
}

void mips_set_irq(struct mips *c, u32 line, bool up)
{
    u32 before = c->irq_lines;
    c->irq_lines = up ? before | line : before & ~line;
    c->resync = true;
    if (c->irq_lines != before)
        mips_trace_lines(c);
}

void mips_request(struct mips *c)
{
    c->request = true;
    c->resync = true;
}

/* ---- running ---- */

/* Instructions until Count reaches Compare; the comparison follows each instruction. */
static u64 mips_timer_distance(const struct mips *c)
{
    if (!c->timer_on)
        return ~0ull;
    u32 d = c->compare - mips_count(c);
    return d ? d : 1ull << 32;
}

static void mips_timer_fire(struct mips *c)
{
    c->count_base = c->retired;
    if (c->irq_lines & MIPS_CAUSE_TIMER)
        return;
    c->irq_lines |= MIPS_CAUSE_TIMER;
    mips_trace_lines(c);
}

/* Runs until the timer may fire, or until something needs attention here. */
static void mips_run_stretch(struct mips *c, u64 budget, void (*run)(struct mips *c, u64 stop))
{
    u64 distance = mips_timer_distance(c);
    u64 n = distance < budget ? distance : budget;
    u64 stop = c->retired + n;
    run(c, stop);
    if (c->retime) /* the write itself has compared */
        c->retime = false;
    else if (n == distance && c->retired == stop)
        mips_timer_fire(c);
}

enum mips_exit mips_run_by(struct mips *c, u64 budget, void (*run)(struct mips *c, u64 stop))
{
    u64 end = c->retired + budget;
    for (;;) {
        if (c->stopped)
            return MIPS_EXIT_STOPPED;
        if (c->waiting && c->irq_lines)
            c->waiting = false;
        if (c->waiting)
            return MIPS_EXIT_WAIT;
        if (c->request) {
            enum mips_exit exit = c->halt ? (enum mips_exit)c->halt : MIPS_EXIT_REQUEST;
            c->request = false;
            c->halt = 0;
            return exit;
        }
        if (c->retired >= end)
            return MIPS_EXIT_BUDGET;
        u64 n = end - c->retired;
        if (c->model->spins && c->retired >= c->spin.next) {
            if (mips_spin_look(c, n))
                return MIPS_EXIT_SPIN;
            continue;
        }
        if (c->model->spins && c->spin.next - c->retired < n)
            n = c->spin.next - c->retired;
        mips_run_stretch(c, n, run);
    }
}

enum mips_exit mips_run(struct mips *c, u64 budget)
{
    return mips_run_by(c, budget, mips_interp);
}
