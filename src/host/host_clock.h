/* SPDX-License-Identifier: ISC */
/* The host's clocks. Readings that a guest can see go through the machine's intake. */
#ifndef HOST_HOST_CLOCK_H
#define HOST_HOST_CLOCK_H

#include "lib/types.h"

u64 host_clock_mono_ns(void); /* since some start; never goes back */
u64 host_clock_wall_ns(void); /* since 1970, UTC */
u64 host_clock_cpu_ns(void);  /* CPU time of this thread */
void host_clock_sleep(u64 ns);

/* A cheap counter of fixed rate, for shares of time; scale by host_clock_mono_ns over the whole. */
static inline u64 host_clock_ticks(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return host_clock_mono_ns();
#endif
}

#endif
