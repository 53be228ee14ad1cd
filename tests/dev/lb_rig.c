/* SPDX-License-Identifier: ISC */
#include "lb_rig.h"

#include "io/io_dir_mem.h"
#include "io/io_disk_mem.h"
#include "io/io_net.h"
#include "io/io_net_mem.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

static void rig_misuse(void *ctx, enum dev_misuse how, const char *what)
{
    (void)how;
    struct lb_rig *r = ctx;
    r->misuses++;
    r->misuse = what;
}

static void rig_start(void *ctx, unsigned cpu, u32 pc, u32 sp, u32 a0)
{
    struct lb_rig *r = ctx;
    r->running |= 1u << cpu;
    r->start[cpu].pc = pc;
    r->start[cpu].sp = sp;
    r->start[cpu].a0 = a0;
}

static void rig_stop(void *ctx, unsigned cpu)
{
    struct lb_rig *r = ctx;
    r->running &= ~(1u << cpu);
}

static void rig_irq(void *ctx, unsigned cpu, bool up)
{
    struct lb_rig *r = ctx;
    r->irq = up ? r->irq | 1u << cpu : r->irq & ~(1u << cpu);
}

static void rig_ipi(void *ctx, unsigned cpu, bool up)
{
    struct lb_rig *r = ctx;
    r->ipi = up ? r->ipi | 1u << cpu : r->ipi & ~(1u << cpu);
}

static void rig_power_off(void *ctx, u32 code)
{
    struct lb_rig *r = ctx;
    r->off = true;
    r->off_code = code;
}

static const struct lb_cpu_ops rig_cpu_ops = {rig_start, rig_stop, rig_irq, rig_ipi, rig_power_off};

static void rig_put(void *ctx, u8 ch)
{
    struct lb_rig *r = ctx;
    r->out[r->nout++ % sizeof r->out] = ch;
}

static void rig_beep(void *ctx)
{
    ((struct lb_rig *)ctx)->beeps++;
}

static void rig_doom(void *ctx)
{
    ((struct lb_rig *)ctx)->dooms++;
}

static void rig_print(void *ctx, u32 code)
{
    struct lb_rig *r = ctx;
    r->prints++;
    r->code = code;
}

static void rig_dump(void *ctx, u32 code)
{
    struct lb_rig *r = ctx;
    r->dumps++;
    r->code = code;
}

static void rig_debug(void *ctx)
{
    ((struct lb_rig *)ctx)->debugs++;
}

static void rig_profile(void *ctx, bool enable)
{
    ((struct lb_rig *)ctx)->sampling = enable;
}

static void rig_profile_clear(void *ctx)
{
    ((struct lb_rig *)ctx)->clears++;
}

static void rig_back_ends(struct lb_rig *r, u32 sectors)
{
    u8 sector[IO_SECTOR];
    struct error e;
    BUG_ON(io_disk_mem_open(sectors, &r->disk_io, &e));
    for (u32 i = 0; i < 64; i++) {
        memset(sector, (int)i, sizeof sector);
        BUG_ON(!io_disk_write(&r->disk_io, i, sector));
    }
    io_dir_mem_open(65536, &r->dir_io);
    io_dir_mem_add(&r->dir_io, "hello", "hello, world\n", 13);
    io_dir_mem_add(&r->dir_io, "bin", NULL, 0);
    io_dir_mem_add(&r->dir_io, "bin/sh", "#!", 2);
    io_dir_mem_add(&r->dir_io, "bin/deep", NULL, 0);
    io_dir_mem_add(&r->dir_io, "bin/deep/file", "x", 1);
    io_net_mem_open(r->net_io);
    u32 len = sizeof sector;
    BUG_ON(!r->net_io[1].poll(r->net_io[1].ctx, sector, &len)); /* our own carrier */
}

static void rig_plug(struct lb_rig *r, const struct lb_rig_options *o)
{
    const struct dev_env *env = &r->env;
    struct io_console console = {.put = rig_put, .ctx = r};
    struct lb_timer_config timer = {.epoch = RIG_EPOCH, .beep = rig_beep, .ctx = r};
    struct lb_disk_config disk = {
        .disk = r->disk_io, .rpm = o->rpm ? o->rpm : 7200, .doom = rig_doom, .ctx = r};
    struct lb_trace_hooks hooks = {.print = rig_print,
                                   .dump = rig_dump,
                                   .debug = rig_debug,
                                   .profile = rig_profile,
                                   .profile_clear = rig_profile_clear,
                                   .ctx = r};
    struct lb_net_config net = {
        .net = r->net_io[0], .hwaddr = RIG_HWADDR, .extended = !o->plain_net};
    struct error e;
    r->serial = lb_serial_new(env, lb_bus_line(&r->bus, RIG_SERIAL), &console);
    lb_bus_plug(&r->bus, RIG_SERIAL, &lb_serial_class, r->serial);
    r->screen =
        lb_screen_new(env, lb_bus_line(&r->bus, RIG_SCREEN), LB_SCREEN_COLUMNS, LB_SCREEN_ROWS);
    lb_bus_plug(&r->bus, RIG_SCREEN, &lb_screen_class, r->screen);
    r->emufs = lb_emufs_new(env, lb_bus_line(&r->bus, RIG_EMUFS), &r->dir_io);
    lb_bus_plug(&r->bus, RIG_EMUFS, &lb_emufs_class, r->emufs);
    BUG_ON(lb_disk_new(&r->disk, env, lb_bus_line(&r->bus, RIG_DISK), &disk, &e));
    lb_bus_plug(&r->bus, RIG_DISK, &lb_disk_class, r->disk);
    r->net = lb_net_new(env, lb_bus_line(&r->bus, RIG_NET), &net);
    lb_bus_plug(&r->bus, RIG_NET, &lb_net_class, r->net);
    r->random = lb_random_new(1);
    lb_bus_plug(&r->bus, RIG_RANDOM, &lb_random_class, r->random);
    r->timer = lb_timer_new(env, lb_bus_line(&r->bus, RIG_TIMER), &timer);
    lb_bus_plug(&r->bus, RIG_TIMER, &lb_timer_class, r->timer);
    r->trace = lb_trace_new(env, &r->letters, o->profiling, &hooks);
    lb_bus_plug(&r->bus, RIG_TRACE, &lb_trace_class, r->trace);
}

struct lb_rig *lb_rig_new(const struct lb_rig_options *options)
{
    struct lb_rig_options o = options ? *options : (struct lb_rig_options){0};
    if (!o.mainboard.ncpus)
        o.mainboard = (struct lb_mainboard_config){.ncpus = RIG_CPUS, .extended = true};
    o.mainboard.ram_size = RIG_RAM;
    struct lb_rig *r = xcalloc(1, sizeof *r);
    r->clock.hz = RIG_HZ;
    r->clock.next = CLOCK_NEVER;
    r->tracing = (struct trace){.on = ~0u, .out = fopen("/dev/null", "w")};
    BUG_ON(!r->tracing.out);
    r->env = (struct dev_env){.clock = &r->clock,
                              .trace = &r->tracing,
                              .stats = &r->stats,
                              .misuse = rig_misuse,
                              .ctx = r};
    r->running = 1;
    r->mem = mem_new();
    lb_bus_init(&r->bus);
    lb_bus_map(&r->bus, r->mem);
    rig_back_ends(r, o.sectors ? o.sectors : RIG_SECTORS);
    rig_plug(r, &o);
    r->mainboard = lb_mainboard_new(&r->env, &r->bus, &o.mainboard, &rig_cpu_ops, r);
    lb_bus_reset(&r->bus);
    lb_bus_add_state(&r->bus, &r->parts);
    return r;
}

void lb_rig_free(struct lb_rig *r)
{
    if (!r)
        return;
    state_set_fini(&r->parts);
    lb_mainboard_free(r->mainboard);
    lb_timer_free(r->timer);
    lb_serial_free(r->serial);
    lb_screen_free(r->screen);
    lb_disk_free(r->disk);
    lb_emufs_free(r->emufs);
    lb_net_free(r->net);
    lb_random_free(r->random);
    lb_trace_free(r->trace);
    r->disk_io.close(r->disk_io.ctx);
    r->dir_io.free(r->dir_io.ctx);
    r->net_io[0].close(r->net_io[0].ctx);
    r->net_io[1].close(r->net_io[1].ctx);
    mem_free(r->mem);
    fclose(r->tracing.out);
    free(r);
}

bool lb_rig_access(struct lb_rig *r, bool write, struct mem_access a, gpa pa, u32 *val)
{
    return write ? mem_write(r->mem, a, true, pa, *val) : mem_read(r->mem, a, true, pa, val);
}

bool lb_rig_read(struct lb_rig *r, unsigned slot, u32 off, u32 *val)
{
    struct mem_access a = {.cpu = 0, .size = 4};
    return lb_rig_access(r, false, a, LB_BASE + slot * LB_SLOT_SIZE + off, val);
}

bool lb_rig_write(struct lb_rig *r, unsigned slot, u32 off, u32 val)
{
    struct mem_access a = {.cpu = 0, .size = 4};
    return lb_rig_access(r, true, a, LB_BASE + slot * LB_SLOT_SIZE + off, &val);
}

void lb_rig_run(struct lb_rig *r, u64 ns)
{
    u64 end = r->clock.now_base + clock_ns_to_cycles(&r->clock, ns);
    while (r->clock.next <= end) {
        if (r->clock.next > r->clock.now_base)
            r->clock.now_base = r->clock.next;
        clock_run_due(&r->clock);
    }
    r->clock.now_base = end;
}

void lb_rig_poll_net(struct lb_rig *r)
{
    u8 data[IO_NET_MAX];
    u32 len = sizeof data;
    while (lb_net_input_room(r->net) && r->net_io[0].poll(r->net_io[0].ctx, data, &len)) {
        lb_net_input(r->net, data, len);
        len = sizeof data;
    }
}

u64 lb_rig_now(const struct lb_rig *r)
{
    return clock_cycles_to_ns(&r->clock, r->clock.now_base);
}

bool lb_rig_line(const struct lb_rig *r, unsigned slot)
{
    return lb_bus_irqs(&r->bus) & 1u << slot;
}

u32 lb_rig_random(u64 *seed, u32 below)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)((*seed >> 32) * below >> 32);
}

static u32 rig_random_offset(unsigned slot, u64 *seed)
{
    u32 kind = lb_rig_random(seed, 16);
    if (kind == 0)
        return lb_rig_random(seed, LB_SLOT_SIZE);
    if (slot == LB_MAINBOARD) {
        u32 region = lb_rig_random(seed, kind < 4 ? LB_SLOTS : RIG_CPUS) * 0x400;
        return kind < 8 ? 31 * 0x400 + 0x200 + lb_rig_random(seed, 9) * 4
                        : (kind < 14 ? LB_BUFFER : 0) + region + lb_rig_random(seed, 256) * 4;
    }
    return kind < 12 ? lb_rig_random(seed, 9) * 4 : LB_BUFFER + lb_rig_random(seed, 0x210);
}

/* Small numbers are commands and flags; large ones are for bounds. */
static u32 rig_random_value(u64 *seed)
{
    u32 kind = lb_rig_random(seed, 8);
    return kind < 5   ? lb_rig_random(seed, 16)
           : kind < 7 ? lb_rig_random(seed, 12000)
                      : lb_rig_random(seed, ~0u);
}

/* A name for emufs, ready to be opened. */
static void rig_random_name(struct lb_rig *r, u64 *seed)
{
    static const char *const names[] = {"hello", "bin",  "bin/sh", "bin/deep/file",
                                        "new",   "none", "..",     ""};
    const char *name = names[lb_rig_random(seed, ARRAY_LEN(names))];
    char padded[16] = "";
    strcpy(padded, name);
    for (u32 i = 0; i < sizeof padded; i += 4)
        (void)lb_rig_write(r, RIG_EMUFS, LB_BUFFER + i, load_be32(padded + i));
    (void)lb_rig_write(r, RIG_EMUFS, 0, 0);
    (void)lb_rig_write(r, RIG_EMUFS, 8, (u32)strlen(name));
    (void)lb_rig_write(r, RIG_EMUFS, 12, 1 + lb_rig_random(seed, 3));
}

/* Something with what is open, if anything is. */
static void rig_random_file(struct lb_rig *r, u64 *seed)
{
    (void)lb_rig_write(r, RIG_EMUFS, 0, lb_rig_random(seed, 4));
    (void)lb_rig_write(r, RIG_EMUFS, 4, lb_rig_random(seed, 8));
    (void)lb_rig_write(r, RIG_EMUFS, 8, lb_rig_random(seed, 600));
    (void)lb_rig_write(r, RIG_EMUFS, 12, 4 + lb_rig_random(seed, 6));
}

/* A disk operation with time to come to its end; not with a timer that ticks all along. */
static void rig_random_disk(struct lb_rig *r, u64 *seed)
{
    (void)lb_rig_write(r, RIG_TIMER, 8, 0);
    (void)lb_rig_write(r, RIG_DISK, 4, 0);
    (void)lb_rig_write(r, RIG_DISK, 8, lb_rig_random(seed, RIG_SECTORS));
    (void)lb_rig_write(r, RIG_DISK, 4, 1 + 2 * lb_rig_random(seed, 2));
    lb_rig_run(r, lb_rig_random(seed, 100 * RIG_MS));
}

/* A frame that comes in, mostly a good one for the card; or the carrier changes. */
static void rig_random_frame(struct lb_rig *r, u64 *seed)
{
    u8 frame[64] = {0};
    u32 len = IO_NET_HEADER + lb_rig_random(seed, sizeof frame - IO_NET_HEADER);
    u32 to = lb_rig_random(seed, 3) ? RIG_HWADDR : lb_rig_random(seed, 0x10000);
    io_net_put_header(frame, 1 + lb_rig_random(seed, 8), len, to);
    for (u32 i = IO_NET_HEADER; i < len; i++)
        frame[i] = (u8)lb_rig_random(seed, 256);
    if (!lb_rig_random(seed, 4))
        frame[lb_rig_random(seed, IO_NET_HEADER)] ^= 1;
    lb_net_input(r->net, frame, lb_rig_random(seed, 6) ? len : lb_rig_random(seed, len));
}

/* A frame that goes out, with time to do so. */
static void rig_random_send(struct lb_rig *r, u64 *seed)
{
    u32 len = lb_rig_random(seed, 16) ? IO_NET_HEADER + lb_rig_random(seed, 64) : 5000;
    (void)lb_rig_write(r, RIG_NET, 4, 0);
    (void)lb_rig_write(r, RIG_NET, LB_BUFFER + IO_NET_MAX + 4, len << 16 | IO_NET_BROADCAST);
    (void)lb_rig_write(r, RIG_NET, 8, 2 + lb_rig_random(seed, 2));
    lb_rig_run(r, lb_rig_random(seed, 4 * RIG_MS));
}

bool lb_rig_random_step(struct lb_rig *r, u64 *seed, u32 *val)
{
    static const u8 slots[] = {RIG_SERIAL,   RIG_SCREEN, RIG_EMUFS,  RIG_EMUFS, RIG_DISK,
                               RIG_DISK,     RIG_TIMER,  RIG_RANDOM, RIG_TRACE, RIG_EMPTY,
                               LB_MAINBOARD, RIG_NET,    RIG_NET};
    u32 what = lb_rig_random(seed, 16);
    *val = 0;
    if (what == 0) {
        lb_rig_run(r, lb_rig_random(seed, 4) ? lb_rig_random(seed, 40000)
                                             : lb_rig_random(seed, 30 * RIG_MS));
        return true;
    }
    if (what == 1) {
        u8 ch = (u8)lb_rig_random(seed, 256);
        if (ch & 1)
            rig_random_frame(r, seed);
        else if (ch & 2)
            lb_serial_input(r->serial, ch);
        else
            lb_screen_input(r->screen, ch);
        return true;
    }
    if (what == 2) {
        static void (*const some[])(struct lb_rig *, u64 *) = {rig_random_name, rig_random_file,
                                                               rig_random_disk, rig_random_send};
        some[lb_rig_random(seed, ARRAY_LEN(some))](r, seed);
        return true;
    }
    unsigned slot = slots[lb_rig_random(seed, sizeof slots)];
    u8 size = (u8)(1u << (what < 12 ? 2 : lb_rig_random(seed, 3)));
    u32 off = rig_random_offset(slot, seed) & ~(size - 1u);
    struct mem_access a = {.cpu = lb_rig_random(seed, RIG_CPUS), .size = size};
    bool write = lb_rig_random(seed, 2);
    u32 v = rig_random_value(seed);
    if (write && slot == LB_MAINBOARD && off == 31 * 0x400 + 0x208 && lb_rig_random(seed, 8))
        v = ~0u; /* mostly with everything on */
    bool ok = lb_rig_access(r, write, a, LB_BASE + slot * LB_SLOT_SIZE + off, &v);
    if (ok && !write)
        *val = v;
    return ok;
}
