/* SPDX-License-Identifier: ISC */
/*
 * Samples of where the guest's CPUs are, by virtual time: as folded stacks of kernel and programs,
 * and as gprof's gmon.out of the kernel with counted calls. It only looks: the guest's run is the
 * same with and without it, but for what the trace card's profiling register reads.
 */
#ifndef CMD_RUN_PROFILE_H
#define CMD_RUN_PROFILE_H

#include "debug/gmon.h"
#include "debug/stacks.h"
#include "machine/guest_names.h"
#include "machine/machine.h"

#define RUN_PROFILE_HZ 1000

struct run_profile {
    struct machine *m;
    struct machine_observer observer;
    FILE *folded, *gprof; /* NULL: not wanted */
    bool paused;          /* by the guest */
    u64 period;           /* cycles, on average */
    u64 random;
    struct stacks stacks;
    struct gmon gmon;
};

/* After the kernel was loaded. The files are borrowed; hz: samples a second of virtual time. */
void run_profile_start(struct run_profile *p, struct machine *m, const void *elf, size_t len,
                       u64 hz);
void run_profile_fini(struct run_profile *p); /* safe on zeroed memory */

/* From the trace card. */
void run_profile_enable(void *ctx, bool on);
void run_profile_clear(void *ctx);

void run_profile_write(const struct run_profile *p);

#endif
