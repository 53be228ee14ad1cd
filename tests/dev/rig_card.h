/* SPDX-License-Identifier: ISC */
/* For the tests of one card: its registers and its line. RIG_CARD, defined before, is its slot. */
#ifndef DEV_RIG_CARD_H
#define DEV_RIG_CARD_H

#include "rig_cmocka.h"

static inline u32 get(struct lb_rig *r, u32 off)
{
    return rig_get(r, RIG_CARD, off);
}

static inline void set(struct lb_rig *r, u32 off, u32 val)
{
    rig_set(r, RIG_CARD, off, val);
}

static inline bool line(const struct lb_rig *r)
{
    return lb_rig_line(r, RIG_CARD);
}

#endif
