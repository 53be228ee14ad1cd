/* SPDX-License-Identifier: ISC */
/* The scheduler: one queue of ready processes for all CPUs; sleeping on a channel (any address). */
#ifndef SCHED_H
#define SCHED_H

#include "lock.h"

struct proc;

/* Taken for every change of a process's state. */
extern struct lock sched_lock;

void sched_ready_locked(struct proc *proc);
void sched_yield(void);
void sched_tick(void); /* the time slice of this CPU is over */

/* Sleep until somebody wakes the channel; lock is dropped meanwhile. Spurious wake-ups happen:
 * always call in a loop that tests the condition. */
void sched_sleep(const void *channel, struct lock *lock);
void sched_sleep_locked(const void *channel); /* under sched_lock itself */
void sched_wake(const void *channel);
void sched_wake_locked(const void *channel);

/* trap_entry.S: where a new process continues. */
void sched_first(void);

/* The current process, a zombie by now, runs no more. */
__attribute__((noreturn)) void sched_leave_locked(void);

__attribute__((noreturn)) void sched_idle(void);

/* A lock whose waiters sleep, for work that itself may sleep. */
struct sched_mutex {
    struct lock lock;
    bool held;
};

void sched_mutex_take(struct sched_mutex *mutex);
void sched_mutex_drop(struct sched_mutex *mutex);

#endif
