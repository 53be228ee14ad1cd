/* SPDX-License-Identifier: ISC */
/* What the models of a DECstation share among themselves and nobody else needs. */
#ifndef DEV_TC_INT_H
#define DEV_TC_INT_H

#include "dev/dev_int.h"

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

/* A position in pixels of a Brooktree chip: 12 bits, of which the last 64 values are negative. */
static inline i32 tc_position(const u8 *low, u32 zero)
{
    u32 at = (u32)(low[1] << 8 | low[0]);
    return (i32)(at < 0xfc0 ? at : at - 0x1000) - (i32)zero;
}

#endif
