/* SPDX-License-Identifier: ISC */
/*
 * usage: fpu_diff [COUNT [FIRST-SEED]]
 * The R3010 against the reference's (ref_fpu.c), one instruction a case: every operation, operands
 * near where something changes, every rounding mode, traps enabled or not. The reference in turn
 * against the host's own floating point. Speaks TAP.
 */
#include "fpu_host.h"
#include "fpu_value.h"
#include "isa_rig.h"
#include "ref_mips.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 1024u /* instructions: a page */

struct fpu_case {
    struct rng rng; /* after the instruction was made */
    uint32_t insn;
};

struct fpu_diff {
    struct rig rig;
    struct ref_mips ref;
    uint64_t traps, interrupts, flags[5], host;
};

/* ---- instructions ---- */

static uint32_t diff_function(struct rng *r, unsigned *format)
{
    static const struct {
        uint8_t format, function;
    } op[] = {{16, 0},    {16, 0},    {16, 1},    {16, 1},    {16, 2},    {16, 2},    {16, 3},
              {16, 3},    {17, 0},    {17, 0},    {17, 1},    {17, 1},    {17, 2},    {17, 2},
              {17, 3},    {17, 3},    {16, 5},    {16, 6},    {16, 7},    {17, 5},    {17, 6},
              {17, 7},    {17, 0x20}, {17, 0x20}, {17, 0x20}, {20, 0x20}, {20, 0x20}, {16, 0x21},
              {20, 0x21}, {16, 0x24}, {16, 0x24}, {17, 0x24}, {17, 0x24}};
    uint32_t n = rng_below(r, 40), i = rng_below(r, sizeof op / sizeof *op);
    if (n == 0) { /* anything */
        *format = 16 + rng_below(r, 16);
        return rng_below(r, 64);
    }
    *format = n < 8 ? 16 + rng_below(r, 2) : op[i].format;
    return n < 8 ? 0x30 + rng_below(r, 16) : op[i].function;
}

static uint32_t diff_register(struct rng *r, unsigned format)
{
    uint32_t n = rng_below(r, 32);
    return format == 17 && rng_percent(r, 90) ? n & ~1u : n;
}

static uint32_t diff_insn(struct rng *r)
{
    unsigned format;
    uint32_t function = diff_function(r, &format);
    uint32_t s = diff_register(r, format), t = rng_percent(r, 5) ? s : diff_register(r, format);
    uint32_t d = rng_percent(r, 10) ? s : rng_below(r, 32);
    return 17u << 26 | format << 21 | t << 16 | s << 11 | d << 6 | function;
}

/* ---- one case ---- */

static void diff_set_register(struct ref_fpu *f, unsigned format, unsigned n, uint64_t value)
{
    if (format == 17) {
        f->fpr[n & ~1u] = (uint32_t)value;
        f->fpr[n | 1] = (uint32_t)(value >> 32);
    } else {
        f->fpr[n] = (uint32_t)value;
    }
}

static uint64_t diff_get_register(const struct ref_fpu *f, unsigned format, unsigned n)
{
    return format == 17 ? (uint64_t)f->fpr[n | 1] << 32 | f->fpr[n & ~1u] : f->fpr[n];
}

static void diff_operands(struct rng *r, struct ref_fpu *f, uint32_t insn)
{
    unsigned format = insn >> 21 & 31;
    const struct fpu_layout *l = format == 17 ? &fpu_double : &fpu_single;
    for (unsigned i = 0; i < 32; i++)
        f->fpr[i] = i * 0x01010101u;
    uint64_t s = format == 20 ? fpu_value_word(r) : fpu_value(r, l);
    diff_set_register(f, format, insn >> 16 & 31, fpu_value_with(r, l, s));
    diff_set_register(f, format, insn >> 11 & 31, s);
}

static uint32_t diff_fcr31(struct rng *r)
{
    uint32_t v = rng_below(r, 4) | (rng_next(r) & (REF_FPU_C | 0x7c)); /* mode, flags, condition */
    if (rng_percent(r, 40))
        v |= rng_percent(r, 50) ? rng_next(r) & 0xf80 : 0x80u << rng_below(r, 5);
    if (rng_percent(r, 10))
        v |= rng_next(r) & 0x3f000;
    return v;
}

static void diff_begin(struct fpu_diff *d, struct fpu_case *k, uint32_t pc)
{
    struct mips *c = d->rig.cpu[0];
    struct ref_mips *f = &d->ref;
    diff_operands(&k->rng, &f->fp, k->insn);
    f->fp.fcr31 = diff_fcr31(&k->rng);
    f->irq_lines = ref_fpu_line(&f->fp) ? 0x8000 : 0;
    f->status = 0x20000000u | (rng_percent(&k->rng, 50) ? 0x8001 : rng_next(&k->rng) & 0x8001);
    f->cause = 0;
    f->pc = pc;
    f->npc = pc + 4;
    f->bd = rng_percent(&k->rng, 10);
    memcpy(c->fpr, f->fp.fpr, sizeof c->fpr);
    c->fcr31 = f->fp.fcr31;
    c->irq_lines = f->irq_lines;
    c->status = f->status;
    c->cause = 0;
    mips_set_pc(c, pc);
    c->bd = f->bd;
    mips_changed(c);
}

static bool diff_differs(const char *what, unsigned i, uint32_t ours, uint32_t theirs)
{
    if (ours != theirs)
        printf("#   %s[%u]: monitor %08x, reference %08x\n", what, i, ours, theirs);
    return ours != theirs;
}

static bool diff_same(const struct mips *c, const struct ref_mips *f)
{
    bool bad = false;
    for (unsigned i = 0; i < 32; i++)
        bad |= diff_differs("fpr", i, c->fpr[i], f->fp.fpr[i]);
    bad |= diff_differs("fcr", 31, c->fcr31, f->fp.fcr31);
    bad |= diff_differs("lines", 0, c->irq_lines, f->irq_lines);
    bad |= diff_differs("status", 0, c->status, f->status);
    bad |= diff_differs("cause", 0, c->cause, f->cause);
    bad |= diff_differs("epc", 0, c->epc, f->epc);
    bad |= diff_differs("pc", 0, c->pc, f->pc);
    bad |= diff_differs("bd", 0, c->bd, f->bd);
    bad |= diff_differs("retired", 0, (uint32_t)c->retired, (uint32_t)f->steps);
    return !bad;
}

static void diff_count(struct fpu_diff *d, const struct ref_mips *before)
{
    const struct ref_mips *f = &d->ref;
    d->traps += ref_fpu_line(&f->fp);
    d->interrupts += f->pc == 0x80000080 && before->pc != f->pc;
    for (unsigned i = 0; i < 5; i++)
        d->flags[i] += f->fp.fcr31 >> (12 + i) & 1;
}

/* ---- the host ---- */

static uint64_t diff_result(const struct ref_fpu *f, uint32_t insn)
{
    unsigned function = insn & 0x3f, format = insn >> 21 & 31;
    if (function >= 0x30)
        return (f->fcr31 & REF_FPU_C) != 0;
    if (function >= 0x20)
        format = function == 0x21 ? 17 : 16;
    return diff_get_register(f, format, insn >> 6 & 31);
}

static bool diff_is_nan(uint32_t insn, uint64_t bits)
{
    unsigned function = insn & 0x3f;
    bool wide = function == 0x21 || (function < 0x20 && (insn >> 21 & 31) == 17);
    if (function >= 0x24)
        return false;
    return wide ? bits << 1 > 0x7ff0000000000000ull << 1 : bits << 1 > 0x7f800000ull << 1;
}

/* The reference without traps, and the host. */
static bool diff_host(struct fpu_diff *d, const struct ref_mips *before, uint32_t insn)
{
    unsigned format = insn >> 21 & 31;
    struct ref_fpu f = before->fp;
    f.fcr31 &= ~0xf80u;
    uint64_t s = diff_get_register(&f, format, insn >> 11 & 31),
             t = diff_get_register(&f, format, insn >> 16 & 31);
    struct fpu_host h = fpu_host(insn, f.fcr31 & 3, s, t);
    if (!h.known || !ref_fpu_compute(&f, insn))
        return true;
    d->host++;
    uint64_t r = diff_result(&f, insn);
    if (h.nan ? diff_is_nan(insn, r) : r == h.result && h.causes == (f.fcr31 >> 12 & 31))
        return true;
    printf("#   host %016llx, causes %02x; reference %016llx, causes %02x\n",
           (unsigned long long)h.result, h.causes, (unsigned long long)r, f.fcr31 >> 12 & 31);
    return false;
}

/* ---- all cases ---- */

static void diff_print(const struct ref_mips *f, uint32_t insn, uint64_t seed)
{
    char text[64];
    unsigned format = insn >> 21 & 31;
    mips_disassemble(&mips_r3000a_fpu, f->pc, insn, text, sizeof text);
    printf("# seed %llu: %08x %s of %016llx, %016llx; fcr31 %08x, status %08x\n",
           (unsigned long long)seed, insn, text,
           (unsigned long long)diff_get_register(&f->fp, format, insn >> 11 & 31),
           (unsigned long long)diff_get_register(&f->fp, format, insn >> 16 & 31), f->fp.fcr31,
           f->status);
}

static bool diff_case(struct fpu_diff *d, struct fpu_case *k, uint32_t pc, uint64_t seed)
{
    diff_begin(d, k, pc);
    struct ref_mips before = d->ref;
    mips_run(d->rig.cpu[0], 1);
    ref_step(&d->ref);
    diff_count(d, &before);
    bool same = diff_same(d->rig.cpu[0], &d->ref);
    if (same && diff_host(d, &before, k->insn))
        return true;
    diff_print(&before, k->insn, seed);
    return false;
}

static bool diff_batch(struct fpu_diff *d, uint64_t seed, unsigned n)
{
    static const uint32_t at = RIG_CODE & 0x1fffffff;
    struct fpu_case k[BATCH];
    for (unsigned i = 0; i < n; i++) {
        k[i].rng = (struct rng){seed + i};
        k[i].insn = diff_insn(&k[i].rng);
        rig_word(&d->rig, at + 4 * i, k[i].insn);
    }
    mips_code_flush(d->rig.code);
    for (unsigned i = 0; i < n; i++)
        if (!diff_case(d, &k[i], RIG_CODE + 4 * i, seed + i)) {
            printf("# repeat it with: fpu_diff 1 %llu\n", (unsigned long long)(seed + i));
            return false;
        }
    return true;
}

static bool diff_fetch(void *ctx, uint32_t pa, unsigned size, bool fetch, uint32_t *value)
{
    (void)size;
    (void)fetch;
    *value = pa < RIG_RAM_SIZE ? rig_peek(ctx, pa & ~3u) : 0;
    return true;
}

static bool diff_store(void *ctx, uint32_t pa, unsigned size, uint32_t value)
{
    (void)ctx;
    (void)pa;
    (void)size;
    (void)value;
    return true;
}

int main(int argc, char **argv)
{
    static const struct ref_mem_ops memory = {.read = diff_fetch, .write = diff_store};
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    struct fpu_diff *d = calloc(1, sizeof *d);
    bool ok = true;
    if (!d)
        abort();
    rig_init_model(&d->rig, false, &mips_r3000a_fpu);
    d->ref = (struct ref_mips){.fpu = true, .mem = &memory, .memctx = &d->rig};
    ref_reset(&d->ref);
    printf("1..1\n# seeds from %llu\n", (unsigned long long)first);
    for (uint64_t i = 0; i < count && ok; i += BATCH)
        ok = diff_batch(d, first + i, count - i < BATCH ? (unsigned)(count - i) : BATCH);
    printf("# %llu cases: I %llu U %llu O %llu Z %llu V %llu, %llu trapped, %llu interrupts\n",
           (unsigned long long)count, (unsigned long long)d->flags[0],
           (unsigned long long)d->flags[1], (unsigned long long)d->flags[2],
           (unsigned long long)d->flags[3], (unsigned long long)d->flags[4],
           (unsigned long long)d->traps, (unsigned long long)d->interrupts);
    printf("# %llu compared with the host, too\n", (unsigned long long)d->host);
    printf("%sok 1 - monitor, reference and host agree\n", ok ? "" : "not ");
    rig_fini(&d->rig);
    free(d);
    return !ok;
}
