/* SPDX-License-Identifier: ISC */
/*
 * Samples of where the guest's CPUs are, by virtual time: as folded stacks of kernel and programs,
 * and as gprof's gmon.out of the kernel with counted calls. It only looks: the guest's run is the
 * same with and without it, but for what the trace card's profiling register reads.
 */
#ifndef VMM_VMM_PROFILE_H
#define VMM_VMM_PROFILE_H

#include "debug/gmon.h"
#include "debug/stacks.h"
#include "machine/guest_names.h"
#include "machine/machine.h"

struct vmm_profile_config {
    const void *elf; /* the kernel; borrowed */
    size_t len;
    u64 hz;               /* samples a second of virtual time */
    FILE *folded, *gprof; /* borrowed; NULL: not wanted */
};

struct vmm_profile {
    struct machine *m;
    struct machine_observer observer;
    FILE *folded, *gprof;
    bool paused; /* by the guest */
    u64 period;  /* cycles, on average */
    u64 random;
    struct stacks stacks;
    struct gmon gmon;
};

/* After the kernel was loaded. */
void vmm_profile_start(struct vmm_profile *p, struct machine *m,
                       const struct vmm_profile_config *config);
void vmm_profile_fini(struct vmm_profile *p); /* safe on zeroed memory */

/* From the trace card. */
void vmm_profile_enable(void *ctx, bool on);
void vmm_profile_clear(void *ctx);

void vmm_profile_write(const struct vmm_profile *p);

#endif
