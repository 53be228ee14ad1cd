/* SPDX-License-Identifier: ISC */
/*
 * Timer and clock card (device 2): wall clock, countdown in microseconds, speaker.
 */
#ifndef DEV_LB_TIMER_H
#define DEV_LB_TIMER_H

#include "dev/lb.h"

struct lb_timer_config {
    u64 epoch; /* ns since 1970 at cycle 0, read from the host by the machine through its intake */
    void (*beep)(void *ctx); /* the speaker; NULL: silent */
    void *ctx;
};

struct lb_timer;

struct lb_timer *lb_timer_new(const struct dev_env *env, struct dev_line line,
                              const struct lb_timer_config *config);
void lb_timer_free(struct lb_timer *t);

extern const struct lb_class lb_timer_class;

#endif
