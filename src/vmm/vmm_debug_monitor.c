/* SPDX-License-Identifier: ISC */
/* What GDB's "monitor" shows of a machine. Nothing here changes its run. */
#include "lib/bits.h"
#include "lib/num.h"
#include "lib/trace.h"
#include "vmm/vmm_debug_int.h"

#include <string.h>

/* ---- one CPU or all ---- */

static enum err vmm_debug_cpus(const struct vmm_debug *d, unsigned argc, char **argv, u64 *first,
                               u64 *last, struct error *e)
{
    if (argc < 2)
        return ERR_OK;
    enum err err = num_parse(argv[1], 0, vmm_debug_seen(d)->ncpus - 1, first, e);
    *last = *first;
    return err;
}

static enum err vmm_debug_each(const struct vmm_debug *d, unsigned argc, char **argv,
                               struct buf *out, struct error *e,
                               void (*put)(const struct vmm_debug *d, unsigned cpu,
                                           struct buf *out))
{
    u64 first = 0, last = vmm_debug_seen(d)->ncpus - 1;
    enum err err = vmm_debug_cpus(d, argc, argv, &first, &last, e);
    for (u64 i = first; !err && i <= last; i++)
        put(d, (unsigned)i, out);
    return err;
}

static void vmm_debug_put_cpu(const struct vmm_debug *d, unsigned cpu, struct buf *out)
{
    const struct vcpu *v = vmm_debug_seen(d)->cpu[cpu];
    const struct mips *c = &v->mips;
    if (!v->enabled) {
        buf_printf(out, "cpu%u: not started\n", cpu);
        return;
    }
    buf_printf(out,
               "cpu%u: pc %08x%s, %s mode, asid %u%s\n"
               "  status %08x cause %08x epc %08x badvaddr %08x entryhi %08x\n"
               "  %llu instructions, %llu of them in user mode; %llu exceptions, %llu interrupts\n",
               cpu, c->pc, c->bd ? " (delay slot)" : "", mips_user_mode(c) ? "user" : "kernel",
               bits_get(c->entryhi, 6, 6), vcpu_idle(v) ? ", waits for an interrupt" : "",
               c->status, c->cause | c->irq_lines, c->epc, c->badvaddr, c->entryhi,
               (unsigned long long)vcpu_retired(v), (unsigned long long)vcpu_user_cycles(v),
               (unsigned long long)c->stats.exceptions, (unsigned long long)c->stats.irqs);
}

static enum err vmm_debug_cpu(void *ctx, unsigned thread, unsigned argc, char **argv,
                              struct buf *out, struct error *e)
{
    (void)thread;
    return vmm_debug_each(ctx, argc, argv, out, e, vmm_debug_put_cpu);
}

static void vmm_debug_put_entry(const struct mips *c, unsigned i, struct buf *out)
{
    u32 hi = c->tlb_hi[i], lo = c->tlb_lo[i];
    if (!(lo & MIPS_LO_V))
        return;
    buf_printf(out, "  %2u: %08x asid %2u -> %08x %s%s%s\n", i, hi & ~(MEM_PAGE - 1),
               bits_get(hi, 6, 6), lo & ~(MEM_PAGE - 1), lo & MIPS_LO_D ? "rw" : "r-",
               lo & MIPS_LO_G ? " global" : "", lo & MIPS_LO_N ? " uncached" : "");
}

static enum err vmm_debug_tlb(void *ctx, unsigned thread, unsigned argc, char **argv,
                              struct buf *out, struct error *e)
{
    const struct vmm_debug *d = ctx;
    u64 first = thread, last = thread;
    enum err err = vmm_debug_cpus(d, argc, argv, &first, &last, e);
    if (err)
        return err;
    buf_printf(out, "cpu%u: valid TLB entries (asid %u is current)\n", (unsigned)first,
               bits_get(vmm_debug_seen(d)->cpu[first]->mips.entryhi, 6, 6));
    for (unsigned i = 0; i < MIPS_TLB_SIZE; i++)
        vmm_debug_put_entry(&vmm_debug_seen(d)->cpu[first]->mips, i, out);
    return ERR_OK;
}

/* ---- interrupts ---- */

static void vmm_debug_put_irqs(const struct vmm_debug *d, unsigned cpu, struct buf *out)
{
    static const struct {
        u32 bit;
        const char *name;
    } lines[] = {{0x100, "software 0"}, {0x200, "software 1"}, {0x400, "bus"},
                 {0x800, "other CPUs"}, {0x1000, "line 4"},    {0x2000, "line 5"},
                 {0x4000, "line 6"},    {0x8000, "timer"}};
    const struct mips *c = &vmm_debug_seen(d)->cpu[cpu]->mips;
    u32 up = c->irq_lines | (c->cause & MIPS_CAUSE_SW);
    if (!vmm_debug_seen(d)->cpu[cpu]->enabled)
        return;
    buf_printf(out, "cpu%u: interrupts are %s\n", cpu, c->status & MIPS_ST_IEC ? "on" : "off");
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        if ((up | c->status) & lines[i].bit)
            buf_printf(out, "  %-10s %s, %s\n", lines[i].name,
                       c->status & lines[i].bit ? "enabled" : "masked",
                       up & lines[i].bit ? "raised" : "quiet");
}

static enum err vmm_debug_irqs(void *ctx, unsigned thread, unsigned argc, char **argv,
                               struct buf *out, struct error *e)
{
    (void)thread;
    return vmm_debug_each(ctx, argc, argv, out, e, vmm_debug_put_irqs);
}

/* ---- devices: as their state describes itself ---- */

static u64 vmm_debug_element(const struct state_field *f, const u8 *p, u32 i)
{
    switch (f->type) {
    case STATE_U16:
        return load_le16(p + 2 * i);
    case STATE_U32:
        return load_le32(p + 4 * i);
    case STATE_U64:
        return load_le64(p + 8 * i);
    default:
        return p[i];
    }
}

static void vmm_debug_put_field(const struct state_field *f, const void *obj, struct buf *out)
{
    enum {
        SHOWN = 32,
    };
    const u8 *p = (const u8 *)obj + f->offset;
    buf_printf(out, "  %s:", f->name);
    for (u32 i = 0; i < f->count && i < SHOWN; i++)
        buf_printf(out, " 0x%llx", (unsigned long long)vmm_debug_element(f, p, i));
    buf_printf(out, "%s\n", f->count > SHOWN ? " ..." : "");
}

static bool vmm_debug_is_device(const struct state_part *p)
{
    return p->desc && strcmp(p->name, "mips") != 0 && strcmp(p->name, "vcpu") != 0 &&
           strcmp(p->name, "machine") != 0;
}

static enum err vmm_debug_devices(void *ctx, unsigned thread, unsigned argc, char **argv,
                                  struct buf *out, struct error *e)
{
    const struct vmm_debug *d = ctx;
    const struct state_set *s = &vmm_debug_seen(d)->parts;
    bool found = argc < 2;
    (void)thread;
    for (size_t i = 0; i < s->n; i++) {
        const struct state_part *p = &s->parts[i];
        if (!vmm_debug_is_device(p) || (argc > 1 && strcmp(argv[1], p->name) != 0))
            continue;
        found = true;
        buf_printf(out, "%s, slot %u\n", p->name, p->instance);
        for (unsigned f = 0; argc > 1 && f < p->desc->nfields; f++)
            vmm_debug_put_field(&p->desc->fields[f], p->obj, out);
    }
    return found ? ERR_OK : err_set(e, ERR_USAGE, "there is no %s (try: monitor devices)", argv[1]);
}

/* ---- trace ---- */

static enum err vmm_debug_trace(void *ctx, unsigned thread, unsigned argc, char **argv,
                                struct buf *out, struct error *e)
{
    static const char *const points[] = {
#define TRACE(NAME, word, letter, what) word,
#include "lib/trace.def"
#undef TRACE
    };
    struct vmm_debug *d = ctx;
    struct trace *t = &vmm_debug_seen(d)->trace;
    (void)thread;
    if (argc > 1) {
        t->on = 0;
        enum err err = strcmp(argv[1], "off") ? trace_parse_words(t, argv[1], e) : ERR_OK;
        if (err)
            return err;
    }
    buf_printf(out, "traced:");
    for (unsigned i = 0; i < ARRAY_LEN(points); i++)
        if (t->on & 1u << i)
            buf_printf(out, " %s", points[i]);
    buf_printf(out, t->on ? "\n" : " nothing\n");
    return ERR_OK;
}

const struct debug_command vmm_debug_monitor_commands[] = {
    {"tlb", "[CPU]", "valid entries of a CPU's TLB", vmm_debug_tlb},
    {"cpu", "[CPU]", "what each CPU does", vmm_debug_cpu},
    {"devices", "[NAME]", "what is on the bus; of one device, its registers", vmm_debug_devices},
    {"irqs", "[CPU]", "which interrupts are raised and enabled", vmm_debug_irqs},
    {"when", NULL, "virtual time, and how far back it is known", vmm_debug_when},
    {"seek", "N|+N|-N", "go to this cycle, or so many on or back", vmm_debug_seek},
    {"events", NULL, "what came in from outside around here", vmm_debug_events},
    {"trace", "[WORDS|off]", "what is traced, as exc,tlb; all traces everything", vmm_debug_trace},
};
const unsigned vmm_debug_monitor_ncommands = ARRAY_LEN(vmm_debug_monitor_commands);
