/* SPDX-License-Identifier: ISC */
/*
 * What the LAMEbus models share among themselves and nobody else needs.
 */
#ifndef DEV_LB_INT_H
#define DEV_LB_INT_H

#include "dev/lb.h"

/* The two fields of an embedded event that a snapshot carries. */
#define LB_STATE_EVENT(strukt, ev)                                                                 \
    STATE_FIELD(strukt, ev.when, U64, 1), STATE_FIELD(strukt, ev.armed, BOOL, 1)

static inline void lb_odd(const struct dev_env *env, const char *what)
{
    env->misuse(env->ctx, DEV_ODD, what);
}

static inline void lb_wrong(const struct dev_env *env, const char *what)
{
    env->misuse(env->ctx, DEV_WRONG, what);
}

/* Forgets the time too, so that a reset leaves no trace of what was before. */
static inline void lb_disarm(struct event *ev)
{
    event_disarm(ev);
    ev->when = 0;
}

#endif
