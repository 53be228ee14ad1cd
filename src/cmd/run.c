/* SPDX-License-Identifier: ISC */
/*
 * One machine in the foreground: from options to what vmm.h asks for, through its run, to what is
 * written about it and the exit code.
 */
#include "cmd/run.h"
#include "cmd/builtin.h"
#include "cmd/cmd.h"
#include "cmd/run_conf.h"
#include "cmd/run_debug.h"
#include "cmd/run_files.h"
#include "cmd/run_jit.h"
#include "cmd/run_stats.h"
#include "dev/tc_pmag.h"
#include "host/host_clock.h"
#include "host/host_slurp.h"
#include "host/host_term.h"
#include "io/io_shot.h"
#include "lib/bug.h"
#include "lib/log.h"
#include "vmm/vmm.h"

#include <string.h>

#define RUN_PROFILE_HZ 1000
#define RUN_MAX_INITRD MIB(480)

struct run {
    const struct run_options *o;
    struct s161_conf conf;
    struct buf kernel, initrd;
    const struct board_class *board;
    const char *line[TC_DZ_LINES]; /* addresses of dec5000's serial lines */
    struct vio_conf_list virtio;   /* dec5000's */
    struct board_ether_config ether;
    struct host_poll poll;
    struct vmm_config config;
    struct vmm vmm;
    struct vmm_debug *debug; /* NULL: none can come */
    struct run_files files;
    u64 start_mono, start_cpu;
};

/* ---- from options to a machine ---- */

static enum err run_kernel(struct run *r, struct error *e)
{
    if (!r->o->builtin)
        return host_slurp(r->o->kernel, ELF_MAX_FILE, &r->kernel, e);
    buf_put(&r->kernel, builtin_start, builtin_size());
    return ERR_OK;
}

/* As far as the options tell; else r->board is NULL. */
static enum err run_named_board(struct run *r, struct error *e)
{
    const struct run_options *o = r->o;
    r->board = NULL;
    if (o->board && strcmp(o->board, "auto"))
        return board_find(o->board, &r->board, e);
    if (o->cpu && !strcmp(o->cpu, "r3000"))
        return board_find("dec5000", &r->board, e);
    if (o->sys161 || o->cpu || o->builtin || o->conf || o->overrides.n)
        return board_find("s161", &r->board, e);
    return ERR_OK;
}

static enum err run_initrd(struct run *r, struct error *e)
{
    const char *path = r->o->initrd;
    return path ? host_slurp(path, RUN_MAX_INITRD, &r->initrd, e) : ERR_OK;
}

/* NULL: a CPU of the other board. */
static const struct mips_model *run_kn02_model(const struct run_options *o)
{
    if (!o->cpu || !strcmp(o->cpu, "r3000"))
        return &mips_r3000;
    return !strcmp(o->cpu, "r3000a") ? &mips_r3000a_kn02 : NULL;
}

/* What the DECstation has not. */
static enum err run_check_dec5000(const struct run_options *o, struct error *e)
{
    const struct {
        bool given;
        const char *option;
    } others[] = {
        {o->conf, "--conf"},     {o->overrides.n, "--set"}, {!run_kn02_model(o), "--cpu mips-161"},
        {o->cpus > 1, "--cpus"}, {o->emufs, "--emufs"},     {o->nic, "--nic"},
    };
    for (unsigned i = 0; i < ARRAY_LEN(others); i++)
        if (others[i].given)
            return err_set(e, ERR_USAGE, "%s is for the board s161; this is dec5000",
                           others[i].option);
    if (o->builtin)
        return err_set(e, ERR_USAGE, "the built-in guest is for the board s161: name a kernel");
    if (o->screen_shot && io_shot_is_text(o->screen_shot))
        return err_set(
            e, ERR_USAGE,
            "--screen-shot %s: dec5000 shows pixels, of which there is a picture (PNG), but "
            "no text",
            o->screen_shot);
    return ERR_OK;
}

/* Whoever wants to see a frame buffer gets one. NULL: there is none. */
static const struct tc_pmag_model *run_graphics(const struct run_options *o)
{
    if (o->graphics)
        return tc_pmag_find(o->graphics);
    return o->screen || o->screen_shot || o->window ? &tc_pmag_ba : NULL;
}

/* What only the DECstation has. */
static enum err run_check_s161(const struct run_options *o, struct error *e)
{
    const struct {
        bool given;
        const char *option;
    } others[] = {
        {o->serial.n, "--serial"},
        {o->nvram, "--nvram"},
        {o->cpu && !strcmp(o->cpu, "r3000"), "--cpu r3000"},
        {o->graphics, "--graphics"},
        {o->window, "--window"},
    };
    for (unsigned i = 0; i < ARRAY_LEN(others); i++)
        if (others[i].given)
            return err_set(e, ERR_USAGE, "%s is for the board dec5000; this is s161",
                           others[i].option);
    return ERR_OK;
}

static enum err run_lines(const struct run *r, const char **line, struct error *e)
{
    memset(line, 0, sizeof r->line);
    for (size_t i = 0; i < r->o->serial.n; i++) {
        const char *item = r->o->serial.item[i];
        unsigned n = (unsigned)(*item - '0');
        if (n >= TC_DZ_LINES || item[1] != ':' || !item[2] || n == TC_DZ_CONSOLE)
            return err_set(e, ERR_USAGE,
                           "--serial %s: wants LINE:ADDRESS, and lines 0 to 2 (3 is the terminal)",
                           item);
        if (line[n])
            return err_set(e, ERR_USAGE, "--serial %s: line %u has an address already", item, n);
        line[n] = item + 2;
    }
    return ERR_OK;
}

/* --disk is short for the virtio device. */
static enum err run_virtio(struct run *r, struct error *e)
{
    for (size_t i = 0; i < r->o->disks.n; i++) {
        struct vio_conf *c = vio_conf_list_add(&r->virtio);
        c->kind = VIO_BLK;
        c->blk.file = xstrdup(r->o->disks.item[i]);
        c->option = xstrdup("--disk");
    }
    for (size_t i = 0; i < r->o->virtio.n; i++) {
        const char *words = r->o->virtio.item[i];
        struct vio_conf *c = vio_conf_list_add(&r->virtio);
        if (vio_conf_parse(c, words, e))
            return err_prefix(e, "--virtio %s", words);
        c->option = xasprintf("--virtio %s", words);
    }
    return ERR_OK;
}

static enum err run_configure_dec5000(struct run *r, struct error *e)
{
    enum err err = run_check_dec5000(r->o, e);
    if (!err)
        err = run_lines(r, r->line, e);
    return err ? err : run_virtio(r, e);
}

static bool run_is_dec5000(const struct run *r)
{
    return !strcmp(r->board->name, "dec5000");
}

static enum err run_nets(struct run *r, struct error *e)
{
    r->ether.n = 0;
    for (size_t i = 0; i < r->o->nets.n; i++) {
        const char *word = r->o->nets.item[i];
        struct io_ether_options *o = &r->ether.cable[i];
        if (i == BOARD_ETHER_MAX)
            return err_set(e, ERR_USAGE, "--net %s: a machine can have %u", word, BOARD_ETHER_MAX);
        if (io_ether_parse(o, word, r->ether.n++, e))
            return err_prefix(e, "--net");
        if (o->card == IO_ETHER_CARD_LANCE && !run_is_dec5000(r))
            return err_set(e, ERR_USAGE, "--net card=lance is for the board dec5000; this is s161");
    }
    return ERR_OK;
}

static enum err run_configure(struct run *r, bool *unseen, struct error *e)
{
    enum err err = run_nets(r, e);
    if (err)
        return err;
    if (run_is_dec5000(r)) {
        *unseen = !r->o->graphics;
        return run_configure_dec5000(r, e);
    }
    err = run_check_s161(r->o, e);
    return err ? err : run_conf_read(&r->conf, r->o, unseen, e);
}

static enum err run_guess_board(struct run *r, bool *unseen, struct error *e)
{
    enum err err = board_guess(r->kernel.data, r->kernel.len, &r->board, e);
    return err ? err_prefix(e, "%s", r->o->kernel) : run_configure(r, unseen, e);
}

static bool run_typed(void *ctx, u8 ch)
{
    const struct run *r = ctx;
    return run_debug_takes(r->o, r->debug, ch);
}

static const struct vcpu_engine *run_engine(const struct run_options *o)
{
    if (!o->engine || !strcmp(o->engine, "auto"))
        return vcpu_usual;
    return vcpu_engine_find(o->engine);
}

static struct board_s161_config run_s161(const struct run *r)
{
    const struct run_options *o = r->o;
    struct board_s161_config board = {.conf = &r->conf,
                                      .extended = !o->sys161,
                                      .engine = run_engine(o),
                                      .guest_tracing = o->guest_tracing,
                                      .s161_time = o->sys161,
                                      .raw_images = !o->sys161,
                                      .epoch_ns = o->epoch * 1000000000u,
                                      .ether = r->ether,
                                      .doom = o->doom};
    if (o->cpu) { /* "r3000ael": the model r3000a, little-endian */
        board.model = !strncmp(o->cpu, "r3000a+", 7)  ? &mips_r3000a_fpu
                      : !strncmp(o->cpu, "r3000a", 6) ? &mips_r3000a
                                                      : &mips_161;
        board.little = !strcmp(o->cpu + strlen(o->cpu) - 2, "el");
    }
    return board;
}

static struct board_setup run_setup(const struct run *r)
{
    const struct run_options *o = r->o;
    return (struct board_setup){.s161 = run_s161(r),
                                .kn02 = {.ram = o->memory,
                                         .ether = r->ether,
                                         .virtio = &r->virtio,
                                         .model = run_kn02_model(o),
                                         .engine = run_engine(o),
                                         .graphics = run_graphics(o),
                                         .epoch_ns = o->epoch * 1000000000u}};
}

static struct vmm_service run_screen(const struct run_options *o, bool unseen)
{
    if (o->screen)
        return (struct vmm_service){.address = o->screen, .option = "--screen"};
    return (struct vmm_service){.address = unseen ? NULL : IO_SCREEN_SOCKET};
}

/* A course's kernel runs as well without a meter: with sys161 it is not worth an error. */
static struct vmm_service run_meter(const struct run_options *o)
{
    if (o->meter)
        return (struct vmm_service){.address = o->meter, .option = "--meter"};
    return (struct vmm_service){.address = o->sys161 ? VMM_METER_SOCKET : NULL};
}

static struct vmm_config run_config(struct run *r, bool unseen)
{
    const struct run_options *o = r->o;
    return (struct vmm_config){.poll = &r->poll,
                               .board = r->board,
                               .setup = run_setup(r),
                               .kernel = r->kernel.data,
                               .kernel_len = r->kernel.len,
                               .kernel_name = o->builtin ? "the built-in guest" : o->kernel,
                               .words = o->words,
                               .initrd = r->initrd.data,
                               .initrd_len = r->initrd.len,
                               .typed = run_typed,
                               .ctx = r,
                               .warp = o->warp,
                               .progress_seconds = o->progress_seconds,
                               .meter = run_meter(o),
                               .screen = run_screen(o, unseen),
                               .nvram = o->nvram,
                               .window = o->window,
                               .trace_words = o->trace_words,
                               .trace_letters = o->trace_letters,
                               .profile = o->profile_file || o->gmon_file,
                               .profile_hz = o->profile_hz ? o->profile_hz : RUN_PROFILE_HZ,
                               .progress_ns = o->progress_ns};
}

static enum err run_symbols(struct run *r, struct error *e)
{
    for (size_t i = 0; i < r->o->symbols.n; i++) {
        enum err err = guest_names_add(&r->vmm.names, r->o->symbols.item[i], e);
        if (err)
            return err_prefix(e, "--symbols");
    }
    return ERR_OK;
}

static enum err run_make(struct run *r, struct error *e)
{
    bool unseen = false;
    enum err err = run_named_board(r, e);
    if (!err && r->board)
        err = run_configure(r, &unseen, e);
    if (!err)
        err = run_kernel(r, e);
    if (!err && !r->board)
        err = run_guess_board(r, &unseen, e);
    if (!err)
        err = run_initrd(r, e);
    if (err)
        return err;
    r->config = run_config(r, unseen);
    memcpy(r->config.line, r->line, sizeof r->line);
    if (!run_engine(r->o))
        return err_set(e, ERR_USAGE, "there is no engine '%s'", r->o->engine);
    err = vmm_init(&r->vmm, &r->config, e);
    if (!err)
        err = run_files_open(&r->files, r->o, &r->conf, e);
    if (!err)
        err = run_jit_open(r->o, &r->vmm.m, &r->files, e);
    if (err)
        return err;
    r->config.trace = r->files.trace;
    r->config.folded = r->files.folded;
    r->config.gprof = r->files.gprof;
    err = vmm_start(&r->vmm, e);
    return err ? err : run_symbols(r, e);
}

/* All but the files that are written about the run, and the debugger. */
static void run_drop(struct run *r)
{
    run_jit_close(&r->vmm.m);
    vmm_fini(&r->vmm);
    s161_conf_fini(&r->conf);
    vio_conf_list_fini(&r->virtio);
    buf_fini(&r->kernel);
    buf_fini(&r->initrd);
}

/* Begun anew as often as the debugger wants. */
static enum err run_to_end(struct run *r, struct error *e)
{
    while (!vmm_run(&r->vmm, r->debug)) {
        run_drop(r);
        enum err err = run_make(r, e);
        if (err)
            return err;
        vmm_debug_restarted(r->debug);
    }
    return ERR_OK;
}

/* ---- the end ---- */

static int run_exit_code(const struct run *r)
{
    const struct machine *m = &r->vmm.m;
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

/* False: it was not written, and that was said. */
static bool run_write_shot(const struct run *r)
{
    const char *path = r->o->screen_shot;
    struct io_picture p;
    if (!r->files.shot || !board_look(&r->vmm.board, &p) ||
        io_shot_write(&p, io_shot_is_text(path), r->files.shot))
        return true;
    log_error("cannot write the picture to %s: %m", path);
    return false;
}

static bool run_write_stats(const struct run *r)
{
    struct run_stats stats = {.m = &r->vmm.m,
                              .engine = run_engine(r->o)->name,
                              .host_ns = host_clock_mono_ns() - r->start_mono,
                              .cpu_ns = host_clock_cpu_ns() - r->start_cpu};
    if (r->o->sys161)
        run_stats_sys161(&stats);
    if (!r->o->stats_file || run_stats_json(&stats, r->files.stats ? r->files.stats : stdout))
        return true;
    log_error("cannot write the statistics to %s: %m", r->o->stats_file);
    return false;
}

/* What an earlier run wrote stays if this one did not begin. */
static void run_write_profile(const struct run *r)
{
    const struct vmm_profile *p = &r->vmm.profile;
    if (!p->m)
        return;
    vmm_profile_write(p);
    if (p->gprof)
        log_info("%ld bytes written to %s", ftell(p->gprof), r->o->gmon_file);
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
    host_term_close();
    if (err) {
        log_error("%s", e.msg);
        return CMD_USAGE;
    }
    vmm_report_end(&r->vmm, r->o->report);
    bool stats = run_write_stats(r), shot = run_write_shot(r);
    bool nvram = vmm_nvram_keep(&r->vmm.nvram);
    run_write_profile(r);
    return stats && shot && nvram ? run_exit_code(r) : CMD_USAGE;
}

/* False: what was to be written about the run is not all there. */
static bool run_fini(struct run *r)
{
    vmm_debug_free(r->debug);
    run_drop(r);
    host_poll_fini(&r->poll);
    return run_files_close(&r->files, r->o);
}

int run_machine(const struct run_options *o)
{
    struct run r = {.o = o};
    struct error e;
    int code = CMD_USAGE;
    if (run_make(&r, &e) || run_debug_open(&r.debug, o, &r.vmm, &e))
        log_error("%s", e.msg);
    else
        code = run_go(&r);
    return run_fini(&r) ? code : CMD_USAGE;
}
