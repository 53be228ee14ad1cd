/* SPDX-License-Identifier: ISC */
/*
 * The clock. No periodic tick: sleepers are woken by an alarm set for the first of them, so an idle
 * system stays idle. Preemption has its own timer, which runs only while a CPU does.
 */
#include "clock.h"

#include "board.h"
#include "lock.h"
#include "proc.h"
#include "sched.h"

static u32 clock_boot_seconds, clock_boot_ms;
static const char clock_channel; /* its address: what sleepers wait for */

static u32 clock_now_ms(void)
{
    u32 seconds, nanoseconds;

    board_time(&seconds, &nanoseconds);
    return (seconds - clock_boot_seconds) * 1000 + nanoseconds / 1000000 - clock_boot_ms;
}

void clock_init(void)
{
    u32 nanoseconds;

    board_time(&clock_boot_seconds, &nanoseconds);
    clock_boot_ms = nanoseconds / 1000000;
}

void clock_read(struct abi_clock *clock)
{
    board_time(&clock->seconds, &clock->nanoseconds);
    clock->uptime_ms = clock_now_ms();
    clock->ticks = 0;
}

static bool clock_sleeps_locked(const struct proc *p)
{
    return p->state == PROC_SLEEPING && p->channel == &clock_channel;
}

/* For the first sleeper, at least a millisecond ahead. */
static void clock_set_alarm_locked(u32 now)
{
    int next = 0x7fffffff;

    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++)
        if (clock_sleeps_locked(p) && (int)(p->wake_ms - now) < next)
            next = (int)(p->wake_ms - now);
    if (next != 0x7fffffff)
        board_alarm(min_u32(next < 1 ? 1 : (u32)next, 1000000) * 1000);
}

void clock_alarm(void)
{
    u32 now = clock_now_ms();

    lock_take(&sched_lock);
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++)
        if (clock_sleeps_locked(p) && (int)(p->wake_ms - now) <= 0)
            sched_ready_locked(p);
    clock_set_alarm_locked(now);
    lock_drop(&sched_lock);
}

int clock_sleep(u32 milliseconds)
{
    struct proc *self = proc_self();

    if (!board_has_clock())
        return E_NODEV;
    lock_take(&sched_lock);
    self->wake_ms = clock_now_ms() + min_u32(milliseconds, 0x7ffffffe);
    while ((int)(self->wake_ms - clock_now_ms()) > 0 && !self->killed) {
        self->channel = &clock_channel;
        self->state = PROC_SLEEPING;
        clock_set_alarm_locked(clock_now_ms());
        sched_sleep_locked(&clock_channel);
    }
    lock_drop(&sched_lock);
    return 0;
}
