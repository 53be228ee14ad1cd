/* SPDX-License-Identifier: ISC */
/* Processes. The slot in the table is the ASID, hence the limit of 63. */
#ifndef PROC_H
#define PROC_H

#include "abi.h"
#include "types.h"

#define PROC_MAX        64 /* slot 0 stays empty: ASID 0 belongs to nobody */
#define PROC_NAME       16
#define PROC_STACK_MARK 0x57ac4u

struct file;
struct format_text;
struct trap_frame;
struct vm_space;

enum proc_state {
    PROC_FREE,
    PROC_NEW,
    PROC_READY,
    PROC_RUNNING,
    PROC_SLEEPING,
    PROC_ZOMBIE
};

struct proc {
    enum proc_state state; /* this and all up to killed: under sched_lock */
    struct proc *next;     /* in the ready queue */
    const void *channel;   /* what it sleeps on */
    struct proc *parent;
    int status;  /* once a zombie */
    int awaited; /* the child it waits for; -1: any */
    bool killed; /* to end as soon as it is in user mode */
    u32 pid;
    u32 ticks; /* time slices used up */
    u32 last_cpu;
    u32 wake_ms;       /* see clock.c */
    char *stack;       /* kernel stack, PROC_STACK_MARK at its end */
    void *saved_stack; /* while it doesn't run */
    struct vm_space *space;
    struct file *files[ABI_FILES];
    char name[PROC_NAME];
};

/* The arguments of a program: count strings, one behind the other. Allocated as a page. */
struct proc_args {
    u32 count;
    u32 length;
    char text[ABI_ARGS];
};

extern struct proc proc_table[PROC_MAX];

struct proc *proc_self(void);

/* These return a process number or an error. The program is loaded before the call returns. */
int proc_spawn(const char *path, const struct proc_args *args);
int proc_fork(struct proc *parent, const struct trap_frame *frame);
int proc_wait(int pid, int *status); /* pid -1: any child. Waits. */

__attribute__((noreturn)) void proc_exit(int status);

/* ^C: end what the shell waits for, with all that it started. */
void proc_interrupt(void);

void proc_print(struct format_text *out);

#endif
