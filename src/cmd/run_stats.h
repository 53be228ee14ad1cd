/* SPDX-License-Identifier: ISC */
/* What a run counted: as JSON for programs, as System/161's last lines for people used to them. */
#ifndef CMD_RUN_STATS_H
#define CMD_RUN_STATS_H

#include "machine/machine.h"

#include <stdio.h>

struct run_stats {
    const struct machine *m;
    const char *engine;
    u64 host_ns; /* real time of the run */
    u64 cpu_ns;  /* host CPU time of the run */
};

/* In place of what f holds. False: it could not be written (errno). */
MUST_CHECK bool run_stats_json(const struct run_stats *s, FILE *f);
void run_stats_sys161(const struct run_stats *s);

#endif
