/* SPDX-License-Identifier: ISC */
/* Shared by vmm_debug.c (run control), vmm_debug_target.c (the CPUs as GDB sees them) and
 * vmm_debug_monitor.c (GDB's monitor commands). */
#ifndef VMM_VMM_DEBUG_INT_H
#define VMM_VMM_DEBUG_INT_H

#include "debug/gdb_server.h"
#include "vmm/vmm_debug.h"

/* GDB asks for both kinds of breakpoint at one place; the CPUs have one. */
struct vmm_debug_break {
    gva va;
    int asid;
    bool soft, hard;
};

struct vmm_debug {
    struct machine *m;
    struct vmm_debug_config config;
    char *address;
    struct debug_target_ops ops;
    struct debug_target target;
    struct gdb_server *server;

    bool stopped; /* the machine stands still, for the debugger that is there or to come */
    struct debug_stop stop;
    struct debug_action action[MACHINE_MAX_CPUS]; /* of the last resume */
    bool restart;
    bool was_asked;

    struct vmm_debug_break *brk; /* as many as inserted */
    unsigned nbrk;
};

/* vmm_debug_target.c: all but run control */
void vmm_debug_target_init(struct vmm_debug *d, struct debug_target_ops *ops);
enum debug_point_kind vmm_debug_target_break_kind(const struct vmm_debug *d, gva va);

/* vmm_debug_monitor.c */
extern const struct debug_command vmm_debug_monitor_commands[];
extern const unsigned vmm_debug_monitor_ncommands;

#endif
