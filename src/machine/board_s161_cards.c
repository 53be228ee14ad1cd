/* SPDX-License-Identifier: ISC */
/* What is plugged into the slots of the System/161 board, and what it is connected to. */
#include "dev/lb_disk.h"
#include "dev/lb_emufs.h"
#include "dev/lb_net.h"
#include "dev/lb_random.h"
#include "dev/lb_screen.h"
#include "dev/lb_serial.h"
#include "dev/lb_timer.h"
#include "dev/lb_trace.h"
#include "dev/lb_virtio.h"
#include "host/host_clock.h"
#include "io/io_dir_host.h"
#include "io/io_disk_image.h"
#include "lib/log.h"
#include "machine/board_s161_int.h"
#include "machine/vio_card.h"

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
    if (intake_disk_follows(&b->m->intake, &b->image[slot]))
        return ERR_OK;
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
    return n->cable.poll && n->cable.poll(n->cable.ctx, data, len);
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

static const struct io_net board_s161_no_cable = {.send = board_s161_net_nowhere};

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

static u64 board_s161_wall_ns(bool whole_seconds)
{
    u64 ns = host_clock_wall_ns();
    return whole_seconds ? ns - ns % 1000000000 : ns;
}

static void board_s161_plug_timer(struct board_s161 *b, const struct board_s161_config *config,
                                  unsigned slot)
{
    struct lb_timer_config timer = {.epoch = config->epoch_ns};
    if (!timer.epoch)
        timer.epoch =
            intake_u64(&b->m->intake, INTAKE_EPOCH, board_s161_wall_ns(config->s161_time));
    b->timer[slot] = lb_timer_new(&b->m->env, lb_bus_line(&b->bus, slot), &timer);
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

static enum err board_s161_plug_virtio(struct board_s161 *b, unsigned slot,
                                       const struct s161_slot *s, struct error *e)
{
    struct vio_conf conf;
    if (!s->virtio.device)
        return err_set(e, ERR_CONFIG, "the virtio device has no device=");
    enum err err = vio_conf_parse(&conf, s->virtio.device, e);
    if (err)
        return err;
    err = vio_card_new(&b->virtio[slot], b->m, &conf, lb_bus_line(&b->bus, slot), e);
    vio_conf_fini(&conf);
    if (!err)
        lb_bus_plug(&b->bus, slot, &lb_virtio_class, b->virtio[slot]);
    return err;
}

static enum err board_s161_free_slot(const struct board_s161 *b, unsigned *slot, struct error *e)
{
    for (*slot = 0; *slot < S161_MAINBOARD_SLOT; ++*slot)
        if (!b->bus.slot[*slot].cls)
            return ERR_OK;
    return err_set(e, ERR_CONFIG, "--net: no slot is free for the card");
}

enum err board_s161_plug_ether(struct board_s161 *b, const struct board_ether_config *config,
                               struct error *e)
{
    enum err err = ERR_OK;
    for (unsigned i = 0; i < config->n && !err; i++) {
        struct board_vio_net *n = &b->vio_net[i];
        unsigned slot;
        err = board_s161_free_slot(b, &slot, e);
        if (!err)
            err = board_vio_net_open(n, b->m, config, i, lb_bus_line(&b->bus, slot), e);
        if (err)
            break;
        b->nvio_nets++;
        b->virtio[slot] = vio_net_device(n->card);
        lb_bus_plug(&b->bus, slot, &lb_virtio_class, b->virtio[slot]);
    }
    return err;
}

enum err board_s161_plug(struct board_s161 *b, const struct board_s161_config *config,
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
        board_s161_plug_timer(b, config, slot);
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
    case S161_VIRTIO:
        return board_s161_plug_virtio(b, slot, s, e);
    default: /* empty; the mainboard is there already */
        return ERR_OK;
    }
}

void board_s161_unplug(struct board_s161 *b, unsigned slot)
{
    vio_free(b->virtio[slot]);
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
