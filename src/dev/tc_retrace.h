/* SPDX-License-Identifier: ISC */
/*
 * The end of each picture that a frame buffer sends to its display, and the interrupt then. Part
 * of a card, and of its field table. While the interrupt waits to be acknowledged nothing is
 * armed, so a guest that does not use it is not kept awake.
 */
#ifndef DEV_TC_RETRACE_H
#define DEV_TC_RETRACE_H

#include "dev/dev_int.h"

struct tc_retrace {
    const struct dev_env *env;
    struct dev_line line;
    u64 period; /* cycles */

    bool enabled, pending;
    struct event next; /* armed: enabled and not pending */
};

void tc_retrace_init(struct tc_retrace *r, const struct dev_env *env, struct dev_line line,
                     u64 period_ns);
void tc_retrace_reset(struct tc_retrace *r, bool enabled, bool pending);
void tc_retrace_enable(struct tc_retrace *r, bool on);
void tc_retrace_acknowledge(struct tc_retrace *r);
u64 tc_retrace_frame(const struct tc_retrace *r); /* number of the picture that is being sent */
void tc_retrace_loaded(struct tc_retrace *r);

#define TC_RETRACE_STATE(strukt, member)                                                           \
    STATE_FIELD(strukt, member.enabled, BOOL, 1), STATE_FIELD(strukt, member.pending, BOOL, 1),    \
        DEV_STATE_EVENT(strukt, member.next)

#endif
