/* SPDX-License-Identifier: ISC */
/*
 * Random number generator (device 9): one register, pseudo-random from a seed.
 */
#ifndef DEV_LB_RANDOM_H
#define DEV_LB_RANDOM_H

#include "dev/lb.h"

struct lb_random;

struct lb_random *lb_random_new(u64 seed);
void lb_random_free(struct lb_random *r);

extern const struct lb_class lb_random_class;

#endif
