/* SPDX-License-Identifier: ISC */
/*
 * A LAMEbus board with every card and no CPU: registers are reached through the bus, time passes
 * when told, back ends are in memory, and what the cards do to the outside is written down. Without
 * cmocka, because fuzz targets use it too.
 */
#ifndef DEV_LB_RIG_H
#define DEV_LB_RIG_H

#include "dev/lb_disk.h"
#include "dev/lb_emufs.h"
#include "dev/lb_mainboard.h"
#include "dev/lb_net.h"
#include "dev/lb_random.h"
#include "dev/lb_screen.h"
#include "dev/lb_serial.h"
#include "dev/lb_timer.h"
#include "dev/lb_trace.h"

#define RIG_HZ      25000000u
#define RIG_CYCLE   40u /* ns */
#define RIG_RAM     0x400000u
#define RIG_CPUS    4u
#define RIG_SECTORS 10240u
#define RIG_HWADDR  0x1234u
#define RIG_EPOCH   1700000000123456789ull
#define RIG_US      1000ull
#define RIG_MS      1000000ull
#define RIG_S       1000000000ull

enum { /* slots */
    RIG_SERIAL = 0,
    RIG_EMUFS = 1,
    RIG_DISK = 2,
    RIG_SCREEN = 3,
    RIG_EMPTY = 5,
    RIG_NET = 6,
    RIG_RANDOM = 28,
    RIG_TIMER = 29,
    RIG_TRACE = 30,
};

struct lb_rig_options {
    struct lb_mainboard_config mainboard; /* ncpus 0: RIG_CPUS, extended */
    u32 rpm, sectors;                     /* 0: 7200, RIG_SECTORS */
    bool profiling;
    bool plain_net; /* the network card as System/161 has it */
};

struct lb_rig {
    struct clock clock;
    struct mem *mem;
    struct lb_bus bus;
    struct dev_env env;
    struct dev_stats stats;
    struct trace tracing; /* the cards' own, to nowhere */
    struct trace letters; /* what the trace card sets */
    struct state_set parts;
    struct io_disk disk_io;
    struct io_dir dir_io;
    struct io_net net_io[2]; /* the card's end of the cable; ours */
    struct lb_mainboard *mainboard;
    struct lb_timer *timer;
    struct lb_serial *serial;
    struct lb_screen *screen;
    struct lb_disk *disk;
    struct lb_emufs *emufs;
    struct lb_net *net;
    struct lb_random *random;
    struct lb_trace *trace;

    /* What was done to the outside. */
    u32 irq, ipi, running; /* bit per CPU */
    struct {
        u32 pc, sp, a0;
    } start[LB_MAX_CPUS];
    bool off;
    u32 off_code;
    unsigned misuses;
    const char *misuse; /* the last */
    unsigned beeps, dooms, prints, dumps, debugs, clears;
    u32 code; /* of the last print or dump */
    bool sampling;
    u8 out[256]; /* characters written to the console, the last ones */
    size_t nout;
};

struct lb_rig *lb_rig_new(const struct lb_rig_options *options); /* NULL: the defaults */
void lb_rig_free(struct lb_rig *r);

/* Through the bus, as CPU 0, words. False is a bus error. */
bool lb_rig_read(struct lb_rig *r, unsigned slot, u32 off, u32 *val);
bool lb_rig_write(struct lb_rig *r, unsigned slot, u32 off, u32 val);
/* The same, by any CPU and of any size. */
bool lb_rig_access(struct lb_rig *r, bool write, struct mem_access a, gpa pa, u32 *val);

void lb_rig_run(struct lb_rig *r, u64 ns);
/* Hands the card what came over the cable, as far as it has room. */
void lb_rig_poll_net(struct lb_rig *r);
u64 lb_rig_now(const struct lb_rig *r); /* ns */
bool lb_rig_line(const struct lb_rig *r, unsigned slot);

/* Pseudo-random numbers, the same everywhere. */
u32 lb_rig_random(u64 *seed, u32 below);

/* One access or one moment of time, chosen by random numbers; *val is what was read, or 0. */
bool lb_rig_random_step(struct lb_rig *r, u64 *seed, u32 *val);

#endif
