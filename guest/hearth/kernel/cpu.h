/* SPDX-License-Identifier: ISC */
/* What the kernel keeps for each CPU. Fields are written only by the CPU itself, interrupts off. */
#ifndef CPU_H
#define CPU_H

#include "cp0.h"

#define CPU_MAX   32
#define CPU_ASIDS 64

struct proc;

struct cpu {
    struct proc *current; /* null while idle */
    void *idle_stack;     /* where the idle loop was left */
    bool online;
    bool resched; /* the time slice is over */
    u32 ticks;    /* time slices used up here */
    u32 switches; /* to a process */
    u32 interrupts;
    u32 syscalls;
    u32 faults;                /* TLB exceptions that reached C */
    u32 asid_owner[CPU_ASIDS]; /* generation of the address space whose entries the TLB may hold */
};

extern struct cpu cpu_table[CPU_MAX];
extern void *cpu_stack[CPU_MAX];     /* read by trap_entry.S */
extern u32 **cpu_directory[CPU_MAX]; /* read by trap_entry.S */

static inline u32 cpu_number(void)
{
    return cp0_context() >> CPU_CONTEXT_SHIFT;
}
static inline struct cpu *cpu_self(void)
{
    return &cpu_table[cpu_number()];
}

/* First thing on a CPU: vectors, number, TLB, interrupt mask. */
void cpu_init(u32 number);

#endif
