/* SPDX-License-Identifier: ISC */
#include "vmm/vmm.h"

#include "host/host_clock.h"
#include "host/host_term.h"
#include "io/io_ether_open.h"
#include "io/io_line.h"
#include "io/io_net_hub.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the host's side ---- */

static void vmm_wait(void *ctx, u64 ns, bool console)
{
    struct vmm *v = ctx;
    host_term_flush();
    vmm_screen_show(&v->screen, ns);
    vmm_window_show(&v->window, ns);
    host_poll_wait(v->config->poll, console ? 0 : -1, ns);
}

static bool vmm_asked_to_end(void *ctx)
{
    const struct vmm *v = ctx;
    return host_term_signal() || v->window.closed;
}

static u64 vmm_mono_ns(void *ctx)
{
    (void)ctx;
    return host_clock_mono_ns();
}

static void vmm_put(void *ctx, u8 ch)
{
    struct vmm *v = ctx;
    host_term_put(ch);
    if (v->config->trace)
        vmm_trace_console(&v->console_line, &v->m.trace, ch);
}

static bool vmm_get(void *ctx, u8 *ch)
{
    const struct vmm_config *c = ((const struct vmm *)ctx)->config;
    while (host_term_read(ch))
        if (!c->typed || !c->typed(c->ctx, *ch))
            return true;
    return false;
}

static bool vmm_input_ended(void *ctx)
{
    (void)ctx;
    return host_term_eof();
}

static enum err vmm_cable(void *ctx, unsigned slot, u16 hwaddr, const char *hub, struct io_net *out,
                          struct error *e)
{
    const struct vmm *v = ctx;
    char label[16];
    snprintf(label, sizeof label, "slot %u", slot);
    struct io_net_hub_options o = {
        .poll = v->config->poll, .hub = hub, .hwaddr = hwaddr, .label = label};
    return io_net_hub_open(out, &o, e);
}

static enum err vmm_ether(void *ctx, unsigned i, const struct io_ether_options *o,
                          struct io_ether *out, struct error *e)
{
    const struct vmm *v = ctx;
    char label[16];
    snprintf(label, sizeof label, "net %u", i);
    enum err err = io_ether_open(out, o, v->config->poll, label, e);
    return err ? err_prefix(e, "--net") : ERR_OK;
}

static enum err vmm_open_stream(void *ctx, const char *address, struct io_stream *out,
                                struct error *e)
{
    struct vmm *v = ctx;
    struct io_line *line;
    enum err err = io_line_open(&line, v->config->poll, address, e);
    if (err)
        return err;
    v->stream = xrealloc(v->stream, (v->nstreams + 1) * sizeof *v->stream);
    v->stream[v->nstreams++] = line;
    *out = io_line_stream(line);
    return ERR_OK;
}

/* ---- building ---- */

static struct board_s161_config vmm_s161(struct vmm *v, const struct io_console *console)
{
    struct board_s161_config b = v->config->setup.s161;
    b.console = *console;
    b.cable = vmm_cable;
    b.cable_ctx = v;
    b.screen_keys = vmm_screen_keys(&v->screen);
    if (v->config->profile)
        b.profile = (struct board_s161_profile){
            .enable = vmm_profile_enable, .clear = vmm_profile_clear, .ctx = &v->profile};
    return b;
}

static struct board_setup vmm_setup(struct vmm *v)
{
    struct io_console console = {
        .put = vmm_put, .get = vmm_get, .ended = vmm_input_ended, .ctx = v};
    struct board_setup s = v->config->setup;
    s.s161 = vmm_s161(v, &console);
    s.s161.ether.open = s.kn02.ether.open = vmm_ether;
    s.s161.ether.ctx = s.kn02.ether.ctx = v;
    s.kn02.line[TC_DZ_CONSOLE] = console;
    s.kn02.nvram = v->nvram.there ? v->nvram.kept : NULL;
    s.kn02.inputs = vmm_window_inputs(&v->window);
    for (unsigned i = 0; i < TC_DZ_LINES; i++)
        if (v->line[i])
            s.kn02.line[i] = io_line_console(v->line[i]);
    return s;
}

static enum err vmm_open_lines(struct vmm *v, struct error *e)
{
    const struct vmm_config *c = v->config;
    enum err err = ERR_OK;
    for (unsigned i = 0; i < TC_DZ_LINES && !err; i++)
        if (c->line[i])
            err = io_line_open(&v->line[i], c->poll, c->line[i], e);
    return err ? err_prefix(e, "--serial") : ERR_OK;
}

enum err vmm_init(struct vmm *v, const struct vmm_config *config, struct error *e)
{
    struct machine_host host = {.wait = vmm_wait,
                                .asked_to_end = vmm_asked_to_end,
                                .mono_ns = vmm_mono_ns,
                                .open_stream = vmm_open_stream,
                                .ctx = v,
                                .poll = config->poll};
    *v = (struct vmm){.config = config};
    machine_init(&v->m, config->board->hz, &host);
    enum err err = vmm_open_lines(v, e);
    if (!err && config->nvram)
        err = vmm_nvram_read(&v->nvram, config->nvram, e);
    if (err)
        return err;
    v->setup = vmm_setup(v);
    err = board_make(&v->board, config->board, &v->m, &v->setup, e);
    v->m.warp = config->warp;
    v->m.progress_cycles = config->progress_seconds * v->m.clock.hz;
    return err;
}

static enum err vmm_tracing(struct vmm *v, struct error *e)
{
    const struct vmm_config *c = v->config;
    v->m.trace.out = c->trace;
    for (const char *p = c->trace_letters; p && *p; p++)
        if (!trace_set_letter(&v->m.trace, *p, true))
            return err_set(e, ERR_USAGE, "there is no trace flag '%c'", *p);
    return c->trace_words ? trace_parse_words(&v->m.trace, c->trace_words, e) : ERR_OK;
}

/* What nobody asked for may be missing. */
static enum err vmm_served(const struct vmm_service *s, enum err err, const char *without,
                           struct error *e)
{
    if (err && s->option)
        return err_prefix(e, "%s", s->option);
    if (err)
        log_warn("%s: %s", e->msg, without);
    return ERR_OK;
}

static enum err vmm_serve_screen(struct vmm *v, struct error *e)
{
    const struct vmm_service *s = &v->config->screen;
    if (!s->address)
        return ERR_OK;
    enum err err = vmm_screen_open(&v->screen, &v->board, v->config->poll, s->address, e);
    return vmm_served(s, err, "the screen cannot be looked at (--screen PATH names another socket)",
                      e);
}

static enum err vmm_open_window(struct vmm *v, struct error *e)
{
    if (!v->config->window)
        return ERR_OK;
    enum err err = vmm_window_open(&v->window, &v->board, v->config->poll, e);
    return err ? err_prefix(e, "--window") : ERR_OK;
}

static enum err vmm_serve_meter(struct vmm *v, struct error *e)
{
    const struct vmm_service *s = &v->config->meter;
    if (!s->address)
        return ERR_OK;
    vmm_meter_init(&v->meter, &v->m, v->config->poll);
    enum err err = vmm_meter_listen(&v->meter, s->address, e);
    return vmm_served(s, err, "nothing can be read from the meter", e);
}

static void vmm_watch(struct vmm *v)
{
    const struct vmm_config *c = v->config;
    struct vmm_profile_config profile = {.elf = c->kernel,
                                         .len = c->kernel_len,
                                         .hz = c->profile_hz,
                                         .folded = c->folded,
                                         .gprof = c->gprof};
    if (c->profile)
        vmm_profile_start(&v->profile, &v->m, &profile);
    if (v->nvram.path)
        vmm_nvram_watch(&v->nvram, &v->m, &v->board);
    if (c->progress_ns)
        vmm_progress_start(&v->progress, &v->m, c->progress_ns);
}

enum err vmm_start(struct vmm *v, struct error *e)
{
    const struct vmm_config *c = v->config;
    enum err err = vmm_tracing(v, e);
    if (!err)
        err = vmm_serve_screen(v, e);
    if (!err)
        err = vmm_open_window(v, e);
    if (err)
        return err;
    struct board_kernel kernel = {.elf = c->kernel,
                                  .len = c->kernel_len,
                                  .words = c->words,
                                  .initrd = c->initrd,
                                  .initrd_len = c->initrd_len};
    err = board_boot(&v->board, &kernel, e);
    if (err)
        return err_prefix(e, "%s", c->kernel_name);
    guest_names_kernel(&v->names, c->kernel, c->kernel_len);
    v->m.names = &v->names;
    vmm_trace_names(&v->m);
    vmm_watch(v);
    return vmm_serve_meter(v, e);
}

void vmm_fini(struct vmm *v)
{
    vmm_nvram_close(&v->nvram);
    vmm_profile_fini(&v->profile);
    vmm_screen_close(&v->screen);
    vmm_window_close(&v->window);
    vmm_meter_fini(&v->meter);
    board_free(&v->board);
    machine_fini(&v->m);
    guest_names_fini(&v->names);
    for (unsigned i = 0; i < TC_DZ_LINES; i++)
        io_line_close(v->line[i]);
    for (unsigned i = 0; i < v->nstreams; i++)
        io_line_close(v->stream[i]);
    free(v->stream);
    *v = (struct vmm){0};
}

/* ---- running ---- */

bool vmm_run(struct vmm *v, struct vmm_debug *d)
{
    bool ended = true;
    if (d)
        ended = vmm_debug_run(d);
    else
        machine_run(&v->m);
    vmm_trace_finish(&v->console_line, &v->m.trace);
    return ended;
}

void vmm_report_end(const struct vmm *v, bool asked)
{
    const struct machine *m = &v->m;
    if (m->end == MACHINE_POWER_OFF)
        return;
    log_error("%s", m->reason);
    if (m->end == MACHINE_DIVERGED || (m->end == MACHINE_INTERRUPTED && !asked))
        return;
    for (unsigned i = 0; i < m->ncpus; i++)
        if (m->cpu[i]->enabled)
            machine_log_cpu(m, i);
}
