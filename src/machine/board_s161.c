/* SPDX-License-Identifier: ISC */
/*
 * The wiring of the System/161 board, as plain code: what is plugged into which slot, and what
 * the mainboard's wires do to the CPUs.
 */
#include "machine/board_s161.h"
#include "dev/lb_disk.h"
#include "dev/lb_emufs.h"
#include "dev/lb_mainboard.h"
#include "dev/lb_net.h"
#include "dev/lb_random.h"
#include "dev/lb_screen.h"
#include "dev/lb_serial.h"
#include "dev/lb_timer.h"
#include "dev/lb_trace.h"
#include "host/host_clock.h"
#include "io/io_dir_host.h"
#include "io/io_disk_image.h"
#include "lib/bug.h"
#include "lib/log.h"
#include "machine/elf.h"

#include <stdlib.h>
#include <string.h>

#define S161_JITTER   10    /* thousandths; System/161's per cent */
#define S161_GRAIN    50000 /* cycles, 2 ms: its CPUs' slices */
#define S161_IRQ_BUS  0x400u
#define S161_IRQ_IPI  0x800u
#define S161_ROM      0x1fc00000u
#define S161_ROM_SIZE 0x1000u
#define S161_RAM_MAX  0x1fc00000u /* RAM below the ROM; the rest of it would begin at 512 MB */

struct board_s161 {
    struct machine *m;
    const struct s161_conf *conf;
    bool little;
    u64 ram;
    u64 doom; /* writes left; 0: not counted */
    struct board_s161_profile profile;
    struct lb_bus bus;
    struct lb_mainboard *mainboard;
    struct lb_serial *serial;
    struct io_console console;
    struct lb_screen *screen;
    struct io_console screen_keys;
    struct lb_timer *timer[LB_SLOTS];
    struct lb_random *random; /* all such cards are one */
    struct lb_trace *trace[LB_SLOTS];
    struct lb_disk *disk[LB_SLOTS];
    struct io_disk image[LB_SLOTS];
    struct lb_emufs *emufs[LB_SLOTS];
    struct io_dir dir[LB_SLOTS];
    struct board_s161_net {
        struct lb_net *card;
        struct io_net cable;
    } net[LB_SLOTS];
};

/* ---- the mainboard's wires ---- */

static void board_s161_cpu_start(void *ctx, unsigned cpu, u32 pc, u32 sp, u32 a0)
{
    struct board_s161 *b = ctx;
    vcpu_start(b->m->cpu[cpu], pc, sp, a0);
    machine_cpu_woken(b->m);
}

static void board_s161_cpu_stop(void *ctx, unsigned cpu)
{
    struct board_s161 *b = ctx;
    struct vcpu *v = b->m->cpu[cpu];
    v->enabled = false;
    if (b->m->running == v)
        vcpu_request(v);
}

static void board_s161_cpu_line(struct board_s161 *b, unsigned cpu, u32 line, bool up)
{
    mips_set_irq(&b->m->cpu[cpu]->mips, line, up);
    if (up)
        machine_cpu_woken(b->m);
}

static void board_s161_cpu_irq(void *ctx, unsigned cpu, bool up)
{
    board_s161_cpu_line(ctx, cpu, S161_IRQ_BUS, up);
}

static void board_s161_cpu_ipi(void *ctx, unsigned cpu, bool up)
{
    board_s161_cpu_line(ctx, cpu, S161_IRQ_IPI, up);
}

static void board_s161_power_off(void *ctx, u32 code)
{
    struct board_s161 *b = ctx;
    machine_end(b->m, MACHINE_POWER_OFF, code, "powered off");
}

static const struct lb_cpu_ops cpu_ops = {
    .start = board_s161_cpu_start,
    .stop = board_s161_cpu_stop,
    .irq = board_s161_cpu_irq,
    .ipi = board_s161_cpu_ipi,
    .power_off = board_s161_power_off,
};

/* ---- what the trace card and the disks ask for ---- */

static void board_s161_trace_print_code(void *ctx, u32 code)
{
    (void)ctx;
    log_info("trace: software-requested debug 0x%x", code);
}

static void board_s161_trace_dump(void *ctx, u32 code)
{
    const struct board_s161 *b = ctx;
    log_info("trace: dump 0x%x at cycle %llu, state %016llx", code,
             (unsigned long long)machine_now(b->m), (unsigned long long)machine_hash(b->m));
    for (unsigned i = 0; i < b->m->ncpus; i++)
        machine_log_cpu(b->m, i);
}

static void board_s161_trace_debug(void *ctx)
{
    struct board_s161 *b = ctx;
    machine_end(b->m, MACHINE_DEBUGGER, 0, "the guest asked for a debugger");
}

static void board_s161_profile_enable(void *ctx, bool on)
{
    const struct board_s161 *b = ctx;
    b->profile.enable(b->profile.ctx, on);
}

static void board_s161_profile_clear(void *ctx)
{
    const struct board_s161 *b = ctx;
    b->profile.clear(b->profile.ctx);
}

static void board_s161_doom(void *ctx)
{
    struct board_s161 *b = ctx;
    if (b->doom && --b->doom == 0)
        machine_end(b->m, MACHINE_INTERRUPTED, 0, "the doom counter ran out");
}

/* ---- cards ---- */

static enum err board_s161_open_image(struct board_s161 *b, unsigned slot,
                                      const struct s161_slot *s, bool raw_images, struct error *e)
{
    bool replay = b->m->intake.mode == INTAKE_REPLAY;
    struct io_disk_image_options o = {.format = raw_images ? IO_DISK_GUESS : IO_DISK_SYS161,
                                      .paranoid = s->disk.paranoid,
                                      .read_only = replay,
                                      .create_sectors = replay ? 0 : s->disk.sectors};
    struct io_disk real;
    enum err err = io_disk_image_open(s->disk.file, &o, &real, e);
    if (err)
        return err;
    b->image[slot] = intake_disk(&b->m->intake, &real, !replay && real.read_only);
    char where[S161_CONF_WHERE];
    if (s->disk.sectors && s->disk.sectors != real.sectors)
        log_warn("%s: %s has %llu sectors, not the configured %llu",
                 s161_conf_where(b->conf, slot, where), s->disk.file,
                 (unsigned long long)real.sectors, (unsigned long long)s->disk.sectors);
    return ERR_OK;
}

static enum err board_s161_plug_disk(struct board_s161 *b, unsigned slot, const struct s161_slot *s,
                                     bool raw_images, struct error *e)
{
    if (!s->disk.file)
        return err_set(e, ERR_CONFIG, "the disk has no file=");
    enum err err = board_s161_open_image(b, slot, s, raw_images, e);
    if (err)
        return err;
    struct lb_disk_config config = {.disk = b->image[slot],
                                    .rpm = (u32)s->disk.rpm,
                                    .doom = s->disk.nodoom ? NULL : board_s161_doom,
                                    .ctx = b};
    err = lb_disk_new(&b->disk[slot], &b->m->env, lb_bus_line(&b->bus, slot), &config, e);
    if (err)
        return err_prefix(e, "%s", s->disk.file);
    lb_bus_plug(&b->bus, slot, &lb_disk_class, b->disk[slot]);
    return ERR_OK;
}

static enum err board_s161_plug_emufs(struct board_s161 *b, unsigned slot,
                                      const struct s161_slot *s, struct error *e)
{
    struct io_dir real;
    enum err err = io_dir_host_open(s->emufs.dir ? s->emufs.dir : ".", &real, e);
    if (err)
        return err;
    b->dir[slot] = intake_dir(&b->m->intake, &real);
    b->emufs[slot] = lb_emufs_new(&b->m->env, lb_bus_line(&b->bus, slot), &b->dir[slot]);
    lb_bus_plug(&b->bus, slot, &lb_emufs_class, b->emufs[slot]);
    return ERR_OK;
}

static bool board_s161_typed(void *ctx, u8 *data, u32 *len)
{
    struct board_s161 *b = ctx;
    *len = 1;
    return b->console.get(b->console.ctx, data);
}

static void board_s161_type(void *ctx, const u8 *data, u32 len)
{
    struct board_s161 *b = ctx;
    if (len == 1)
        lb_serial_input(b->serial, *data);
}

static bool board_s161_console_room(const void *ctx)
{
    const struct board_s161 *b = ctx;
    return lb_serial_input_room(b->serial);
}

static bool board_s161_console_ended(const void *ctx)
{
    const struct board_s161 *b = ctx;
    return b->console.ended(b->console.ctx);
}

static enum err board_s161_plug_serial(struct board_s161 *b, unsigned slot,
                                       const struct io_console *console, struct error *e)
{
    if (b->serial)
        return err_set(e, ERR_CONFIG, "there can be only one serial console");
    struct machine_source source = {.poll = board_s161_typed,
                                    .deliver = board_s161_type,
                                    .room = board_s161_console_room,
                                    .ended = board_s161_console_ended,
                                    .ctx = b,
                                    .console = true};
    b->console = *console;
    b->serial = lb_serial_new(&b->m->env, lb_bus_line(&b->bus, slot), console);
    lb_bus_plug(&b->bus, slot, &lb_serial_class, b->serial);
    machine_add_source(b->m, &source);
    return ERR_OK;
}

static bool board_s161_net_poll(void *ctx, u8 *data, u32 *len)
{
    const struct board_s161_net *n = ctx;
    return n->cable.poll(n->cable.ctx, data, len);
}

static void board_s161_net_deliver(void *ctx, const u8 *data, u32 len)
{
    const struct board_s161_net *n = ctx;
    lb_net_input(n->card, data, len);
}

static bool board_s161_net_room(const void *ctx)
{
    const struct board_s161_net *n = ctx;
    return lb_net_input_room(n->card);
}

static void board_s161_net_nowhere(void *ctx, const void *frame, u32 len)
{
    (void)ctx;
    (void)frame;
    (void)len;
}

static bool board_s161_net_ended(const void *ctx)
{
    (void)ctx;
    return true;
}

static bool board_s161_net_silent(void *ctx, u8 *data, u32 *len)
{
    (void)ctx;
    (void)data;
    (void)len;
    return false;
}

static const struct io_net board_s161_no_cable = {.send = board_s161_net_nowhere,
                                                  .poll = board_s161_net_silent};

/* What a replayed machine sends goes nowhere. */
static enum err board_s161_plug_net(struct board_s161 *b, const struct board_s161_config *config,
                                    unsigned slot, const struct s161_slot *s, struct error *e)
{
    struct board_s161_net *n = &b->net[slot];
    bool live = config->cable && b->m->intake.mode != INTAKE_REPLAY;
    n->cable = board_s161_no_cable;
    enum err err =
        live ? config->cable(config->cable_ctx, slot, (u16)s->nic.hwaddr, s->nic.hub, &n->cable, e)
             : ERR_OK;
    if (err)
        return err;
    struct lb_net_config card = {
        .net = n->cable, .hwaddr = (u16)s->nic.hwaddr, .extended = config->extended};
    struct machine_source source = {.poll = board_s161_net_poll,
                                    .deliver = board_s161_net_deliver,
                                    .room = board_s161_net_room,
                                    .ended = config->cable ? NULL : board_s161_net_ended,
                                    .ctx = n};
    n->card = lb_net_new(&b->m->env, lb_bus_line(&b->bus, slot), &card);
    lb_bus_plug(&b->bus, slot, &lb_net_class, n->card);
    machine_add_source(b->m, &source);
    return ERR_OK;
}

static bool board_s161_screen_typed(void *ctx, u8 *data, u32 *len)
{
    struct board_s161 *b = ctx;
    *len = 1;
    return b->screen_keys.get && b->screen_keys.get(b->screen_keys.ctx, data);
}

static void board_s161_screen_type(void *ctx, const u8 *data, u32 len)
{
    struct board_s161 *b = ctx;
    if (len == 1)
        lb_screen_input(b->screen, *data);
}

static bool board_s161_screen_room(const void *ctx)
{
    const struct board_s161 *b = ctx;
    return lb_screen_input_room(b->screen);
}

static bool board_s161_screen_ended(const void *ctx)
{
    const struct board_s161 *b = ctx;
    return !b->screen_keys.ended || b->screen_keys.ended(b->screen_keys.ctx);
}

_Static_assert(S161_MAX_COLUMNS == LB_SCREEN_MAX_COLUMNS && S161_MAX_ROWS == LB_SCREEN_MAX_ROWS,
               "the card has the configuration's bounds");

static enum err board_s161_plug_screen(struct board_s161 *b, unsigned slot,
                                       const struct s161_slot *s, const struct io_console *keys,
                                       struct error *e)
{
    if (b->screen)
        return err_set(e, ERR_CONFIG, "there can be only one screen");
    struct machine_source source = {.poll = board_s161_screen_typed,
                                    .deliver = board_s161_screen_type,
                                    .room = board_s161_screen_room,
                                    .ended = board_s161_screen_ended,
                                    .ctx = b};
    b->screen_keys = *keys;
    b->screen = lb_screen_new(&b->m->env, lb_bus_line(&b->bus, slot), (u32)s->screen.columns,
                              (u32)s->screen.rows);
    lb_bus_plug(&b->bus, slot, &lb_screen_class, b->screen);
    machine_add_source(b->m, &source);
    return ERR_OK;
}

bool board_s161_look(const struct board_s161 *b, struct io_picture *p)
{
    if (b->screen)
        *p = lb_screen_look(b->screen);
    return b->screen != NULL;
}

static void board_s161_plug_timer(struct board_s161 *b, unsigned slot, u64 epoch_ns)
{
    struct lb_timer_config config = {.epoch = epoch_ns};
    if (!epoch_ns)
        config.epoch = intake_u64(&b->m->intake, INTAKE_EPOCH, host_clock_wall_ns());
    b->timer[slot] = lb_timer_new(&b->m->env, lb_bus_line(&b->bus, slot), &config);
    lb_bus_plug(&b->bus, slot, &lb_timer_class, b->timer[slot]);
}

static void board_s161_plug_random(struct board_s161 *b, unsigned slot, const struct s161_slot *s)
{
    u64 seed = s->random.seed;
    if (!b->random) {
        if (s->random.autoseed)
            seed = intake_u64(&b->m->intake, INTAKE_SEED, host_clock_wall_ns());
        b->random = lb_random_new(seed);
        b->m->clock.jitter_state = seed;
    }
    lb_bus_plug(&b->bus, slot, &lb_random_class, b->random);
}

static void board_s161_plug_trace(struct board_s161 *b, unsigned slot,
                                  const struct board_s161_config *config)
{
    struct lb_trace_hooks hooks = {.print = board_s161_trace_print_code,
                                   .dump = board_s161_trace_dump,
                                   .debug = board_s161_trace_debug,
                                   .profile = board_s161_profile_enable,
                                   .profile_clear = board_s161_profile_clear,
                                   .ctx = b};
    struct trace *tracing = config->guest_tracing ? &b->m->trace : NULL;
    b->trace[slot] = lb_trace_new(&b->m->env, tracing, config->profile.enable != NULL, &hooks);
    lb_bus_plug(&b->bus, slot, &lb_trace_class, b->trace[slot]);
}

static enum err board_s161_plug(struct board_s161 *b, const struct board_s161_config *config,
                                unsigned slot, struct error *e)
{
    const struct s161_slot *s = &b->conf->slot[slot];
    switch (s->device) {
    case S161_SERIAL:
        return board_s161_plug_serial(b, slot, &config->console, e);
    case S161_DISK:
        return board_s161_plug_disk(b, slot, s, config->raw_images, e);
    case S161_EMUFS:
        return board_s161_plug_emufs(b, slot, s, e);
    case S161_TIMER:
        board_s161_plug_timer(b, slot, config->epoch_ns);
        return ERR_OK;
    case S161_RANDOM:
        board_s161_plug_random(b, slot, s);
        return ERR_OK;
    case S161_TRACE:
        board_s161_plug_trace(b, slot, config);
        return ERR_OK;
    case S161_NIC:
        return board_s161_plug_net(b, config, slot, s, e);
    case S161_SCREEN:
        return board_s161_plug_screen(b, slot, s, &config->screen_keys, e);
    default: /* empty; the mainboard is there already */
        return ERR_OK;
    }
}

/* ---- the board ---- */

static enum err board_s161_add_memory(struct board_s161 *b, struct error *e)
{
    struct mem *mem = b->m->mem;
    BUG_ON(b->ram > S161_RAM_MAX);
    enum err err = mem_add_ram(mem, 0, b->ram, e);
    if (!err)
        err = mem_add_rom(mem, S161_ROM, S161_ROM_SIZE, e);
    if (!err)
        lb_bus_map(&b->bus, mem);
    return err;
}

static void board_s161_add_mainboard(struct board_s161 *b, bool extended)
{
    const struct s161_slot *s = &b->conf->slot[S161_MAINBOARD_SLOT];
    struct lb_mainboard_config config = {
        .ram_size = (u32)b->ram, .ncpus = b->m->ncpus, .old = s->device == S161_OLDMAINBOARD};
    config.extended = extended && !config.old;
    b->mainboard = lb_mainboard_new(&b->m->env, &b->bus, &config, &cpu_ops, b);
}

enum err board_s161_new(struct board_s161 **out, struct machine *m,
                        const struct board_s161_config *config, struct error *e)
{
    struct board_s161 *b = xcalloc(1, sizeof *b);
    const struct s161_slot *mainboard = &config->conf->slot[S161_MAINBOARD_SLOT];
    *b = (struct board_s161){.m = m,
                             .conf = config->conf,
                             .little = config->little,
                             .ram = mainboard->mainboard.ramsize,
                             .profile = config->profile,
                             .doom = config->doom};
    m->clock.jitter = S161_JITTER;
    m->clock.grain = config->late ? S161_GRAIN : 0;
    lb_bus_init(&b->bus);
    unsigned slot = S161_MAINBOARD_SLOT;
    enum err err = board_s161_add_memory(b, e);
    if (err)
        goto fail;
    machine_add_cpus(m, (unsigned)mainboard->mainboard.cpus,
                     config->model ? config->model : &mips_161, !config->little, config->engine);
    board_s161_add_mainboard(b, config->extended);
    for (slot = 0; slot < S161_MAINBOARD_SLOT; slot++) {
        err = board_s161_plug(b, config, slot, e);
        if (err)
            goto fail;
    }
    lb_bus_reset(&b->bus);
    lb_bus_add_state(&b->bus, &m->parts);
    *out = b;
    return ERR_OK;
fail:
    s161_conf_blame(config->conf, slot, e);
    board_s161_free(b);
    return err;
}

static void board_s161_close_slot(struct board_s161 *b, unsigned slot)
{
    if (b->timer[slot])
        lb_timer_free(b->timer[slot]);
    if (b->trace[slot])
        lb_trace_free(b->trace[slot]);
    if (b->disk[slot])
        lb_disk_free(b->disk[slot]);
    if (b->image[slot].close)
        b->image[slot].close(b->image[slot].ctx);
    if (b->emufs[slot])
        lb_emufs_free(b->emufs[slot]);
    if (b->dir[slot].free)
        b->dir[slot].free(b->dir[slot].ctx);
    if (b->net[slot].card)
        lb_net_free(b->net[slot].card);
    if (b->net[slot].cable.close)
        b->net[slot].cable.close(b->net[slot].cable.ctx);
}

void board_s161_free(struct board_s161 *b)
{
    if (!b)
        return;
    for (unsigned slot = 0; slot < LB_SLOTS; slot++)
        board_s161_close_slot(b, slot);
    if (b->serial)
        lb_serial_free(b->serial);
    if (b->screen)
        lb_screen_free(b->screen);
    if (b->random)
        lb_random_free(b->random);
    if (b->mainboard)
        lb_mainboard_free(b->mainboard);
    free(b);
}

/* The boot string at the top of RAM, the stack just below it. */
static enum err board_s161_start_kernel(struct board_s161 *b, const struct elf_image *img,
                                        const char *words, struct error *e)
{
    size_t len = strlen(words) + 1;
    if (len > b->ram / 4)
        return err_set(e, ERR_LIMIT, "%zu bytes of words for the kernel do not fit into its memory",
                       len);
    u32 at = (u32)(b->ram - len) & ~3u;
    for (unsigned i = 0; i < img->nsegments; i++) {
        const struct elf_segment *seg = &img->segment[i];
        if ((seg->vaddr & 0x1fffffff) + (u64)seg->memsz > at)
            return err_set(e, ERR_LIMIT,
                           "the kernel leaves no room for its words at the top of "
                           "memory: give it more memory");
    }
    memcpy(mem_ram_ptr(b->m->mem, at, len), words, len);
    u32 va = 0x80000000u | at;
    vcpu_start(b->m->cpu[0], img->entry, va - 4, va);
    return ERR_OK;
}

enum err board_s161_boot(struct board_s161 *b, const void *elf, size_t len, const char *words,
                         struct error *e)
{
    struct elf_image img;
    struct elf_board board = {.name = "the System/161 board", .big = !b->little};
    enum err err = elf_parse(elf, len, &img, e);
    if (!err)
        err = elf_load(&img, &board, b->m->mem, e);
    return err ? err : board_s161_start_kernel(b, &img, words, e);
}
