/* SPDX-License-Identifier: ISC */
/* Shared by vmm_debug.c (run control), vmm_debug_target.c (the CPUs as GDB sees them) and
 * vmm_debug_monitor.c, vmm_debug_past.c (GDB's monitor commands). */
#ifndef VMM_VMM_DEBUG_INT_H
#define VMM_VMM_DEBUG_INT_H

#include "debug/gdb_server.h"
#include "vmm/vmm_debug.h"
#include "vmm/vmm_past.h"

/* GDB asks for both kinds of breakpoint at one place; the CPUs have one. */
struct vmm_debug_break {
    gva va;
    int asid;
    bool soft, hard;
};

enum vmm_debug_back {
    VMM_DEBUG_ON,
    VMM_DEBUG_BACK_STEP, /* one instruction of CPU `back_cpu` */
    VMM_DEBUG_BACK,
};

struct vmm_debug {
    struct machine *m;
    struct vmm_past *past; /* NULL: none is kept */
    enum vmm_debug_back direction;
    unsigned back_cpu;
    struct vmm_debug_config config;
    char *address;
    struct debug_target_ops ops;
    struct debug_target target;
    struct gdb_server *server;

    bool stopped; /* the machine stands still, for the debugger that is there or to come */
    struct debug_stop stop, present;              /* the last; where the present stopped */
    struct debug_action action[MACHINE_MAX_CPUS]; /* of the last resume */
    bool restart;
    bool was_asked;

    struct vmm_debug_break *brk; /* as many as inserted */
    unsigned nbrk;
};

/* What is looked at: the machine, or what it was. */
static inline struct machine *vmm_debug_seen(const struct vmm_debug *d)
{
    struct machine *past = vmm_past_machine(d->past);
    return past ? past : d->m;
}

/* vmm_debug.c: the debugger is about to change what no recording has. */
void vmm_debug_changes(struct vmm_debug *d);

/* vmm_debug_target.c: all but run control */
void vmm_debug_target_init(struct vmm_debug *d, struct debug_target_ops *ops);
enum debug_point_kind vmm_debug_target_break_kind(const struct vmm_debug *d, gva va);

/* vmm_debug.c: who goes from the present into the past comes back to where it had stopped. */
void vmm_debug_leaves(struct vmm_debug *d);

/* vmm_debug_past.c: monitor commands */
enum err vmm_debug_when(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                        struct error *e);
enum err vmm_debug_seek(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                        struct error *e);
enum err vmm_debug_events(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                          struct error *e);

/* vmm_debug_monitor.c */
extern const struct debug_command vmm_debug_monitor_commands[];
extern const unsigned vmm_debug_monitor_ncommands;

#endif
