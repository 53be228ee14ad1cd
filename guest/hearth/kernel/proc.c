/* SPDX-License-Identifier: ISC */
/* The life of a process: made by spawn or fork, ended by exit, buried by wait. */
#include "proc.h"

#include "cpu.h"
#include "exec.h"
#include "file.h"
#include "format.h"
#include "mem.h"
#include "print.h"
#include "sched.h"
#include "string.h"
#include "trap.h"
#include "vm.h"

struct proc proc_table[PROC_MAX];
static struct proc *proc_first; /* the shell: the system halts when it ends */
static u32 proc_last_pid;

struct proc *proc_self(void)
{
    return cpu_self()->current;
}

static void proc_bury_locked(struct proc *proc)
{
    mem_free(proc->stack);
    proc->state = PROC_FREE;
}

/* Orphans that ended: nobody will wait for them. */
static void proc_bury_orphans_locked(void)
{
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++)
        if (p->state == PROC_ZOMBIE && !p->parent)
            proc_bury_locked(p);
}

static struct proc *proc_claim(void)
{
    struct proc *proc = NULL;

    lock_take(&sched_lock);
    proc_bury_orphans_locked();
    for (u32 i = 1; i < PROC_MAX && !proc; i++)
        if (proc_table[i].state == PROC_FREE)
            proc = &proc_table[i];
    if (proc) {
        memset(proc, 0, sizeof(*proc));
        proc->state = PROC_NEW;
        proc->pid = ++proc_last_pid;
    }
    lock_drop(&sched_lock);
    return proc;
}

static void proc_unclaim(struct proc *proc)
{
    if (proc->stack)
        mem_free(proc->stack);
    if (proc->space)
        vm_free(proc->space);
    proc->state = PROC_FREE;
}

static u32 proc_asid(const struct proc *proc)
{
    return (u32)(proc - proc_table);
}

/* A kernel stack on which the process seems to be about to return from an exception. */
static struct trap_frame *proc_make_stack(struct proc *proc)
{
    struct trap_frame *frame;
    void **saved;

    proc->stack = mem_page();
    if (!proc->stack)
        return NULL;
    *(u32 *)proc->stack = PROC_STACK_MARK;
    frame = (void *)(proc->stack + KERNEL_STACK - sizeof(*frame));
    saved = (void **)frame - 10;
    saved[9] = (void *)trap_first;
    proc->saved_stack = saved;
    return frame;
}

static void proc_inherit_files(struct proc *child, const struct proc *parent, u32 count)
{
    for (u32 i = 0; i < count; i++)
        if (parent->files[i])
            child->files[i] = file_hold(parent->files[i]);
}

static void proc_start(struct proc *proc, struct proc *parent)
{
    lock_take(&sched_lock);
    proc->parent = parent;
    if (!proc_first)
        proc_first = proc;
    sched_ready_locked(proc);
    lock_drop(&sched_lock);
}

static int proc_load(struct proc *proc, const char *path, const struct proc_args *args)
{
    struct trap_frame *frame = proc_make_stack(proc);
    int error;

    proc->space = vm_new(proc_asid(proc));
    if (!frame || !proc->space)
        return E_NOMEM;
    error = exec_load(proc->space, path, args, frame);
    if (error)
        return error;
    string_copy(proc->name, exec_base_name(path), sizeof(proc->name));
    return 0;
}

int proc_spawn(const char *path, const struct proc_args *args)
{
    struct proc *parent = proc_self(), *child = proc_claim();
    int error;

    if (!child)
        return E_TOOMANY;
    error = proc_load(child, path, args);
    if (error) {
        proc_unclaim(child);
        return error;
    }
    if (parent) {
        proc_inherit_files(child, parent, 3);
        vm_inherit_shared(child->space, parent->space);
    } else {
        file_open_console(child->files);
    }
    error = (int)child->pid;
    proc_start(child, parent);
    return error;
}

int proc_fork(struct proc *parent, const struct trap_frame *frame)
{
    struct proc *child = proc_claim();
    struct trap_frame *copy;
    int pid;

    if (!child)
        return E_TOOMANY;
    copy = proc_make_stack(child);
    child->space = copy ? vm_copy(parent->space, proc_asid(child)) : NULL;
    if (!child->space) {
        proc_unclaim(child);
        return E_NOMEM;
    }
    *copy = *frame;
    copy->reg[TRAP_V0] = 0;
    memcpy(child->name, parent->name, sizeof(child->name));
    proc_inherit_files(child, parent, ABI_FILES);
    pid = (int)child->pid;
    proc_start(child, parent);
    return pid;
}

/* Nobody will wait for these any more. */
static void proc_leave_children_locked(struct proc *proc)
{
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++)
        if (p->state != PROC_FREE && p->parent == proc)
            p->parent = NULL;
}

void proc_exit(int status)
{
    struct proc *proc = proc_self();
    struct vm_space *space = proc->space;

    if (proc == proc_first)
        print_halt((u32)status);
    for (u32 i = 0; i < ABI_FILES; i++)
        if (proc->files[i])
            file_close(proc->files[i]);
    vm_activate(NULL);
    lock_take(&sched_lock);
    proc->space = NULL;
    lock_drop(&sched_lock);
    vm_free(space);
    lock_take(&sched_lock);
    proc_leave_children_locked(proc);
    proc->status = status;
    proc->state = PROC_ZOMBIE;
    if (proc->parent)
        sched_wake_locked(proc->parent);
    sched_leave_locked();
}

static struct proc *proc_find_dead_locked(const struct proc *parent, int pid, bool *any)
{
    *any = false;
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++) {
        if (p->state == PROC_FREE || p->parent != parent || (pid >= 0 && p->pid != (u32)pid))
            continue;
        *any = true;
        if (p->state == PROC_ZOMBIE)
            return p;
    }
    return NULL;
}

int proc_wait(int pid, int *status)
{
    struct proc *self = proc_self(), *dead;
    int result = E_NOCHILD;
    bool any;

    lock_take(&sched_lock);
    self->awaited = pid;
    while (!(dead = proc_find_dead_locked(self, pid, &any)) && any && !self->killed)
        sched_sleep_locked(self);
    if (dead) {
        *status = dead->status;
        result = (int)dead->pid;
        proc_bury_locked(dead);
    }
    lock_drop(&sched_lock);
    return result;
}

static bool proc_descends_locked(const struct proc *proc, const struct proc *from)
{
    while (proc && proc != from)
        proc = proc->parent;
    return proc != NULL;
}

/* With all descendants. Sleepers wake up to notice. */
static void proc_kill_locked(const struct proc *proc)
{
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++) {
        if (p->state == PROC_FREE || !proc_descends_locked(p, proc))
            continue;
        p->killed = true;
        if (p->state == PROC_SLEEPING)
            sched_ready_locked(p);
    }
}

void proc_interrupt(void)
{
    lock_take(&sched_lock);
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++) {
        if (!proc_first || proc_first->state != PROC_SLEEPING ||
            proc_first->channel != proc_first || (int)p->pid != proc_first->awaited)
            continue;
        proc_kill_locked(p);
    }
    lock_drop(&sched_lock);
}

void proc_print(struct format_text *out)
{
    static const char *const states[] = {"free", "new", "ready", "running", "sleeping", "zombie"};

    format_text(out, "%5s %6s  %-9s %3s %6s %6s  %s\n", "pid", "parent", "state", "cpu", "ticks",
                "pages", "name");
    lock_take(&sched_lock);
    for (struct proc *p = proc_table; p < proc_table + PROC_MAX; p++)
        if (p->state != PROC_FREE)
            format_text(out, "%5u %6u  %-9s %3u %6u %6u  %s\n", p->pid,
                        p->parent ? p->parent->pid : 0, states[p->state], p->last_cpu, p->ticks,
                        p->space ? p->space->pages : 0, p->name);
    lock_drop(&sched_lock);
}
