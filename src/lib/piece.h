/* SPDX-License-Identifier: ISC */
/* Stretches of memory that together are one, for input and output without a copy. */
#ifndef LIB_PIECE_H
#define LIB_PIECE_H

#include "lib/types.h"

struct piece {
    u8 *p;
    size_t len;
};

u64 piece_total(const struct piece *v, unsigned n);

/* Bytes from `off` on, as far as there are; returns how many. */
size_t piece_get(const struct piece *v, unsigned n, u64 off, void *buf, size_t len);
size_t piece_put(const struct piece *v, unsigned n, u64 off, const void *buf, size_t len);
void piece_zero(const struct piece *v, unsigned n, u64 off, u64 len);

/* The pieces from `off` on, at most `max` of them, into `out`; returns how many. */
unsigned piece_from(const struct piece *v, unsigned n, u64 off, struct piece *out, unsigned max);

#endif
