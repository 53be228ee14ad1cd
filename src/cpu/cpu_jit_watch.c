/* SPDX-License-Identifier: ISC */
/* What somebody is told who looks on while code is translated. Looking changes nothing. */
#include "cpu/cpu_jit_int.h"
#include "host/host_disasm.h"

#include <inttypes.h>

/* perf takes the newest line of those that hold an address, or any: see docs/translator.md. */
static void cpu_jit_watch_perf(FILE *f, const u8 *code, size_t len, const char *name)
{
    fprintf(f, "%" PRIxPTR " %zx %s\n", (uintptr_t)code, len, name);
    fflush(f);
}

void cpu_jit_watch(struct mips_code *code, const struct cpu_jit_watch *w)
{
    struct cpu_jit *t = code ? (struct cpu_jit *)code->native : NULL;
    size_t len;
    if (!t || !t->jit)
        return;
    const u8 *common = jit_common(t->jit, &len);
    t->watch = *w;
    if (w->dump) {
        jit_note_all(t->jit);
        if (!t->disasm)
            t->disasm = host_disasm_new();
        cpu_jit_dump_begin(t);
    }
    if (w->perf)
        cpu_jit_watch_perf(w->perf, common, len, "kuseg: into and out of translated code");
}

static void cpu_jit_watch_name(const struct cpu_jit *t, const struct mips *c,
                               const struct cpu_region *r)
{
    u32 pc = (u32)jit_place(r->jit);
    char place[TRACE_PLACE], number[16];
    size_t len;
    const u8 *code = jit_code(r->jit, &len);
    const char *name = trace_place(c->trace, c->number, pc, place);
    snprintf(number, sizeof number, "0x%08x", pc);
    cpu_jit_watch_perf(t->watch.perf, code, len, *name ? name + 1 : number);
}

void cpu_jit_watch_made(struct cpu_jit *t, const struct mips *c, const struct cpu_region *r)
{
    if (unlikely(t->watch.dump))
        cpu_jit_dump_region(t, c, r);
    if (unlikely(t->watch.perf))
        cpu_jit_watch_name(t, c, r);
}

void cpu_jit_watch_dropped(const struct cpu_jit *t, const struct cpu_region *r)
{
    if (unlikely(t->watch.dump))
        fprintf(t->watch.dump, "\n==== region %" PRIu64 " is dropped: %08x\n", r->number,
                (u32)jit_place(r->jit));
}

void cpu_jit_watch_flushed(const struct cpu_jit *t)
{
    if (unlikely(t->watch.dump))
        fprintf(t->watch.dump, "\n==== all regions go: %zu bytes of code, %zu about it\n",
                jit_used(t->jit), jit_tables(t->jit));
}
