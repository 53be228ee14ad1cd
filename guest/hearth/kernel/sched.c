/* SPDX-License-Identifier: ISC */
/*
 * The scheduler. A CPU that gives up its process takes the next one off the queue and switches to
 * it directly, or to its own idle loop. sched_lock is held over the switch: whoever runs next drops
 * it.
 */
#include "sched.h"

#include "board.h"
#include "cpu.h"
#include "print.h"
#include "proc.h"
#include "trap.h"
#include "vm.h"

struct lock sched_lock;
static struct proc *sched_head, *sched_tail; /* ready processes, first come first served */
static u32 sched_idlers;                     /* a bit for each CPU in its idle loop */

static void sched_kick_idler_locked(void)
{
    for (u32 i = 0; sched_idlers >> i; i++)
        if (sched_idlers >> i & 1) {
            sched_idlers &= ~(1u << i);
            if (i != cpu_number())
                board_kick(i);
            return;
        }
}

void sched_ready_locked(struct proc *proc)
{
    proc->state = PROC_READY;
    proc->channel = NULL;
    proc->next = NULL;
    if (sched_head)
        sched_tail->next = proc;
    else
        sched_head = proc;
    sched_tail = proc;
    sched_kick_idler_locked();
}

static struct proc *sched_take_locked(void)
{
    struct proc *proc = sched_head;

    if (proc)
        sched_head = proc->next;
    return proc;
}

static void sched_enter_locked(struct cpu *cpu, struct proc *proc)
{
    cpu->current = proc;
    if (!proc) {
        vm_activate(NULL);
        return;
    }
    proc->state = PROC_RUNNING;
    proc->last_cpu = cpu_number();
    cpu->switches++;
    cpu_stack[cpu_number()] = proc->stack + KERNEL_STACK;
    vm_activate(proc->space);
}

/* Go on with the next ready process. The current one has its new state already. */
static void sched_switch_locked(void)
{
    struct cpu *cpu = cpu_self();
    struct proc *from = cpu->current, *to = sched_take_locked();

    if (from && *(u32 *)from->stack != PROC_STACK_MARK)
        panic("kernel stack of process %u (%s) overflowed", from->pid, from->name);
    sched_enter_locked(cpu, to);
    if (to != from)
        trap_switch(from ? &from->saved_stack : &cpu->idle_stack,
                    to ? to->saved_stack : cpu->idle_stack);
}

void sched_first(void)
{
    lock_drop(&sched_lock);
}

void sched_yield(void)
{
    cpu_self()->resched = false;
    lock_take(&sched_lock);
    if (sched_head) {
        sched_ready_locked(cpu_self()->current);
        sched_switch_locked();
    }
    lock_drop(&sched_lock);
}

void sched_tick(void)
{
    struct cpu *cpu = cpu_self();

    cpu->ticks++;
    cpu->resched = true;
    if (cpu->current)
        cpu->current->ticks++;
}

void sched_sleep_locked(const void *channel)
{
    struct proc *proc = cpu_self()->current;

    if (!proc)
        panic("the idle loop wants to sleep");
    proc->channel = channel;
    proc->state = PROC_SLEEPING;
    sched_switch_locked();
}

void sched_sleep(const void *channel, struct lock *lock)
{
    lock_take(&sched_lock);
    lock_drop(lock);
    sched_sleep_locked(channel);
    lock_drop(&sched_lock);
    lock_take(lock);
}

void sched_wake_locked(const void *channel)
{
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++)
        if (p->state == PROC_SLEEPING && p->channel == channel)
            sched_ready_locked(p);
}

void sched_wake(const void *channel)
{
    lock_take(&sched_lock);
    sched_wake_locked(channel);
    lock_drop(&sched_lock);
}

void sched_leave_locked(void)
{
    sched_switch_locked();
    panic("a dead process runs");
}

/* board_wait returns at once if an interrupt came after the queue was found empty. */
void sched_idle(void)
{
    u32 me = 1u << cpu_number();

    for (;;) {
        lock_take(&sched_lock);
        sched_idlers &= ~me;
        if (sched_head)
            sched_switch_locked();
        else
            sched_idlers |= me;
        lock_drop(&sched_lock);
        if (sched_idlers & me)
            board_wait();
        cp0_irq_on();
        cp0_irq_off();
    }
}

void sched_mutex_take(struct sched_mutex *mutex)
{
    lock_take(&mutex->lock);
    while (mutex->held)
        sched_sleep(mutex, &mutex->lock);
    mutex->held = true;
    lock_drop(&mutex->lock);
}

void sched_mutex_drop(struct sched_mutex *mutex)
{
    lock_take(&mutex->lock);
    mutex->held = false;
    sched_wake(mutex);
    lock_drop(&mutex->lock);
}
