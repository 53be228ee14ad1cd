/* SPDX-License-Identifier: ISC */
/* What a machine has done so far, all CPUs together: for a meter, without touching anything. */
#ifndef MACHINE_MACHINE_COUNTS_H
#define MACHINE_MACHINE_COUNTS_H

#include "machine/machine.h"

struct machine_counts {
    u64 ns;           /* virtual time */
    u64 kernel, user; /* instructions that were completed */
    u64 user_undone;  /* attempted in user mode, ended by an exception */
    u64 idle;         /* cycles that CPUs waited or were off, added up */
    u64 irqs, exceptions;
};

void machine_count(const struct machine *m, struct machine_counts *c);

#endif
