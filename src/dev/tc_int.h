/* SPDX-License-Identifier: ISC */
/* What the models of a DECstation share among themselves and nobody else needs. */
#ifndef DEV_TC_INT_H
#define DEV_TC_INT_H

#include "dev/dev.h"
#include "state/state.h"

/* The two fields of an embedded event that a snapshot carries. */
#define TC_STATE_EVENT(strukt, ev)                                                                 \
    STATE_FIELD(strukt, ev.when, U64, 1), STATE_FIELD(strukt, ev.armed, BOOL, 1)

static inline void tc_odd(const struct dev_env *env, const char *what)
{
    env->misuse(env->ctx, DEV_ODD, what);
}

static inline void tc_wrong(const struct dev_env *env, const char *what)
{
    env->misuse(env->ctx, DEV_WRONG, what);
}

/* Forgets the time too, so that a reset leaves no trace of what was before. */
static inline void tc_disarm(struct event *ev)
{
    event_disarm(ev);
    ev->when = 0;
}

/* A byte lane of a register that is read as a whole. */
static inline u32 tc_lane(u32 val, u32 off)
{
    return val >> 8 * (off & 3);
}

/* What a register holds after some of its bytes were written; `from`: its first one's offset. */
static inline u32 tc_merge(u32 old, u32 from, u32 off, unsigned size, u32 val)
{
    unsigned shift = 8 * (off - from);
    u32 mask = (size == 4 ? ~0u : (1u << 8 * size) - 1) << shift;
    return (old & ~mask) | (val << shift & mask);
}

#endif
