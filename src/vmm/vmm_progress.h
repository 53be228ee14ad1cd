/* SPDX-License-Identifier: ISC */
/* A line on standard error every few real seconds: how far a long run has come, and how fast. */
#ifndef VMM_VMM_PROGRESS_H
#define VMM_VMM_PROGRESS_H

#include "machine/machine.h"

struct vmm_progress {
    struct machine *m;
    struct machine_observer observer;
    u64 every_ns;          /* of real time */
    u64 start_ns, last_ns; /* real */
    u64 last_cycles, last_retired;
};

void vmm_progress_start(struct vmm_progress *p, struct machine *m, u64 every_ns);

#endif
