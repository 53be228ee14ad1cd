/* SPDX-License-Identifier: ISC */
#include "host/host_clock.h"

#include <time.h>

static u64 host_clock_read(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

u64 host_clock_mono_ns(void)
{
    return host_clock_read(CLOCK_MONOTONIC);
}

u64 host_clock_wall_ns(void)
{
    return host_clock_read(CLOCK_REALTIME);
}

u64 host_clock_cpu_ns(void)
{
    return host_clock_read(CLOCK_THREAD_CPUTIME_ID);
}

void host_clock_sleep(u64 ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
    nanosleep(&t, NULL);
}
