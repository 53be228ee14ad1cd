/* SPDX-License-Identifier: ISC */
#include "vmm/vmm_profile.h"

#include "host/host_out.h"

#include <stdio.h>
#include <string.h>

/* ---- one stack as text ---- */

struct vmm_profile_text {
    char text[STACKS_TEXT];
    size_t len;
};

/* Names come from files: nothing in them may look like the format's own marks. */
static void vmm_profile_frame(struct vmm_profile_text *t, const char *program, const char *name)
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

static const struct guest_program *vmm_profile_program(const struct vmm_profile *p,
                                                       const struct mips *c,
                                                       const struct mips_frame *f, unsigned n,
                                                       bool *user)
{
    *user = false;
    for (unsigned i = 0; i < n && !*user; i++) {
        *user = mips_unwind_is_user(f[i].pc, f[i].sp);
        if (*user)
            return guest_names_program(p->m->names, c, f[i].pc);
    }
    return NULL;
}

static void vmm_profile_place(struct vmm_profile_text *t, const struct vmm_profile *p,
                              const struct guest_program *program, const struct mips_frame *f)
{
    bool user = mips_unwind_is_user(f->pc, f->sp);
    const struct symbol *s = NULL;
    char page[16];
    if (!user)
        s = symtab_at(&p->m->names->kernel, f->pc);
    else if (program)
        s = symtab_at(&program->symbols, f->pc);
    snprintf(page, sizeof page, "0x%05xxxx", f->pc >> 12);
    vmm_profile_frame(t, user && program ? program->name : "", s ? s->name : page);
}

static void vmm_profile_stack(struct vmm_profile *p, const struct mips *c)
{
    struct mips_frame f[MIPS_UNWIND_MAX];
    struct vmm_profile_text t = {.len = 0};
    bool user;
    unsigned n = guest_names_back_trace(p->m->names, c, f, MIPS_UNWIND_MAX, NULL);
    const struct guest_program *program = vmm_profile_program(p, c, f, n, &user);
    vmm_profile_frame(&t, "", program ? program->name : user ? "user" : "kernel");
    if (n == MIPS_UNWIND_MAX)
        vmm_profile_frame(&t, "", "(deeper)");
    for (unsigned i = n; i-- > 0;) {
        vmm_profile_place(&t, p, program, &f[i]);
        if (f[i].interrupted)
            vmm_profile_frame(&t, "", "(exception)");
    }
    stacks_add(&p->stacks, t.text, 1);
}

/* ---- sampling ---- */

/* Not at equal distances: a guest that does something at each tick of its clock would always, or
 * never, be met at it. */
static u64 vmm_profile_distance(struct vmm_profile *p)
{
    p->random = p->random * 6364136223846793005u + 1442695040888963407u;
    return p->period / 2 + (p->random >> 33) % p->period + 1;
}

static void vmm_profile_look(void *ctx)
{
    struct vmm_profile *p = ctx;
    p->observer.at += vmm_profile_distance(p);
    for (unsigned i = 0; i < p->m->ncpus && !p->paused; i++) {
        const struct vcpu *v = p->m->cpu[i];
        if (!v->enabled)
            continue;
        if (p->gprof && !vcpu_idle(v)) /* it would be most of what gprof shows */
            gmon_sample(&p->gmon, v->mips.pc);
        if (p->folded && vcpu_idle(v))
            stacks_add(&p->stacks, "(idle)", 1);
        else if (p->folded)
            vmm_profile_stack(p, &v->mips);
    }
}

static void vmm_profile_called(void *ctx, gva from, gva to)
{
    struct vmm_profile *p = ctx;
    if (!p->paused)
        gmon_call(&p->gmon, from, to);
}

/* The code of the kernel is what its executable segments have in the file. */
static void vmm_profile_gmon(struct vmm_profile *p, const struct vmm_profile_config *config)
{
    struct elf_image img;
    struct error e;
    u32 low = ~0u, high = 0;
    if (elf_parse(config->elf, config->len, &img, &e))
        return;
    for (unsigned i = 0; i < img.nsegments; i++) {
        const struct elf_segment *s = &img.segment[i];
        if (!s->exec)
            continue;
        low = s->vaddr < low ? s->vaddr : low;
        high = s->vaddr + s->filesz > high ? s->vaddr + s->filesz : high;
    }
    gmon_init(&p->gmon, low < high ? low : 0, low < high ? high : 0, (u32)config->hz, img.big);
    for (unsigned i = 0; i < p->m->ncpus; i++) {
        p->m->cpu[i]->mips.called = vmm_profile_called;
        p->m->cpu[i]->mips.called_ctx = p;
    }
}

void vmm_profile_start(struct vmm_profile *p, struct machine *m,
                       const struct vmm_profile_config *config)
{
    p->m = m;
    p->folded = config->folded;
    p->gprof = config->gprof;
    p->period = m->clock.hz / config->hz;
    if (p->gprof)
        vmm_profile_gmon(p, config);
    p->observer = (struct machine_observer){.look = vmm_profile_look, .ctx = p};
    p->observer.at = machine_now(m) + vmm_profile_distance(p);
    machine_observe(m, &p->observer);
}

void vmm_profile_enable(void *ctx, bool on)
{
    struct vmm_profile *p = ctx;
    p->paused = !on;
}

void vmm_profile_clear(void *ctx)
{
    struct vmm_profile *p = ctx;
    stacks_clear(&p->stacks);
    if (p->gmon.bin)
        gmon_clear(&p->gmon);
}

void vmm_profile_write(const struct vmm_profile *p)
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

void vmm_profile_fini(struct vmm_profile *p)
{
    stacks_fini(&p->stacks);
    gmon_fini(&p->gmon);
}
