/* SPDX-License-Identifier: ISC */
/* What the device models of all boards share among themselves and nobody else needs. */
#ifndef DEV_DEV_INT_H
#define DEV_DEV_INT_H

#include "dev/dev.h"
#include "state/state.h"

/* The two fields of an embedded event that a snapshot carries. */
#define DEV_STATE_EVENT(strukt, ev)                                                                \
    STATE_FIELD(strukt, ev.when, U64, 1), STATE_FIELD(strukt, ev.armed, BOOL, 1)

static inline void dev_odd(const struct dev_env *env, const char *what)
{
    env->misuse(env->ctx, DEV_ODD, what);
}

static inline void dev_wrong(const struct dev_env *env, const char *what)
{
    env->misuse(env->ctx, DEV_WRONG, what);
}

/* Forgets the time too, so that a reset leaves no trace of what was before. */
static inline void dev_disarm(struct event *ev)
{
    event_disarm(ev);
    ev->when = 0;
}

#endif
