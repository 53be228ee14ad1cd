/* SPDX-License-Identifier: ISC */
/*
 * One random program: registers that point at interesting places, a TLB that maps some of them,
 * code on several pages (so that fall-through, branches and delay slots cross page ends), code in
 * the exception vectors, interrupt lines that change at random counts. The engine runs it in
 * chunks of random length, so that both its blocks and its single steps are exercised; after each
 * chunk everything is compared, memory at the end and now and then.
 */
#include "diff.h"
#include "diff_rig.h"
#include "fpu_value.h"
#include "host/host_map.h"
#include "isa/mips_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool dev_access(struct dev *d, uint32_t off, unsigned size, bool write, uint32_t *val)
{
    if (off >= 0xc00) /* the rest of the device's page answers with a bus error */
        return false;
    if (d->touched && off >= 0x800)
        d->touched(d, off, write ? *val : (uint32_t)(d->log >> 20));
    d->log = (d->log ^ (off | size << 12 | (uint32_t)write << 16)) * 0x100000001b3ull;
    if (write)
        d->log = (d->log ^ *val) * 0x100000001b3ull;
    else
        *val = (uint32_t)(d->log >> 20) & (size == 4 ? ~0u : (1u << 8 * size) - 1);
    return true;
}

static bool our_read(void *ctx, struct mem_access a, u32 off, u32 *val)
{
    return dev_access(ctx, off, a.size, false, val);
}

static bool our_write(void *ctx, struct mem_access a, u32 off, u32 val)
{
    return dev_access(ctx, off, a.size, true, &val);
}

static const struct mem_ops dev_ops = {.read = our_read, .write = our_write};

uint8_t *diff_ref_memory(struct diff *t, uint32_t pa, bool write)
{
    if (pa < RAM_SIZE)
        return t->ref_ram + pa;
    if (pa - ROM_BASE < MEM_PAGE && !write)
        return t->ref_rom + (pa - ROM_BASE);
    return NULL;
}

static bool ref_read(void *ctx, uint32_t pa, unsigned size, bool fetch, uint32_t *value)
{
    struct diff *t = ctx;
    if (!fetch && pa - MMIO_BASE < MMIO_SIZE)
        return dev_access(&t->theirs, pa - MMIO_BASE, size, false, value);
    const uint8_t *p = diff_ref_memory(t, pa, false);
    if (!p)
        return false;
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++)
        v |= (uint32_t)p[i] << 8 * (t->big ? size - 1 - i : i);
    *value = v;
    return true;
}

static bool ref_write(void *ctx, uint32_t pa, unsigned size, uint32_t value)
{
    struct diff *t = ctx;
    if (pa - MMIO_BASE < MMIO_SIZE)
        return dev_access(&t->theirs, pa - MMIO_BASE, size, true, &value);
    uint8_t *p = diff_ref_memory(t, pa, true);
    if (!p)
        return false;
    for (unsigned i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> 8 * (t->big ? size - 1 - i : i));
    return true;
}

static const struct ref_mem_ops ref_ops = {.read = ref_read, .write = ref_write};

/* ---- making a program ---- */

/* An address worth having in a register. */
uint32_t diff_random_address(struct diff *t)
{
    static const uint32_t segment[] = {0x80000000, 0x80000000, 0xa0000000, 0x00000000, 0x00000000,
                                       0x00400000, 0xc0000000, 0x7fff0000, 0xfffe0000};
    struct rng *r = &t->rng;
    if (rng_percent(r, 3))
        return rng_next(r);
    if (rng_percent(r, 3))
        return 0xa0000000u + MMIO_BASE + rng_below(r, MMIO_SIZE);
    if (rng_percent(r, 2))
        return 0xbfc00000u + rng_below(r, MEM_PAGE);
    uint32_t page = rng_below(r, RAM_PAGES) * MEM_PAGE;
    uint32_t off = rng_percent(r, 30) ? (rng_percent(r, 50) ? 0xffc : 0) : rng_below(r, 1024) * 4;
    if (rng_percent(r, 15))
        off += rng_below(r, 4);
    return segment[rng_below(r, ARRAY_LEN(segment))] + page + off;
}

uint32_t diff_random_float(struct diff *t)
{
    struct rng *r = &t->rng;
    if (rng_percent(r, 60))
        return (uint32_t)fpu_value(r, &fpu_single);
    return (uint32_t)(fpu_value(r, &fpu_double) >> (rng_percent(r, 70) ? 32 : 0));
}

uint32_t diff_random_value(struct diff *t)
{
    static const uint32_t corner[] = {0,          1,          0xffffffff, 0x7fffffff, 0x80000000,
                                      0x80000001, 0xfffffffe, 0x0000ffff, 0xffff8000, 31};
    if (t->fpu && rng_percent(&t->rng, 25))
        return diff_random_float(t);
    if (rng_percent(&t->rng, 35))
        return corner[rng_below(&t->rng, ARRAY_LEN(corner))];
    return rng_percent(&t->rng, 60) ? diff_random_address(t) : rng_next(&t->rng);
}

/* Which instructions are wanted how often. */
static const struct mips_op_info *random_op(struct diff *t)
{
    static const u8 op[] = {MIPS_OP_lwc1, MIPS_OP_lwc1, MIPS_OP_lwc1, MIPS_OP_swc1, MIPS_OP_mtc1,
                            MIPS_OP_mfc1, MIPS_OP_bc1f, MIPS_OP_bc1t, MIPS_OP_cfc1};
    for (;;) {
        unsigned i = rng_below(&t->rng, MIPS_NOPS);
        const struct mips_op_info *o = &mips_ops[i];
        bool cop1 = o->match >> 26 == 17;
        if ((o->flags & TRAP || (cop1 && !t->fpu)) && !rng_percent(&t->rng, 4))
            continue;
        if (cop1 && rng_percent(&t->rng, 50)) /* so many comparisons */
            o = &mips_ops[op[rng_below(&t->rng, ARRAY_LEN(op))]];
        if ((o->flags & STOP) && !rng_percent(&t->rng, 30))
            continue;
        return o;
    }
}

static uint32_t random_cp0(struct diff *t)
{
    static const uint8_t reg[] = {0, 1, 2, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    uint32_t sel = rng_percent(&t->rng, 5) ? rng_below(&t->rng, 8) : 0;
    uint32_t rd =
        rng_percent(&t->rng, 95) ? reg[rng_below(&t->rng, ARRAY_LEN(reg))] : rng_below(&t->rng, 32);
    return rd << 11 | sel;
}

static uint32_t random_fp_control(struct diff *t)
{
    if (rng_percent(&t->rng, 80))
        return 31 << 11;
    return rng_percent(&t->rng, 50) ? 0 : rng_below(&t->rng, 32) << 11;
}

uint32_t diff_random_insn(struct diff *t)
{
    struct rng *r = &t->rng;
    const struct mips_op_info *o = random_op(t);
    uint32_t w = rng_next(r);
    if (rng_percent(r, 1))
        return w;          /* anything */
    if (o->flags & BRANCH) /* mostly short ones, also backwards */
        w = (w & ~0xffffu) | ((rng_below(r, 16) - 5) & 0xffff);
    if (o->flags & (LOAD | STORE))
        w = (w & ~0xffffu) | ((rng_below(r, 64) * (rng_percent(r, 90) ? 4 : 1) - 64) & 0xffff);
    w = (w & ~o->mask) | o->match;
    if (!strcmp(o->name, "mfc0") || !strcmp(o->name, "mtc0"))
        w = (w & ~0xffffu) | random_cp0(t);
    if (!strcmp(o->name, "cfc1") || !strcmp(o->name, "ctc1"))
        w = (w & ~0xf800u) | random_fp_control(t);
    if (!strcmp(o->name, "j") || !strcmp(o->name, "jal"))
        w = (w & 0xfc000000u) | (rng_below(r, RAM_SIZE) & ~3u) >> 2;
    return w;
}

void diff_put_word(struct diff *t, uint32_t pa, uint32_t w)
{
    uint8_t *ours = mem_ram_ptr(t->mem, pa, 4);
    uint8_t *theirs = diff_ref_memory(t, pa, false);
    for (unsigned i = 0; i < 4; i++)
        ours[i] = theirs[i] = (uint8_t)(w >> 8 * (t->big ? 3 - i : i));
}

static uint32_t put_words(struct diff *t, uint32_t at, const uint32_t *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        diff_put_word(t, at + 4 * i, w[i]);
    return at + 4 * n;
}

uint32_t diff_make_fp_entry(struct diff *t, uint32_t at)
{
    static const uint32_t clear_causes[] = {
        0x401a6000, /* mfc0 k0, status */
        0x3c1b2000, /* lui k1, CU1 */
        0x035bd025, /* or k0, k0, k1 */
        0x409a6000, /* mtc0 k0, status */
        0x445af800, /* cfc1 k0, $31 */
        0x335a0fff, /* andi k0, k0, enables, flags, mode */
        0x44daf800, /* ctc1 k0, $31 */
    };
    if (!t->fpu || rng_percent(&t->rng, 10))
        return at;
    return put_words(t, at, clear_causes, ARRAY_LEN(clear_causes));
}

/* Handlers that let the program go on: the refill handler maps the page somewhere, the other one
 * skips the instruction (in a delay slot: the branch and it). */
void diff_make_handlers(struct diff *t, uint32_t refill)
{
    static const uint32_t map_page[] = {
        0x401a4000, /* mfc0 k0, badvaddr */
        0x001ad302, /* srl k0, k0, 12 */
        0x335a001f, /* andi k0, k0, 31: a page of RAM */
        0x001ad300, /* sll k0, k0, 12 */
        0x375a0600, /* ori k0, k0, D and V */
        0x409a1000, /* mtc0 k0, entrylo */
        0x42000006, /* tlbwr */
        0x401b7000, /* mfc0 k1, epc */
        0x03600008, /* jr k1 */
        0x42000010, /* rfe */
    };
    static const uint32_t skip[] = {
        0x401a6800, /* mfc0 k0, cause */
        0x401b7000, /* mfc0 k1, epc */
        0x07410002, /* bgez k0, not in a delay slot */
        0x277b0004, /* addiu k1, k1, 4 */
        0x277b0004, /* addiu k1, k1, 4 */
        0x03600008, /* jr k1 */
        0x42000010, /* rfe */
    };
    put_words(t, refill, map_page, ARRAY_LEN(map_page));
    put_words(t, diff_make_fp_entry(t, refill + 0x80), skip, ARRAY_LEN(skip));
}

static void make_memory(struct diff *t)
{
    for (uint32_t pa = 0; pa < RAM_SIZE; pa += 4)
        diff_put_word(t, pa, rng_percent(&t->rng, 50) ? diff_random_value(t) : rng_next(&t->rng));
    for (uint32_t pa = 0; pa < (CODE_PAGES + 1) * MEM_PAGE; pa += 4)
        diff_put_word(t, pa, diff_random_insn(t));
    for (uint32_t off = 0; off < MEM_PAGE; off += 4)
        diff_put_word(t, ROM_BASE + off, diff_random_insn(t));
    if (rng_percent(&t->rng, 75)) {
        diff_make_handlers(t, 0);
        diff_make_handlers(t, ROM_BASE + 0x100);
    }
}

/* Distinct pages, so that no two entries ever match the same address. */
static void make_tlb(struct diff *t)
{
    static const uint32_t base[] = {0x00000000, 0x00400000, 0xc0000000, 0x7fff0000, 0xfffe0000};
    for (unsigned i = 0; i < 64; i++) {
        uint32_t hi = base[i % 5] + (i / 5) * MEM_PAGE;
        uint32_t page =
            rng_percent(&t->rng, 90) ? rng_below(&t->rng, RAM_PAGES) : MMIO_BASE / MEM_PAGE;
        uint32_t lo = page * MEM_PAGE;
        lo |= rng_percent(&t->rng, 85) ? MIPS_LO_V : 0;
        lo |= rng_percent(&t->rng, 70) ? MIPS_LO_D : 0;
        lo |= rng_percent(&t->rng, 30) ? MIPS_LO_G : 0;
        hi |= rng_below(&t->rng, 3) << 6;
        t->cpu->tlb_hi[i] = t->ref.tlb[i].hi = hi;
        t->cpu->tlb_lo[i] = t->ref.tlb[i].lo = lo;
    }
}

static uint32_t random_status(struct diff *t)
{
    uint32_t s = rng_next(&t->rng) & 0xf000ff3fu;
    if (rng_percent(&t->rng, 60))
        s &= ~(uint32_t)MIPS_ST_KUC;
    if (rng_percent(&t->rng, 20))
        s |= MIPS_ST_BEV;
    return s;
}

void diff_make_fpu(struct diff *t)
{
    struct ref_fpu *f = &t->ref.fp;
    if (!t->fpu)
        return;
    for (unsigned i = 0; i < 32; i++)
        f->fpr[i] = diff_random_float(t);
    f->fcr31 = rng_next(&t->rng) & (REF_FPU_C | 0x7f);
    if (rng_percent(&t->rng, 60))
        f->fcr31 |= rng_next(&t->rng) & 0xf80;
    memcpy(t->cpu->fpr, f->fpr, sizeof t->cpu->fpr);
    t->cpu->fcr31 = f->fcr31;
}

static void make_cpu(struct diff *t)
{
    struct mips *c = t->cpu;
    struct ref_mips *f = &t->ref;
    for (unsigned i = 1; i < 32; i++)
        c->r[i] = f->r[i] = diff_random_value(t);
    c->r[MIPS_HI] = f->hi = rng_next(&t->rng);
    c->r[MIPS_LO] = f->lo = rng_next(&t->rng);
    c->status = f->status = random_status(t);
    c->entryhi = f->entryhi = rng_below(&t->rng, 3) << 6;
    c->entrylo = f->entrylo = rng_next(&t->rng) & 0xffffff00u;
    c->index = f->index = rng_below(&t->rng, 64) << 8;
    c->cause = f->cause = rng_percent(&t->rng, 10) ? rng_next(&t->rng) & 0x300 : 0;
    diff_make_fpu(t);
    uint32_t page = 1 + rng_below(&t->rng, CODE_PAGES);
    uint32_t off = rng_percent(&t->rng, 30) ? 0xff0 : rng_below(&t->rng, 1024) * 4;
    uint32_t pc = (mips_user_mode(c) ? 0x00000000u : 0x80000000u) + page * MEM_PAGE + off;
    mips_set_pc(c, pc);
    f->pc = pc;
    f->npc = pc + 4;
    mips_changed(c);
}

static void new_memory(struct diff *t)
{
    struct error e;
    t->mem = mem_new();
    if (mem_add_ram(t->mem, 0, RAM_SIZE, &e) || mem_add_rom(t->mem, ROM_BASE, MEM_PAGE, &e))
        abort();
    mem_add_mmio(t->mem, MMIO_BASE, MMIO_SIZE, &dev_ops, &t->ours);
    t->ref_ram = calloc(1, RAM_SIZE);
    t->ref_rom = calloc(1, MEM_PAGE);
    t->vcpu = calloc(1, sizeof *t->vcpu);
}

static void clear_memory(struct diff *t)
{
    for (unsigned i = 0; i < t->mem->nregions; i++) {
        struct mem_region *r = &t->mem->region[i];
        if (r->kind == MEM_MMIO)
            continue;
        memset(r->host, 0, r->size);
        memset(r->page_flags, 0, r->size / MEM_PAGE);
    }
    memset(t->ref_ram, 0, RAM_SIZE);
    memset(t->ref_rom, 0, MEM_PAGE);
}

void diff_machine(struct diff *t, uint64_t seed, const struct vcpu_engine *engine)
{
    *t = (struct diff){.rng = {seed},
                       .ours = {.t = t, .is_ours = true},
                       .theirs = {.t = t},
                       .mem = t->mem,
                       .ref_ram = t->ref_ram,
                       .ref_rom = t->ref_rom,
                       .vcpu = t->vcpu,
                       .by_page = t->by_page,
                       .translated = t->translated};
    t->mem ? clear_memory(t) : new_memory(t);
    t->big = rng_percent(&t->rng, 70);
    t->mips161 = rng_percent(&t->rng, 55);
    t->fpu = !t->mips161 && rng_percent(&t->rng, 67);
    const struct mips_model *model = t->mips161 ? &mips_161
                                     : t->fpu   ? &mips_r3000a_fpu
                                                : &mips_r3000a;
    t->code = mips_code_new(t->mem, model);
    t->cpu = &t->vcpu->mips;
    vcpu_init(t->vcpu, 0, engine, model, t->big, t->mem, t->code, &t->trace);
    t->ref = (struct ref_mips){.big_endian = t->big,
                               .mips161 = t->mips161,
                               .fpu = t->fpu,
                               .mem = &ref_ops,
                               .memctx = t,
                               .prid = model->prid,
                               .cpu_count = 1};
    ref_reset(&t->ref);
}

void diff_setup(struct diff *t, uint64_t seed)
{
    diff_machine(t, seed, &vcpu_interp);
    make_memory(t);
    make_tlb(t);
    make_cpu(t);
}

void diff_end(struct diff *t)
{
    if (t->by_page && t->cpu->by_page == t->by_page) {
        mips_by_page_forget_all(t->cpu);
        t->cpu->by_page = NULL;
    }
    vcpu_fini(t->vcpu);
    mips_code_free(t->code);
    t->code = NULL;
}

void diff_fini(struct diff *t)
{
    if (!t->mem)
        return;
    mem_free(t->mem);
    host_unmap(t->by_page, sizeof *t->by_page);
    host_code_fini(&t->translated);
    free(t->vcpu);
    free(t->ref_ram);
    free(t->ref_rom);
}

/* ---- comparing ---- */

static bool differs(const char *what, unsigned i, uint64_t ours, uint64_t theirs)
{
    if (ours == theirs)
        return false;
    printf("  %s[%u]: engine %08llx, reference %08llx\n", what, i, (unsigned long long)ours,
           (unsigned long long)theirs);
    return true;
}

static bool compare_cp0(const struct mips *c, const struct ref_mips *f)
{
    bool bad = false;
    bad |= differs("index", 0, c->index, f->index);
    bad |= differs("entrylo", 0, c->entrylo, f->entrylo);
    bad |= differs("context", 0, c->context, f->context);
    bad |= differs("badvaddr", 0, c->badvaddr, f->badvaddr);
    bad |= differs("entryhi", 0, c->entryhi, f->entryhi);
    bad |= differs("status", 0, c->status, f->status);
    bad |= differs("cause", 0, c->cause, f->cause);
    bad |= differs("irq_lines", 0, c->irq_lines, f->irq_lines);
    bad |= differs("epc", 0, c->epc, f->epc);
    bad |= differs("compare", 0, c->compare, f->compare);
    bad |= differs("count", 0, mips_count(c), (uint32_t)(f->steps - f->count_base));
    bad |= differs("random", 0, mips_random(c), 63 - (f->steps - f->random_base) % 56);
    /* a WAIT that a line already ends is over at once, or when the next instruction comes */
    bad |= differs("waiting", 0, c->waiting && !c->irq_lines, f->waiting && !f->irq_lines);
    bad |= differs("stopped", 0, c->stopped, f->stopped);
    bad |= differs("ll", 0, c->ll, f->ll);
    for (unsigned i = 0; i < 64; i++) {
        bad |= differs("tlb_hi", i, c->tlb_hi[i], f->tlb[i].hi);
        bad |= differs("tlb_lo", i, c->tlb_lo[i], f->tlb[i].lo);
    }
    return !bad;
}

static bool compare_fpu(const struct mips *c, const struct ref_mips *f)
{
    bool bad = differs("fcr", 31, c->fcr31, f->fp.fcr31);
    for (unsigned i = 0; i < 32; i++)
        bad |= differs("f", i, c->fpr[i], f->fp.fpr[i]);
    return !bad;
}

bool diff_compare_cpu(const struct mips *c, const struct ref_mips *f)
{
    bool bad = !compare_fpu(c, f);
    for (unsigned i = 0; i < 32; i++)
        bad |= differs("r", i, c->r[i], f->r[i]);
    bad |= differs("hi", 0, c->r[MIPS_HI], f->hi);
    bad |= differs("lo", 0, c->r[MIPS_LO], f->lo);
    bad |= differs("pc", 0, c->pc, f->pc);
    bad |= differs("npc", 0, c->npc, f->npc);
    bad |= differs("bd", 0, c->bd, f->bd);
    bad |= differs("retired", 0, c->retired, f->steps);
    return compare_cp0(c, f) && !bad;
}

bool diff_compare_memory(struct diff *t)
{
    const uint8_t *ours = mem_ram_ptr(t->mem, 0, RAM_SIZE);
    if (!memcmp(ours, t->ref_ram, RAM_SIZE))
        return !differs("device log", 0, t->ours.log, t->theirs.log);
    for (uint32_t pa = 0; pa < RAM_SIZE; pa++)
        if (ours[pa] != t->ref_ram[pa]) {
            printf("  memory at %05x: engine %02x, reference %02x\n", pa, ours[pa], t->ref_ram[pa]);
            return false;
        }
    return false;
}

/* ---- running ---- */

void diff_change_lines(struct diff *t)
{
    static const uint32_t line[] = {0x400, 0x800, 0x8000, 0x1000, 0x2000, 0x4000};
    uint32_t l = line[rng_below(&t->rng, ARRAY_LEN(line))];
    if (t->fpu && l == 0x8000) /* the R3010's own */
        l = 0x4000;
    bool up = rng_percent(&t->rng, 40);
    mips_set_irq(t->cpu, l, up);
    t->ref.irq_lines = up ? t->ref.irq_lines | l : t->ref.irq_lines & ~l;
}

void diff_ref_run(struct ref_mips *f, uint64_t until)
{
    while (f->steps < until && !f->stopped && !(f->waiting && !f->irq_lines))
        ref_step(f);
}

/* After a chunk both may wait. */
static bool run_chunk(struct diff *t, uint64_t n)
{
    uint64_t until = t->cpu->retired + n;
    enum mips_exit exit = mips_run(t->cpu, n);
    diff_ref_run(&t->ref, until);
    if (exit == MIPS_EXIT_WAIT) { /* both sleep: wake them */
        bool same = diff_compare_cpu(t->cpu, &t->ref);
        mips_set_irq(t->cpu, 0x400, true);
        t->ref.irq_lines |= 0x400;
        return same;
    }
    return diff_compare_cpu(t->cpu, &t->ref);
}

void diff_print_seed(const struct diff *t, uint64_t seed)
{
    printf("seed %llu (%s, %s-endian) differs after %llu instructions\n", (unsigned long long)seed,
           t->cpu->model->name, t->big ? "big" : "little", (unsigned long long)t->cpu->retired);
}

bool diff_program(uint64_t seed, bool verbose, struct diff_stats *st)
{
    struct diff t = {0};
    diff_setup(&t, seed);
    if (verbose)
        t.trace.on = 1u << TRACE_KINSN | 1u << TRACE_UINSN | 1u << TRACE_EXC | 1u << TRACE_TLB;
    unsigned chunks = 4 + rng_below(&t.rng, 40);
    unsigned longest = rng_percent(&t.rng, 50) ? 200 : 12;
    bool ok = true;
    for (unsigned i = 0; i < chunks && ok && !t.ref.stopped; i++) {
        if (rng_percent(&t.rng, 15))
            diff_change_lines(&t);
        ok = run_chunk(&t, 1 + rng_below(&t.rng, longest));
        if (ok && (i + 1 == chunks || t.ref.stopped || rng_percent(&t.rng, 3)))
            ok = diff_compare_memory(&t);
    }
    if (!ok)
        diff_print_seed(&t, seed);
    st->programs++;
    st->instructions += t.cpu->retired;
    st->exceptions += t.cpu->stats.exceptions + t.cpu->stats.irqs;
    st->stops += t.ref.stopped;
    diff_end(&t);
    diff_fini(&t);
    return ok;
}
