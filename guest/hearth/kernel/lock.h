/* SPDX-License-Identifier: ISC */
/*
 * Spin locks. The kernel runs with interrupts off (only the idle loop and kbench turn them on,
 * holding no lock), so a lock needs no more than an atomic word. Order, outer first:
 * mutexes, files and pipes, devices and console, sched_lock, vm_lock and memory.
 */
#ifndef LOCK_H
#define LOCK_H

#include "types.h"

struct lock {
    volatile u32 held;
};

void lock_take(struct lock *lock);
void lock_drop(struct lock *lock);

#endif
