/* SPDX-License-Identifier: ISC */
/*
 * Hardware trace control (device 8): what a guest tells the monitor about tracing and debugging.
 */
#ifndef DEV_LB_TRACE_H
#define DEV_LB_TRACE_H

#include "dev/lb.h"

/* Each hook may be NULL. */
struct lb_trace_hooks {
    void (*print)(void *ctx, u32 code);      /* debugging printout */
    void (*dump)(void *ctx, u32 code);       /* system state dump */
    void (*debug)(void *ctx);                /* software debugger request */
    void (*profile)(void *ctx, bool enable); /* sampling; also called after a load */
    void (*profile_clear)(void *ctx);
    void *ctx;
};

struct lb_trace;

/* `tracing`: the machine's, whose letters the guest may set; NULL: the registers have no effect.
 * `profiling`: a profile is being collected, and sampling is on at first. */
struct lb_trace *lb_trace_new(const struct dev_env *env, struct trace *tracing, bool profiling,
                              const struct lb_trace_hooks *hooks);
void lb_trace_free(struct lb_trace *t);

extern const struct lb_class lb_trace_class;

#endif
