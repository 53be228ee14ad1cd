/* SPDX-License-Identifier: ISC */
/*
 * A back end's frames that wait for the machine, its carrier and its counters. Bounded: what comes
 * while it is full is lost and counted.
 */
#ifndef IO_IO_ETHER_QUEUE_H
#define IO_IO_ETHER_QUEUE_H

#include "io/io_ether.h"

struct io_ether_frame {
    u32 len;
    u8 data[IO_ETHER_MAX];
};

struct io_ether_queue {
    struct io_ether_counters counters;
    bool carrier, told; /* told: what the machine knows */
    unsigned head, count, max;
    struct io_ether_frame *frame; /* a ring of max; NULL: nothing waits here */
};

void io_ether_queue_init(struct io_ether_queue *q, unsigned max); /* 0: only carrier and counters */
void io_ether_queue_fini(struct io_ether_queue *q);               /* safe on zeroed memory */

/* At its end: what was lost, to the person, if anything was. */
void io_ether_queue_report(const struct io_ether_queue *q, const char *label);

void io_ether_queue_put(struct io_ether_queue *q, const void *frame, size_t len);
static inline unsigned io_ether_queue_room(const struct io_ether_queue *q)
{
    return q->max - q->count;
}

/* The one that was put last, if it is still there. */
static inline struct io_ether_frame *io_ether_queue_last(const struct io_ether_queue *q)
{
    return q->count ? &q->frame[(q->head + q->count - 1) % q->max] : NULL;
}

/* As struct io_ether's poll. News of the carrier come before frames. */
MUST_CHECK bool io_ether_queue_take(struct io_ether_queue *q, u8 *data, u32 *len);

#endif
