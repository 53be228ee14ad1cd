/* SPDX-License-Identifier: ISC */
/*
 * Code memory and what is in it. Regions are laid one after the other and only go all at once:
 * one that is dropped stays where it is, its entries turned into ways out.
 */
#include "jit/jit_int.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define JIT_SMALL 3072 /* bytes of code: few regions have less */

/* Bytes of code memory that are asked of the host at a time: whole pages, some regions. */
#define JIT_FIRST_STEP (16u << 10)
#define JIT_STEP       (64u << 10)

/* ---- what generated code calls ---- */

/* Returns the budget that is left at the point. */
static u64 jit_at_point(const struct jit_frame *f)
{
    const struct jit_point *p = &f->region->point[f->point];
    for (unsigned k = 0; k < p->n; k++) {
        const struct jit_binding *b = &p->map[k];
        u64 v = b->value;
        if (likely(b->bytes == 4))
            memcpy((u8 *)f->state + b->offset, &v, 4);
        else
            memcpy((u8 *)f->state + b->offset, &v, b->bytes);
    }
    return f->left + p->unspent;
}

static void jit_patch(const struct jit *j, const struct jit_region *r, u32 at, const u8 *to)
{
    u32 distance = (u32)(to - (r->code + at + 4));
    memcpy(j->code.rw + (r->code - j->code.rx) + at, &distance, 4);
}

static void jit_put_jump(const struct jit *j, const struct jit_region *r, u32 at, const u8 *to)
{
    j->code.rw[r->code - j->code.rx + at] = 0xe9;
    jit_patch(j, r, at + 1, to);
}

static COLD void jit_distrust(struct jit_frame *f)
{
    const u8 *code = f->region->code;
    const struct jit_ops *ops = &f->jit->config.ops;
    u32 length = !ops->by_page || ops->by_page(f->state) ? f->length : 0;
    u8 *at = f->jit->code.rw + (code - f->jit->code.rx) + f->site;
    memcpy(at, code + f->instead, length);
    f->length = 0;
}

/* Before an access: applies its point, unless its stub has, and forgets a hint. */
static COLD void jit_before_access(struct jit_frame *f)
{
    f->point &= 0xffff;
    if (f->point)
        (void)jit_at_point(f);
    if (f->length)
        jit_distrust(f);
}

bool jit_slow_load(struct jit_frame *f, u64 left)
{
    enum ir_size size = (enum ir_size)(f->point >> 16);
    if (unlikely((f->point & 0xffff) | f->length))
        jit_before_access(f);
    return f->jit->config.ops.load(f->state, left, size, f->at, &f->value);
}

bool jit_slow_store(struct jit_frame *f, u64 left)
{
    enum ir_size size = (enum ir_size)(f->point >> 16);
    if (unlikely((f->point & 0xffff) | f->length))
        jit_before_access(f);
    return f->jit->config.ops.store(f->state, left, size, f->at, f->value);
}

bool jit_slow_patch(struct jit_frame *f, u64 left __attribute__((unused)))
{
    jit_distrust(f);
    return true;
}

void jit_leaving(struct jit_frame *f)
{
    struct jit_exit *e = f->exit;
    *e = (struct jit_exit){
        .how = (enum jit_how)f->how, .region = f->region, .left = f->left, .place = f->place};
    if (e->how == JIT_AT_POINT) {
        e->left = jit_at_point(f);
        e->reason = f->region->point[f->point].reason;
    } else if (e->how == JIT_CHAIN) {
        e->chain = (u16)f->point;
        e->place = f->region->chain[f->point].place;
    }
}

/* ---- life ---- */

unsigned jit_random(struct jit *j, unsigned n)
{
    j->random = j->random * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)((j->random >> 33) % n);
}

static void jit_forget_jumps(struct jit *j)
{
    memset(j->jump, 0, j->jumps * sizeof *j->jump);
}

/* So that few regions have to take code memory page by page. */
static void jit_look_ahead(struct jit *j)
{
    if (j->config.code || j->used + JIT_FIRST_STEP / 2 <= j->wanted ||
        j->wanted + JIT_STEP > j->code.size)
        return;
    size_t step = j->wanted ? j->wanted : JIT_FIRST_STEP;
    step = step < JIT_STEP ? step : JIT_STEP;
    host_code_want(&j->code, j->wanted, step);
    j->wanted += step;
}

enum err jit_new(struct jit **out, const struct jit_config *config, struct error *e)
{
    struct jit *j = xcalloc(1, sizeof *j);
    j->config = *config;
    j->jumps = config->chaos.jumps ? config->chaos.jumps : JIT_JUMPS;
    j->random = config->chaos.seed;
    if (config->code) {
        j->code = *config->code;
    } else if (!host_code_init(&j->code, config->code_bytes)) {
        enum err err = err_set(e, ERR_IO, "no memory for translated code: %m");
        free(j);
        return err;
    }
    j->jump = xcalloc(j->jumps, sizeof *j->jump);
    j->gen = xmalloc(sizeof *j->gen);
    j->gen->note = NULL;
    j->cpu = config->plain ? (struct host_cpu){0} : host_cpu_features();
    struct x64 x = {
        .start = j->code.rw, .p = j->code.rw, .end = j->code.rw + j->code.size, .run = j->code.rx};
    jit_look_ahead(j);
    jit_stub_commons(j, &x);
    j->common = j->used = (x64_here(&x) + 63) & ~63u;
    *out = j;
    return ERR_OK;
}

static void jit_free_region(struct jit_region *r)
{
    while (r->switches) {
        struct jit_switch *s = r->switches;
        r->switches = s->next;
        free(s);
    }
    free(r->point);
    free(r->call);
    free(r->chain);
    free(r);
}

static void jit_free_regions(struct jit *j)
{
    while (j->regions) {
        struct jit_region *r = j->regions;
        j->regions = r->next;
        jit_free_region(r);
    }
}

void jit_flush(struct jit *j)
{
    jit_free_regions(j);
    jit_forget_jumps(j);
    j->used = j->common;
    j->nregions = 0;
    j->tables = 0;
    j->full = false;
}

void jit_free(struct jit *j)
{
    if (!j)
        return;
    jit_free_regions(j);
    if (!j->config.code)
        host_code_fini(&j->code);
    free(j->jump);
    free(j->gen->note);
    free(j->gen);
    free(j);
}

bool jit_is_full(const struct jit *j)
{
    return j->full;
}

size_t jit_used(const struct jit *j)
{
    return j->used;
}

size_t jit_tables(const struct jit *j)
{
    return j->tables;
}

/* ---- regions ---- */

/* Many small regions are full, too: letting them all go must not take long. */
static bool jit_is_crowded(const struct jit *j)
{
    return j->nregions == j->code.size / JIT_SMALL || j->tables > j->code.size;
}

static void *jit_copy(const void *p, size_t n, size_t size)
{
    void *copy = xcalloc(n ? n : 1, size);
    memcpy(copy, p, n * size);
    return copy;
}

static struct jit_point *jit_points(const struct ir_region *r)
{
    struct jit_point *points = xcalloc(r->npoints, sizeof *points);
    for (unsigned i = 0; i < r->npoints; i++) {
        const struct ir_point *p = &r->point[i];
        points[i] = (struct jit_point){.unspent = p->unspent, .n = p->n, .reason = p->reason};
        for (unsigned k = 0; k < p->n; k++) {
            const struct ir_slot *s = &r->slot[p->map[k].slot];
            points[i].map[k] = (struct jit_binding){.offset = s->offset,
                                                    .value = p->map[k].value,
                                                    .bytes = s->type == IR_I8    ? 1
                                                             : s->type == IR_I64 ? 8
                                                                                 : 4};
        }
    }
    return points;
}

static void jit_keep(struct jit *j, struct jit_region *out, const struct ir_region *r)
{
    const struct jit_gen *g = j->gen;
    out->len = x64_here(&g->x);
    out->point = jit_points(r);
    out->chain = jit_copy(g->chain, g->nchains, sizeof *g->chain);
    out->nchains = g->nchains;
    out->next = j->regions;
    j->regions = out;
    j->used += (out->len + 15) & ~15u;
    j->nregions++;
    j->tables += sizeof *out + r->npoints * sizeof *out->point + r->ncalls * sizeof *out->call +
                 out->nchains * sizeof *out->chain;
}

struct jit_region *jit_compile(struct jit *j, const struct ir_region *r, u64 place, void *owner)
{
    struct jit_gen *g = j->gen;
    if (jit_is_crowded(j)) {
        j->full = true;
        return NULL;
    }
    jit_look_ahead(j);
    struct jit_region *out = xcalloc(1, sizeof *out);
    *out = (struct jit_region){.place = place,
                               .owner = owner,
                               .code = j->code.rx + j->used,
                               .call = jit_copy(r->call, r->ncalls, sizeof *r->call)};
    g->j = j;
    g->r = r;
    g->out = out;
    g->x = (struct x64){.start = j->code.rw + j->used,
                        .p = j->code.rw + j->used,
                        .end = j->code.rw + j->code.size,
                        .run = out->code};
    if (r->full || !jit_gen_region(g) || g->x.full) {
        j->full |= g->x.full;
        jit_free_region(out);
        return NULL;
    }
    jit_keep(j, out, r);
    return out;
}

static void jit_divert(const struct jit *j, const struct jit_region *r, const u8 *to)
{
    u32 entries[] = {r->entry, r->check};
    for (size_t k = 0; k < ARRAY_LEN(entries); k++)
        jit_put_jump(j, r, entries[k], to);
}

void jit_redirect(struct jit *j, const struct jit_region *old, const struct jit_region *to)
{
    jit_divert(j, old, to->code + to->check);
}

void jit_drop(struct jit *j, struct jit_region *r)
{
    jit_divert(j, r, r->code + r->stale);
}

void jit_run(struct jit *j, const struct jit_region *r, void *state, u64 left, struct jit_exit *out)
{
    void (*enter)(void *, const u8 *, u64, struct jit_exit *, struct jit *);
    const u8 *code = j->code.rx + j->enter;
    memcpy(&enter, &code, sizeof enter);
    enter(state, r->code + r->check, left, out, j);
}

void jit_link(struct jit *j, const struct jit_exit *from, const struct jit_region *to, bool check)
{
    const struct jit_region *r = from->region;
    jit_patch(j, r, r->chain[from->chain].at, to->code + (check ? to->check : to->entry));
}

/* The same place in several address spaces is several places. */
void jit_remember(struct jit *j, const struct jit_region *r, const void *state)
{
    u32 mix;
    memcpy(&mix, (const u8 *)state + j->config.tlb.mix, sizeof mix);
    j->jump[((u32)r->place ^ mix) / 4 % j->jumps] =
        (struct jit_jump){.key = r->place + 1, .code = r->code + r->check};
}

void *jit_owner(const struct jit_region *r)
{
    return r->owner;
}

u64 jit_place(const struct jit_region *r)
{
    return r->place;
}

const u8 *jit_code(const struct jit_region *r, size_t *len)
{
    *len = r->len;
    return r->code;
}

/* ---- for people ---- */

void jit_note_all(struct jit *j)
{
    if (!j->gen->note)
        j->gen->note = xcalloc(JIT_MAX_NOTES, sizeof *j->gen->note);
}

const struct jit_note *jit_notes(const struct jit *j, unsigned *n)
{
    *n = j->gen->nnotes;
    return j->gen->note;
}

const char *jit_home(const struct jit *j, u16 slot)
{
    static const char *const names[] = {"eax",  "ecx",  "edx",  "ebx", "esp",  "ebp",
                                        "esi",  "edi",  "r8d",  "r9d", "r10d", "r11d",
                                        "r12d", "r13d", "r14d", "r15d"};
    u8 reg = j->gen->home[slot];
    return reg == X64_NONE ? NULL : names[reg];
}

const char *jit_common_name(const struct jit *j, const u8 *code)
{
    const struct {
        u32 at;
        const char *name;
    } all[] = {{j->enter, "enter"},
               {j->leave, "leave"},
               {j->slow_load, "load by C"},
               {j->slow_store, "store by C"},
               {j->slow_patch, "overwrite"},
               {j->failed, "after an exception"},
               {j->miss, "leave: jump not known yet"}};
    for (size_t k = 0; k < ARRAY_LEN(all); k++)
        if (code == j->code.rx + all[k].at)
            return all[k].name;
    return NULL;
}

const u8 *jit_common(const struct jit *j, size_t *len)
{
    *len = j->common;
    return j->code.rx;
}
