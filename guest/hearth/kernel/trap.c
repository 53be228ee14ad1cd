/* SPDX-License-Identifier: ISC */
/*
 * Exceptions, once their registers are saved. A user's mistake kills the process with a message;
 * the kernel's own is a panic.
 */
#include "trap.h"

#include "abi.h"
#include "board.h"
#include "cpu.h"
#include "print.h"
#include "proc.h"
#include "sched.h"
#include "syscall.h"
#include "vm.h"

enum trap_code {
    TRAP_INT,
    TRAP_MOD,
    TRAP_TLBL,
    TRAP_TLBS,
    TRAP_ADEL,
    TRAP_ADES,
    TRAP_SYS = 8
};

static const char *const trap_names[] = {
    "interrupt",          "write to read-only page", "TLB miss on load",
    "TLB miss on store",  "bad address on load",     "bad address on store",
    "bus error on fetch", "bus error on data",       "system call",
    "breakpoint",         "illegal instruction",     "coprocessor unusable",
    "integer overflow",
};

static u32 trap_code(const struct trap_frame *f)
{
    return (f->cause >> 2) & 31;
}

static const char *trap_name(const struct trap_frame *f)
{
    u32 code = trap_code(f);

    return code < COUNT_OF(trap_names) ? trap_names[code] : "unknown exception";
}

static bool trap_has_address(const struct trap_frame *f)
{
    return trap_code(f) >= TRAP_MOD && trap_code(f) <= TRAP_ADES;
}

static void trap_kill(struct proc *proc, const struct trap_frame *f, const char *why)
{
    if (trap_has_address(f))
        print("hearth: process %u (%s) killed: %s (pc %08x, address %08x)\n", proc->pid, proc->name,
              why, f->epc, f->badvaddr);
    else
        print("hearth: process %u (%s) killed: %s (pc %08x)\n", proc->pid, proc->name, why, f->epc);
    proc_exit(ABI_KILLED);
}

static void trap_page_fault(struct proc *proc, const struct trap_frame *f)
{
    bool write = trap_code(f) != TRAP_TLBL;
    int error = vm_fault(proc->space, f->badvaddr, write);

    cpu_self()->faults++;
    if (error == E_NOMEM)
        trap_kill(proc, f, "out of memory");
    else if (error)
        trap_kill(proc, f, write ? "may not write there" : "may not read there");
}

static void trap_user(struct proc *proc, struct trap_frame *f)
{
    switch (trap_code(f)) {
    case TRAP_SYS:
        f->epc += 4;
        syscall_do(proc, f);
        break;
    case TRAP_MOD:
    case TRAP_TLBL:
    case TRAP_TLBS:
        trap_page_fault(proc, f);
        break;
    default:
        trap_kill(proc, f, trap_name(f));
    }
}

void trap_handle(struct trap_frame *f);

void trap_handle(struct trap_frame *f)
{
    struct cpu *cpu = cpu_self();
    bool user = f->status & STATUS_KUP;

    if (trap_code(f) == TRAP_INT) {
        cpu->interrupts++;
        board_interrupt(f->cause);
    } else if (user) {
        trap_user(cpu->current, f);
    } else {
        print_panic(f, "%s in the kernel", trap_name(f));
    }
    if (!user)
        return;
    if (cpu_self()->resched)
        sched_yield();
    if (proc_self()->killed)
        proc_exit(ABI_KILLED);
}
