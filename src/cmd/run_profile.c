/* SPDX-License-Identifier: ISC */
#include "cmd/run_profile.h"

#include "host/host_out.h"

#include <stdio.h>
#include <string.h>

/* ---- one stack as text ---- */

struct run_profile_text {
    char text[STACKS_TEXT];
    size_t len;
};

/* Names come from files: nothing in them may look like the format's own marks. */
static void run_profile_frame(struct run_profile_text *t, const char *program, const char *name)
{
    char frame[GUEST_NAMES_TEXT];
    snprintf(frame, sizeof frame, "%.40s%s%.60s", program, *program ? ":" : "", name);
    for (char *p = frame; *p; p++)
        if (*p == ';' || *p <= ' ')
            *p = '_';
    int n = snprintf(t->text + t->len, sizeof t->text - t->len, "%s%s", t->len ? ";" : "", frame);
    if (n > 0 && (size_t)n < sizeof t->text - t->len)
        t->len += (size_t)n;
}

static bool run_profile_is_user(const struct mips_frame *f)
{
    return f->pc < 0x80000000u && f->sp < 0x80000000u;
}

static const struct guest_program *run_profile_program(const struct run_profile *p,
                                                       const struct mips *c,
                                                       const struct mips_frame *f, unsigned n,
                                                       bool *user)
{
    *user = false;
    for (unsigned i = 0; i < n && !*user; i++) {
        *user = run_profile_is_user(&f[i]);
        if (*user)
            return guest_names_program(p->m->names, c, f[i].pc);
    }
    return NULL;
}

static void run_profile_place(struct run_profile_text *t, const struct run_profile *p,
                              const struct guest_program *program, const struct mips_frame *f)
{
    bool user = run_profile_is_user(f);
    const struct symbol *s = NULL;
    char page[16];
    if (!user)
        s = symtab_at(&p->m->names->kernel, f->pc);
    else if (program)
        s = symtab_at(&program->symbols, f->pc);
    snprintf(page, sizeof page, "0x%05xxxx", f->pc >> 12);
    run_profile_frame(t, user && program ? program->name : "", s ? s->name : page);
}

static void run_profile_stack(struct run_profile *p, const struct mips *c)
{
    struct mips_frame f[MIPS_UNWIND_MAX];
    struct run_profile_text t = {.len = 0};
    bool user;
    unsigned n = guest_names_back_trace(p->m->names, c, f, MIPS_UNWIND_MAX, NULL);
    const struct guest_program *program = run_profile_program(p, c, f, n, &user);
    run_profile_frame(&t, "", program ? program->name : user ? "user" : "kernel");
    if (n == MIPS_UNWIND_MAX)
        run_profile_frame(&t, "", "(deeper)");
    for (unsigned i = n; i-- > 0;) {
        run_profile_place(&t, p, program, &f[i]);
        if (f[i].interrupted)
            run_profile_frame(&t, "", "(exception)");
    }
    stacks_add(&p->stacks, t.text, 1);
}

/* ---- sampling ---- */

/* Not at equal distances: a guest that does something at each tick of its clock would always, or
 * never, be met at it. */
static u64 run_profile_distance(struct run_profile *p)
{
    p->random = p->random * 6364136223846793005u + 1442695040888963407u;
    return p->period / 2 + (p->random >> 33) % p->period + 1;
}

static void run_profile_look(void *ctx)
{
    struct run_profile *p = ctx;
    p->observer.at += run_profile_distance(p);
    for (unsigned i = 0; i < p->m->ncpus && !p->paused; i++) {
        const struct vcpu *v = p->m->cpu[i];
        if (!v->enabled)
            continue;
        if (p->gprof && !vcpu_idle(v)) /* it would be most of what gprof shows */
            gmon_sample(&p->gmon, v->mips.pc);
        if (p->folded && vcpu_idle(v))
            stacks_add(&p->stacks, "(idle)", 1);
        else if (p->folded)
            run_profile_stack(p, &v->mips);
    }
}

static void run_profile_called(void *ctx, gva from, gva to)
{
    struct run_profile *p = ctx;
    if (!p->paused)
        gmon_call(&p->gmon, from, to);
}

/* The code of the kernel is what its executable segments have in the file. */
static void run_profile_gmon(struct run_profile *p, const void *elf, size_t len, u64 hz)
{
    struct elf_image img;
    struct error e;
    u32 low = ~0u, high = 0;
    if (elf_parse(elf, len, &img, &e))
        return;
    for (unsigned i = 0; i < img.nsegments; i++) {
        const struct elf_segment *s = &img.segment[i];
        if (!s->exec)
            continue;
        low = s->vaddr < low ? s->vaddr : low;
        high = s->vaddr + s->filesz > high ? s->vaddr + s->filesz : high;
    }
    gmon_init(&p->gmon, low < high ? low : 0, low < high ? high : 0, (u32)hz, img.big);
    for (unsigned i = 0; i < p->m->ncpus; i++) {
        p->m->cpu[i]->mips.called = run_profile_called;
        p->m->cpu[i]->mips.called_ctx = p;
    }
}

void run_profile_start(struct run_profile *p, struct machine *m, const void *elf, size_t len,
                       u64 hz)
{
    p->m = m;
    p->period = m->clock.hz / hz;
    if (p->gprof)
        run_profile_gmon(p, elf, len, hz);
    p->observer = (struct machine_observer){.look = run_profile_look, .ctx = p};
    p->observer.at = machine_now(m) + run_profile_distance(p);
    machine_observe(m, &p->observer);
}

void run_profile_enable(void *ctx, bool on)
{
    struct run_profile *p = ctx;
    p->paused = !on;
}

void run_profile_clear(void *ctx)
{
    struct run_profile *p = ctx;
    stacks_clear(&p->stacks);
    if (p->gmon.bin)
        gmon_clear(&p->gmon);
}

void run_profile_write(const struct run_profile *p)
{
    if (p->folded) {
        host_out_clear(p->folded);
        stacks_write(&p->stacks, p->folded);
    }
    if (p->gprof) {
        host_out_clear(p->gprof);
        gmon_write(&p->gmon, p->gprof);
    }
}

void run_profile_fini(struct run_profile *p)
{
    stacks_fini(&p->stacks);
    gmon_fini(&p->gmon);
}
