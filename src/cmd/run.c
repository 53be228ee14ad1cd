/* SPDX-License-Identifier: ISC */
/*
 * One machine in the foreground: from options to a board, through its run, to what is said about
 * it and the exit code.
 */
#include "cmd/run.h"
#include "cmd/builtin.h"
#include "cmd/cmd.h"
#include "cmd/run_debug.h"
#include "cmd/run_profile.h"
#include "cmd/run_progress.h"
#include "cmd/run_screen.h"
#include "cmd/run_stats.h"
#include "cmd/run_trace.h"
#include "host/host_clock.h"
#include "host/host_dir.h"
#include "host/host_out.h"
#include "host/host_poll.h"
#include "host/host_slurp.h"
#include "host/host_term.h"
#include "io/io_net_hub.h"
#include "lib/bug.h"
#include "lib/log.h"
#include "machine/board_s161.h"
#include "machine/elf.h"
#include "machine/guest_names.h"
#include "vmm/vmm_debug.h"
#include "vmm/vmm_meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    const struct run_options *o;
    struct s161_conf conf;
    struct buf kernel;
    struct guest_names names;
    struct host_poll poll;
    struct machine m;
    struct board_s161 *board;
    struct vmm_debug *debug; /* NULL: none can come */
    struct vmm_meter meter;
    struct run_screen screen;
    FILE *trace_file;
    struct run_trace_line console_line;
    struct run_profile profile;
    struct run_progress progress;
    FILE *stats_file; /* what an earlier run wrote stays until this one's end */
    u64 start_mono, start_cpu;
};

/* ---- the host's side ---- */

static void run_wait(void *ctx, u64 ns, bool console)
{
    struct run *r = ctx;
    host_term_flush();
    run_screen_show(&r->screen, ns);
    host_poll_wait(&r->poll, console ? 0 : -1, ns);
}

static bool run_asked_to_end(void *ctx)
{
    (void)ctx;
    return host_term_signal() != 0;
}

static u64 run_mono_ns(void *ctx)
{
    (void)ctx;
    return host_clock_mono_ns();
}

static void run_put(void *ctx, u8 ch)
{
    struct run *r = ctx;
    host_term_put(ch);
    if (r->trace_file)
        run_trace_console(&r->console_line, &r->m.trace, ch);
}

static bool run_get(void *ctx, u8 *ch)
{
    const struct run *r = ctx;
    while (host_term_read(ch))
        if (!run_debug_takes(r->o, r->debug, *ch))
            return true;
    return false;
}

static bool run_input_ended(void *ctx)
{
    (void)ctx;
    return host_term_eof();
}

static struct io_console run_console(struct run *r)
{
    return (struct io_console){.put = run_put, .get = run_get, .ended = run_input_ended, .ctx = r};
}

static enum err run_cable(void *ctx, unsigned slot, u16 hwaddr, const char *hub, struct io_net *out,
                          struct error *e)
{
    struct run *r = ctx;
    char label[16];
    snprintf(label, sizeof label, "slot %u", slot);
    struct io_net_hub_options o = {.poll = &r->poll, .hub = hub, .hwaddr = hwaddr, .label = label};
    return io_net_hub_open(out, &o, e);
}

/* ---- from options to a machine ---- */

static enum err run_plug(struct run *r, enum s161_device device, const char *option,
                         const char *arg, struct error *e)
{
    int slot = s161_conf_free_slot(&r->conf);
    if (slot < 0)
        return err_set(e, ERR_CONFIG, "%s: no slot is free for %s", option, arg);
    struct s161_slot *s = s161_conf_plug(&r->conf, (unsigned)slot, device);
    char **where = device == S161_DISK ? &s->disk.file : &s->emufs.dir;
    free(*where);
    *where = xstrdup(arg);
    s161_conf_from_option(s, option);
    return ERR_OK;
}

static enum err run_plug_net(struct run *r, u64 hwaddr, const char *hub, struct error *e)
{
    int slot = s161_conf_free_slot(&r->conf);
    if (slot < 0)
        return err_set(e, ERR_CONFIG, "--nic: no slot is free for a network card");
    struct s161_slot *s = s161_conf_plug(&r->conf, (unsigned)slot, S161_NIC);
    s->nic.hwaddr = hwaddr;
    s->nic.hub = hub ? xstrdup(hub) : NULL;
    s161_conf_from_option(s, "--nic");
    return ERR_OK;
}

static enum err run_mainboard(struct run *r, const char *option, u64 value, u64 *member,
                              struct error *e)
{
    if (!value)
        return ERR_OK;
    *member = value;
    s161_conf_from_option(&r->conf.slot[S161_MAINBOARD_SLOT], option);
    return s161_conf_finish(&r->conf, e);
}

/* Options that say more than the configuration file did. */
static enum err run_conf(struct run *r, struct error *e)
{
    const struct run_options *o = r->o;
    const char *path = o->conf ? o->conf : o->sys161 ? "sys161.conf" : NULL;
    enum err err = s161_conf_read(&r->conf, path, o->overrides.item, o->overrides.n, e);
    if (err)
        return err;
    struct s161_slot *mainboard = &r->conf.slot[S161_MAINBOARD_SLOT];
    err = run_mainboard(r, "--cpus", o->cpus, &mainboard->mainboard.cpus, e);
    if (!err)
        err = run_mainboard(r, "--memory", o->memory, &mainboard->mainboard.ramsize, e);
    for (size_t i = 0; i < o->disks.n && !err; i++)
        err = run_plug(r, S161_DISK, "--disk", o->disks.item[i], e);
    if (o->emufs && !err)
        err = run_plug(r, S161_EMUFS, "--emufs", o->emufs, e);
    if (o->nic && !err)
        err = run_plug_net(r, o->nic, o->hub, e);
    if (!err)
        err = run_screen_conf(&r->screen, o, &r->conf, e);
    return err ? err : s161_conf_finish(&r->conf, e);
}

/* A file to be written must not be one that the machine is made of. */
static enum err run_output(const struct run *r, const char *option, const char *path,
                           struct error *e)
{
    const struct run_options *o = r->o;
    const char *input = NULL;
    if (o->kernel && host_same_file(path, o->kernel))
        input = "the kernel";
    if (o->conf && host_same_file(path, o->conf))
        input = "the configuration";
    for (unsigned i = 0; i < S161_SLOTS; i++) {
        const struct s161_slot *s = &r->conf.slot[i];
        if (s->device == S161_DISK && s->disk.file && host_same_file(path, s->disk.file))
            input = "a disk image";
    }
    return input ? err_set(e, ERR_USAGE, "%s %s would overwrite %s", option, path, input) : ERR_OK;
}

static enum err run_trace_file(struct run *r, const char *path, struct error *e)
{
    enum err err = run_output(r, "--trace-file", path, e);
    if (err)
        return err;
    r->trace_file = host_out_open(path, e);
    if (!r->trace_file)
        return err_prefix(e, "cannot write the trace");
    host_out_clear(r->trace_file);
    r->m.trace.out = r->trace_file;
    return ERR_OK;
}

static enum err run_tracing(struct run *r, struct error *e)
{
    const struct run_options *o = r->o;
    if (o->trace_words) {
        enum err err = trace_parse_words(&r->m.trace, o->trace_words, e);
        if (err)
            return err;
    }
    for (const char *p = o->trace_letters; p && *p; p++)
        if (!trace_set_letter(&r->m.trace, *p, true))
            return err_set(e, ERR_USAGE, "there is no trace flag '%c'", *p);
    r->m.trace.out = r->trace_file;
    return o->trace_file && !r->trace_file ? run_trace_file(r, o->trace_file, e) : ERR_OK;
}

/* Found out before the run, not after it: can the statistics be written? */
static enum err run_stats_file(struct run *r, struct error *e)
{
    const char *path = r->o->stats_file;
    if (!path || r->stats_file || !strcmp(path, "-"))
        return ERR_OK;
    enum err err = run_output(r, "--stats", path, e);
    if (err)
        return err;
    r->stats_file = host_out_open(path, e);
    return r->stats_file ? ERR_OK : err_prefix(e, "cannot write the statistics");
}

/* A course's kernel runs as well without a meter: with sys161 it is not worth an error. */
static enum err run_meter(struct run *r, struct error *e)
{
    const char *address = r->o->meter;
    bool usual = !address && r->o->sys161;
    if (!address && !usual)
        return ERR_OK;
    if (usual)
        host_dir_make(".sockets"); /* if that fails, so does what follows */
    vmm_meter_init(&r->meter, &r->m, &r->poll);
    enum err err = vmm_meter_listen(&r->meter, usual ? ".sockets/meter" : address, e);
    if (!err || !usual)
        return err ? err_prefix(e, "--meter") : ERR_OK;
    log_warn("%s: nothing can be read from the meter", e->msg);
    return ERR_OK;
}

/* Found out before the run as well. */
static enum err run_shot_file(struct run *r, struct error *e)
{
    const char *path = r->o->screen_shot;
    if (!path)
        return ERR_OK;
    enum err err = run_output(r, "--screen-shot", path, e);
    return err ? err : run_screen_open_shot(&r->screen, path, e);
}

static enum err run_kernel(struct run *r, struct error *e)
{
    if (!r->o->builtin)
        return host_slurp(r->o->kernel, ELF_MAX_FILE, &r->kernel, e);
    buf_put(&r->kernel, builtin_start, builtin_size());
    return ERR_OK;
}

static enum err run_names(struct run *r, struct error *e)
{
    guest_names_kernel(&r->names, r->kernel.data, r->kernel.len);
    r->m.names = &r->names;
    run_trace_names(&r->m);
    for (size_t i = 0; i < r->o->symbols.n; i++) {
        enum err err = guest_names_add(&r->names, r->o->symbols.item[i], e);
        if (err)
            return err_prefix(e, "--symbols");
    }
    return ERR_OK;
}

static enum err run_profile_file(const struct run *r, const char *option, const char *path,
                                 FILE **f, struct error *e)
{
    if (!path || *f)
        return ERR_OK;
    enum err err = run_output(r, option, path, e);
    if (err)
        return err;
    *f = host_out_open(path, e);
    return *f ? ERR_OK : err_prefix(e, "cannot write the profile");
}

static enum err run_profile_files(struct run *r, struct error *e)
{
    const struct run_options *o = r->o;
    enum err err = run_profile_file(r, "--profile", o->profile_file, &r->profile.folded, e);
    return err ? err : run_profile_file(r, "-P", o->gmon_file, &r->profile.gprof, e);
}

static void run_profile(struct run *r)
{
    u64 hz = r->o->profile_hz ? r->o->profile_hz : RUN_PROFILE_HZ;
    if (r->o->profile_file || r->o->gmon_file)
        run_profile_start(&r->profile, &r->m, r->kernel.data, r->kernel.len, hz);
}

static const struct vcpu_engine *run_engine(const struct run_options *o)
{
    if (!o->engine || !strcmp(o->engine, "auto"))
        return vcpu_usual;
    return vcpu_engine_find(o->engine);
}

/* "r3000ael": the model r3000a, little-endian. */
static void run_cpu(const struct run_options *o, struct board_s161_config *config)
{
    if (!o->cpu)
        return;
    config->model = !strncmp(o->cpu, "r3000a", 6) ? &mips_r3000a : &mips_161;
    size_t len = strlen(o->cpu);
    config->little = !strcmp(o->cpu + len - 2, "el");
}

static enum err run_build(struct run *r, struct error *e)
{
    const struct run_options *o = r->o;
    struct board_s161_config config = {.conf = &r->conf,
                                       .extended = !o->sys161,
                                       .engine = run_engine(o),
                                       .console = run_console(r),
                                       .cable = run_cable,
                                       .cable_ctx = r,
                                       .screen_keys = run_screen_keys(&r->screen),
                                       .guest_tracing = o->guest_tracing,
                                       .late = o->sys161,
                                       .raw_images = !o->sys161,
                                       .epoch_ns = o->epoch * 1000000000u,
                                       .doom = o->doom};
    if (o->profile_file || o->gmon_file)
        config.profile = (struct board_s161_profile){
            .enable = run_profile_enable, .clear = run_profile_clear, .ctx = &r->profile};
    if (!config.engine)
        return err_set(e, ERR_USAGE, "there is no engine '%s'", o->engine);
    run_cpu(o, &config);
    enum err err = run_conf(r, e);
    if (!err)
        err = run_kernel(r, e);
    if (!err)
        err = board_s161_new(&r->board, &r->m, &config, e);
    if (!err)
        err = run_stats_file(r, e);
    if (!err)
        err = run_shot_file(r, e);
    if (!err)
        err = run_profile_files(r, e);
    if (!err)
        err = run_tracing(r, e);
    if (!err)
        err = run_screen_open(&r->screen, o, r->board, &r->poll, e);
    if (err)
        return err;
    r->m.warp = o->warp;
    r->m.progress_cycles = o->progress_seconds * r->m.clock.hz;
    err = board_s161_boot(r->board, r->kernel.data, r->kernel.len, o->words, e);
    if (err)
        return err_prefix(e, "%s", o->builtin ? "the built-in guest" : o->kernel);
    err = run_names(r, e);
    if (err)
        return err;
    run_profile(r);
    return run_meter(r, e);
}

/* All but the files that are written about the run. */
static void run_drop(struct run *r)
{
    struct run_profile files = {.folded = r->profile.folded, .gprof = r->profile.gprof};
    run_profile_fini(&r->profile);
    r->profile = files;
    run_screen_close(&r->screen);
    vmm_meter_fini(&r->meter);
    board_s161_free(r->board);
    r->board = NULL;
    machine_fini(&r->m);
    s161_conf_fini(&r->conf);
    guest_names_fini(&r->names);
    buf_fini(&r->kernel);
}

static enum err run_make(struct run *r, struct error *e)
{
    struct machine_host host = {
        .wait = run_wait, .asked_to_end = run_asked_to_end, .mono_ns = run_mono_ns, .ctx = r};
    machine_init(&r->m, BOARD_S161_HZ, &host);
    enum err err = run_build(r, e);
    if (!err && r->o->progress_ns)
        run_progress_start(&r->progress, &r->m, r->o->progress_ns);
    return err;
}

/* Begun anew as often as the debugger wants. */
static enum err run_to_end(struct run *r, struct error *e)
{
    if (!r->debug)
        machine_run(&r->m);
    while (r->debug && !vmm_debug_run(r->debug)) {
        run_drop(r);
        enum err err = run_make(r, e);
        if (err)
            return err;
        vmm_debug_restarted(r->debug);
    }
    return ERR_OK;
}

/* ---- the end ---- */

/* Where the guest stands, unless it went on its own. */
static void run_report_end(const struct run *r)
{
    const struct machine *m = &r->m;
    if (m->end == MACHINE_POWER_OFF)
        return;
    log_error("%s", m->reason);
    if (m->end == MACHINE_DIVERGED || (m->end == MACHINE_INTERRUPTED && !r->o->report))
        return;
    for (unsigned i = 0; i < m->ncpus; i++)
        if (m->cpu[i]->enabled)
            machine_log_cpu(m, i);
}

static int run_exit_code(const struct run *r)
{
    const struct machine *m = &r->m;
    switch (m->end) {
    case MACHINE_POWER_OFF:
        if (r->o->sys161 && r->debug && vmm_debug_was_asked(r->debug))
            return CMD_GUEST;
        return m->exit_code & 0xff || !m->exit_code ? (int)(m->exit_code & 0xff) : CMD_GUEST;
    case MACHINE_INTERRUPTED:
        return CMD_REQUESTED;
    default:
        return CMD_GUEST;
    }
}

static int run_go(struct run *r)
{
    r->start_mono = host_clock_mono_ns();
    r->start_cpu = host_clock_cpu_ns();
    if (r->o->sys161)
        log_info("System/161 release 2.0.8, as kuseg %s is it", KUSEG_VERSION);
    host_term_open(r->o->pass_signals);
    struct error e;
    enum err err = run_to_end(r, &e);
    run_trace_finish(&r->console_line, &r->m.trace);
    host_term_close();
    if (err) {
        log_error("%s", e.msg);
        return CMD_USAGE;
    }

    struct run_stats stats = {.m = &r->m,
                              .engine = run_engine(r->o)->name,
                              .host_ns = host_clock_mono_ns() - r->start_mono,
                              .cpu_ns = host_clock_cpu_ns() - r->start_cpu};
    run_report_end(r);
    if (r->o->sys161)
        run_stats_sys161(&stats);
    if (!run_screen_shot(&r->screen, r->o->screen_shot))
        return CMD_USAGE;
    if (r->o->stats_file && !run_stats_json(&stats, r->stats_file ? r->stats_file : stdout)) {
        log_error("cannot write the statistics to %s: %m", r->o->stats_file);
        return CMD_USAGE;
    }
    return run_exit_code(r);
}

/* False: not all of it could be written. */
static bool run_close(FILE *f, const char *what, const char *path)
{
    if (!f || !(ferror(f) | fclose(f)))
        return true;
    log_error("the %s in %s is not complete: %m", what, path);
    return false;
}

static bool run_write_profile(const struct run *r)
{
    const struct run_profile *p = &r->profile;
    if (p->m) /* it ran; else what was there stays */
        run_profile_write(p);
    if (p->m && p->gprof)
        log_info("%ld bytes written to %s", ftell(p->gprof), r->o->gmon_file);
    bool folded = run_close(p->folded, "profile", r->o->profile_file);
    bool gprof = run_close(p->gprof, "profile", r->o->gmon_file);
    return folded && gprof;
}

/* False: what was to be written about the run is not all there. */
static bool run_fini(struct run *r)
{
    bool whole = run_write_profile(r);
    vmm_debug_free(r->debug);
    run_drop(r);
    host_poll_fini(&r->poll);
    if (r->stats_file)
        fclose(r->stats_file); /* flushed before */
    return run_close(r->trace_file, "trace", r->o->trace_file) && whole;
}

int run_machine(const struct run_options *o)
{
    struct run r = {.o = o};
    struct error e;
    int code = CMD_USAGE;
    if (run_make(&r, &e) || run_debug_open(&r.debug, o, &r.m, &r.poll, &e))
        log_error("%s", e.msg);
    else
        code = run_go(&r);
    return run_fini(&r) ? code : CMD_USAGE;
}
