/* SPDX-License-Identifier: ISC */
/* What GDB's "monitor" says of time: when it is, going to a moment, what came in around it. */
#include "lib/num.h"
#include "vmm/vmm_debug_int.h"

enum {
    VMM_DEBUG_EVENTS = 10, /* shown before and after the moment that is looked at */
};

typedef unsigned long long ull;

/* ---- when ---- */

static void vmm_debug_put_past(const struct vmm_debug *d, struct buf *out)
{
    if (!d->past) {
        buf_printf(out, "no history is kept (see --history)\n");
        return;
    }
    struct vmm_past_facts f = vmm_past_facts(d->past);
    if (vmm_past_machine(d->past))
        buf_printf(out, "this is the past; the present is at cycle %llu\n", (ull)f.present);
    else
        buf_printf(out, "this is the present\n");
    if (f.shots)
        buf_printf(out, "known from cycle %llu on, with %u moments kept in %llu KB\n", (ull)f.first,
                   f.shots, (ull)(f.bytes >> 10));
    else
        buf_printf(out, "nothing before is known\n");
}

enum err vmm_debug_when(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                        struct error *e)
{
    const struct vmm_debug *d = ctx;
    const struct machine *m = vmm_debug_seen(d);
    u64 now = machine_now(m), ns = clock_cycles_to_ns(&m->clock, now);
    (void)thread, (void)argc, (void)argv, (void)e;
    buf_printf(out, "cycle %llu, %llu.%09llu s of virtual time\n", (ull)now,
               (ull)(ns / 1000000000u), (ull)(ns % 1000000000u));
    for (unsigned i = 0; i < m->ncpus; i++)
        if (m->cpu[i]->enabled)
            buf_printf(out, "  cpu%u has executed %llu instructions\n", i,
                       (ull)vcpu_retired(m->cpu[i]));
    vmm_debug_put_past(d, out);
    return ERR_OK;
}

/* ---- seek ---- */

static enum err vmm_debug_parse_cycle(const char *word, u64 now, u64 *cycle, struct error *e)
{
    bool back = word[0] == '-', relative = back || word[0] == '+';
    enum err err = num_parse(word + relative, 0, CLOCK_MAX, cycle, e);
    if (!err && back)
        *cycle = *cycle < now ? now - *cycle : 0;
    else if (!err && relative)
        *cycle += now;
    return err;
}

/* A CPU that had not been started then cannot be the one that GDB looks at. */
static void vmm_debug_choose(struct vmm_debug *d)
{
    if (!vmm_past_machine(d->past))
        d->stop = d->present;
    else if (!vmm_debug_seen(d)->cpu[d->stop.thread]->enabled)
        d->stop.thread = 0;
}

enum err vmm_debug_seek(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                        struct error *e)
{
    struct vmm_debug *d = ctx;
    u64 cycle;
    (void)thread;
    if (argc != 2)
        return err_set(e, ERR_USAGE, "to which cycle? N, or from here +N or -N");
    if (!d->past)
        return err_set(e, ERR_USAGE, "no history is kept (see --history)");
    enum err err = vmm_debug_parse_cycle(argv[1], machine_now(vmm_debug_seen(d)), &cycle, e);
    if (err)
        return err;
    vmm_debug_leaves(d);
    bool known = vmm_past_seek(d->past, cycle);
    vmm_debug_choose(d);
    if (!known)
        buf_printf(out, "so far back nothing is known; this is as far as it goes\n");
    buf_printf(out, "cycle %llu%s\n", (ull)machine_now(vmm_debug_seen(d)),
               vmm_past_machine(d->past) ? "" : ", the present");
    buf_printf(out, "now type: maintenance flush register-cache\n");
    return ERR_OK;
}

/* ---- events ---- */

static const char *vmm_debug_event(enum intake_kind kind)
{
    static const char *const names[] = {[INTAKE_EPOCH] = "time of day",
                                        [INTAKE_SEED] = "seed",
                                        [INTAKE_INPUT] = "input",
                                        [INTAKE_DIR] = "host directory",
                                        [INTAKE_DISK] = "disk",
                                        [INTAKE_END] = "asked to end",
                                        [INTAKE_TOUCHED] = "changed by a debugger",
                                        [INTAKE_RANDOM] = "random bytes",
                                        [INTAKE_9P] = "9P",
                                        [INTAKE_NVRAM] = "kept memory"};
    return kind < ARRAY_LEN(names) && names[kind] ? names[kind] : "?";
}

static void vmm_debug_put_event(const struct intake_entry *i, struct buf *out)
{
    enum {
        SHOWN = 16,
    };
    buf_printf(out, "  cycle %llu: %s", (ull)i->cycle, vmm_debug_event(i->kind));
    u32 skip = 0;
    if (i->kind == INTAKE_INPUT && i->len) {
        buf_printf(out, " from source %u", i->data[0]);
        skip = 1;
    }
    if (i->len > skip)
        buf_printf(out, ", %u byte%s:", i->len - skip, i->len - skip == 1 ? "" : "s");
    for (u32 n = skip; n < i->len && n < skip + SHOWN; n++)
        buf_printf(out, " %02x", i->data[n]);
    buf_printf(out, i->len > skip + SHOWN ? " ...\n" : "\n");
}

/* How many there are up to now, and in all. */
static u64 vmm_debug_count_events(const struct intake *in, u64 now, u64 *all)
{
    struct intake_entry i;
    u64 before = 0;
    *all = 0;
    for (size_t at = 0; intake_entry(in, &at, &i); ++*all)
        before += i.cycle <= now;
    return before;
}

enum err vmm_debug_events(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                          struct error *e)
{
    const struct vmm_debug *d = ctx;
    const struct intake *in = &d->m->intake;
    u64 now = machine_now(vmm_debug_seen(d)), all;
    (void)thread, (void)argc, (void)argv;
    if (!d->past)
        return err_set(e, ERR_USAGE, "no history is kept (see --history)");
    u64 before = vmm_debug_count_events(in, now, &all), n = 0;
    struct intake_entry i;
    buf_printf(out, "%llu recorded before, %llu after\n", (ull)before, (ull)(all - before));
    for (size_t at = 0; intake_entry(in, &at, &i); n++) {
        if (n == before)
            buf_printf(out, "  cycle %llu: here\n", (ull)now);
        if (n + VMM_DEBUG_EVENTS >= before && n < before + VMM_DEBUG_EVENTS)
            vmm_debug_put_event(&i, out);
    }
    if (n == before)
        buf_printf(out, "  cycle %llu: here\n", (ull)now);
    return ERR_OK;
}
