/* SPDX-License-Identifier: ISC */
/*
 * The bus controller in slot 31: configuration of all slots, interrupt routing, start of further
 * CPUs, power. The multiprocessor board (device 10), or the old uniprocessor board (device 1).
 */
#ifndef DEV_LB_MAINBOARD_H
#define DEV_LB_MAINBOARD_H

#include "dev/lb.h"

struct lb_mainboard_config {
    u32 ram_size;   /* bytes; what RAMSZ reads */
    unsigned ncpus; /* 1 to LB_MAX_CPUS; they are numbers 0 to ncpus-1 */
    bool old;       /* the uniprocessor board: no CPU control regions, ncpus is 1 */
    bool extended;  /* ours: device revision 2, with register EXIT (not with `old`) */
};

struct lb_mainboard;

/* Plugs itself into slot 31 and takes the bus's interrupt lines. `bus`, `ops` and `ctx` are
 * borrowed; ops may be called from lb_bus_reset on. */
struct lb_mainboard *lb_mainboard_new(const struct dev_env *env, struct lb_bus *bus,
                                      const struct lb_mainboard_config *config,
                                      const struct lb_cpu_ops *ops, void *ctx);
void lb_mainboard_free(struct lb_mainboard *mb);

extern const struct lb_class lb_mainboard_class, lb_mainboard_extended_class, lb_oldmainboard_class;

#endif
