/* SPDX-License-Identifier: ISC */
#include "cmd/run_stats.h"
#include "cmd/cmd_json.h"
#include "cpu/cpu_jit.h"
#include "lib/log.h"

#include <jansson.h>
#include <string.h>

static const char *const exit_names[VCPU_EXITS] = {"budget", "idle",  "request", "stopped",
                                                   "break",  "watch", "spin"};

static const char *const tlb_names[MIPS_TLB_FAULTS] = {
    "load_misses", "store_misses", "invalid_loads", "invalid_stores", "read_only_stores"};

static const char *run_stats_end_name(enum machine_end end)
{
    static const char *const names[] = {"running",  "power-off",   "stopped",     "debugger",
                                        "deadlock", "interrupted", "no-progress", "diverged"};
    return names[end];
}

static json_t *run_stats_cpu(const struct run_stats *s, const struct vcpu *v, u64 all_ticks)
{
    const struct mips_stats *st = &v->mips.stats;
    json_t *exits = json_object();
    for (unsigned i = 0; i < VCPU_EXITS; i++)
        json_object_set_new(exits, exit_names[i], json_integer((json_int_t)v->exits[i]));
    json_t *tlb = json_object();
    for (unsigned i = 0; i < MIPS_TLB_FAULTS; i++)
        json_object_set_new(tlb, tlb_names[i], json_integer((json_int_t)st->tlb_faults[i]));
    json_object_set_new(tlb, "writes", json_integer((json_int_t)st->tlb_writes));
    u64 now = machine_now(s->m);
    double share = all_ticks ? (double)v->host_ticks / (double)all_ticks : 0;
    u64 retired = vcpu_retired(v), user = vcpu_user_cycles(v);
    return json_pack(
        "{s:i, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "cpu",
        (int)v->number, "cycles", (json_int_t)now, "idle",
        (json_int_t)(now > retired ? now - retired : 0), "retired", (json_int_t)retired, "user",
        (json_int_t)user, "kernel", (json_int_t)(retired - user), "host_seconds",
        share * (double)s->cpu_ns / 1e9, "interrupts", (json_int_t)st->irqs, "exceptions",
        (json_int_t)st->exceptions, "user_exceptions", (json_int_t)st->user_exceptions, "syncs",
        (json_int_t)st->syncs, "ll", (json_int_t)st->lls, "sc_ok", (json_int_t)st->scs_ok,
        "sc_failed", (json_int_t)st->scs_failed, "tlb", tlb, "exits", exits);
}

static json_t *run_stats_object(const struct run_stats *s)
{
    const struct machine *m = s->m;
    json_t *cpus = json_array();
    u64 all_ticks = 0, retired = 0;
    for (unsigned i = 0; i < m->ncpus; i++) {
        all_ticks += m->cpu[i]->host_ticks;
        retired += vcpu_retired(m->cpu[i]);
    }
    for (unsigned i = 0; i < m->ncpus; i++)
        json_array_append_new(cpus, run_stats_cpu(s, m->cpu[i], all_ticks));
    char hash[20];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)machine_hash(m));
    json_t *dev = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "disk_sectors_read",
        (json_int_t)m->stats.disk_reads, "disk_sectors_written", (json_int_t)m->stats.disk_writes,
        "console_characters_read", (json_int_t)m->stats.console_reads, "console_characters_written",
        (json_int_t)m->stats.console_writes, "emufs_reads", (json_int_t)m->stats.emufs_reads,
        "emufs_writes", (json_int_t)m->stats.emufs_writes, "net_frames_read",
        (json_int_t)m->stats.net_reads, "net_frames_written", (json_int_t)m->stats.net_writes,
        "net_frames_dropped", (json_int_t)m->stats.net_drops, "balloon_bytes_held",
        (json_int_t)m->stats.balloon_held, "balloon_bytes_given_back",
        (json_int_t)m->stats.balloon_given_back, "balloon_bytes_reported",
        (json_int_t)m->stats.balloon_reported);
    return json_pack("{s:s, s:s, s:i, s:s, s:I, s:I, s:I, s:f, s:f, s:s, s:o, s:o}", "engine",
                     s->engine, "end", run_stats_end_name(m->end), "exit_code", (int)m->exit_code,
                     "reason", m->reason, "cycles", (json_int_t)machine_now(m), "idle_cycles",
                     (json_int_t)m->idle_cycles, "retired", (json_int_t)retired, "cpu_seconds",
                     (double)s->cpu_ns / 1e9, "real_seconds", (double)s->host_ns / 1e9,
                     "state_hash", hash, "devices", dev, "cpus", cpus);
}

/* Where the CPU time of the run went; devices are counted as translated code. */
static json_t *run_stats_tiers(const struct run_stats *s, const struct cpu_jit_counters *n)
{
    u64 ticks = 0;
    for (unsigned i = 0; i < s->m->ncpus; i++)
        ticks += s->m->cpu[i]->host_ticks;
    double all = (double)s->cpu_ns / 1e9, translating = (double)n->translate_ns / 1e9;
    translating =
        translating < all ? translating : all; /* by the host's counter, not by its CPU time */
    double interpreter = ticks ? all * (double)n->interpret_ticks / (double)ticks : 0;
    if (interpreter > all - translating) /* it is estimated */
        interpreter = all - translating;
    return json_pack("{s:f, s:f, s:f}", "interpreter", interpreter, "translating", translating,
                     "translated", all - translating - interpreter);
}

/* NULL: there is no translator. */
static json_t *run_stats_translator(const struct run_stats *s)
{
    struct cpu_jit_counters n;
    if (!cpu_jit_counters(s->m->code, &n))
        return NULL;
    json_t *o = json_pack("{s:o}", "seconds", run_stats_tiers(s, &n));
#define COUNTER(name) json_object_set_new(o, #name, json_integer((json_int_t)n.name));
#include "cpu/cpu_jit.def"
#undef COUNTER
    return o;
}

bool run_stats_json(const struct run_stats *s, FILE *f)
{
    json_t *o = run_stats_object(s);
    json_t *translator = run_stats_translator(s);
    if (translator)
        json_object_set_new(o, "translator", translator);
    bool good = cmd_json_write(o, f);
    json_decref(o);
    return good;
}

void run_stats_sys161(const struct run_stats *s)
{
    const struct machine *m = s->m;
    u64 cycles = machine_now(m), irqs = 0, exceptions = 0;
    log_info("%llu cycles (%llu run, %llu global-idle)", (unsigned long long)cycles,
             (unsigned long long)(cycles - m->idle_cycles), (unsigned long long)m->idle_cycles);
    for (unsigned i = 0; i < m->ncpus; i++) {
        const struct vcpu *v = m->cpu[i];
        const struct mips_stats *st = &v->mips.stats;
        u64 retired = vcpu_retired(v), user = vcpu_user_cycles(v);
        log_info("  cpu%u: %llu kern, %llu user, %llu idle; %llu ll, %llu/%llu sc, %llu sync", i,
                 (unsigned long long)(retired - user), (unsigned long long)user,
                 (unsigned long long)(cycles - retired), (unsigned long long)st->lls,
                 (unsigned long long)st->scs_ok, (unsigned long long)st->scs_failed,
                 (unsigned long long)st->syncs);
        irqs += st->irqs;
        exceptions += st->exceptions;
    }
    const struct dev_stats *d = &m->stats;
    log_info("%llu irqs %llu exns %llur/%lluw disk %llur/%lluw console %llur/%lluw/%llum emufs "
             "%llur/%lluw net",
             (unsigned long long)irqs, (unsigned long long)exceptions,
             (unsigned long long)d->disk_reads, (unsigned long long)d->disk_writes,
             (unsigned long long)d->console_reads, (unsigned long long)d->console_writes,
             (unsigned long long)d->emufs_reads, (unsigned long long)d->emufs_writes,
             (unsigned long long)d->emufs_others, (unsigned long long)d->net_reads,
             (unsigned long long)d->net_writes);
    double seconds = (double)s->host_ns / 1e9;
    log_info("Elapsed real time: %.6f seconds (%g mhz)", seconds, (double)cycles / (seconds * 1e6));
    u64 ns = clock_cycles_to_ns(&m->clock, cycles);
    log_info("Elapsed virtual time: %llu.%09llu seconds (%u mhz)",
             (unsigned long long)(ns / 1000000000u), (unsigned long long)(ns % 1000000000u),
             m->clock.hz / 1000000u);
}
