/* SPDX-License-Identifier: ISC */
/*
 * What a device model sees of the rest of the machine: an interrupt line, the clock, the trace.
 * It needs nothing else but its back end, so the same model serves any board and a unit test.
 */
#ifndef DEV_DEV_H
#define DEV_DEV_H

#include "dev/clock.h"
#include "lib/trace.h"
#include "lib/types.h"

/* One interrupt line, from the model's end. Setting it to the level it has is harmless. */
struct dev_line {
    void (*set)(void *ctx, unsigned n, bool up);
    void *ctx;
    unsigned n;
};

static inline void dev_line_set(const struct dev_line *l, bool up)
{
    l->set(l->ctx, l->n, up);
}

/* Counters of the whole machine, printed at its end (System/161's final statistics). */
struct dev_stats {
    u64 disk_reads, disk_writes;       /* sectors */
    u64 console_reads, console_writes; /* characters */
    u64 emufs_reads, emufs_writes, emufs_others;
    u64 balloon_held;                     /* bytes that its driver said it holds, last */
    u64 balloon_given_back;               /* bytes to the host: by ballooning, */
    u64 balloon_reported;                 /* and as free ones */
    u64 net_reads, net_writes, net_drops; /* frames; dropped: the last one was not taken yet */
};

/* The guest did what the hardware's document leaves undefined or forbids. */
enum dev_misuse {
    DEV_ODD,   /* the model has a harmless answer: a line of trace */
    DEV_WRONG, /* a driver's bug that its author wants to see: the machine stops and says so */
};

/* What all models of one machine share. Borrowed; outlives them. */
struct dev_env {
    struct clock *clock;
    struct trace *trace;
    struct dev_stats *stats;
    void (*misuse)(void *ctx, enum dev_misuse how, const char *what);
    void *ctx;
};

#endif
