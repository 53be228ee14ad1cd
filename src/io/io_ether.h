/* SPDX-License-Identifier: ISC */
/*
 * The cable of an Ethernet card. Frames begin with the destination's address and have no checksum
 * at their end. Every back end io_ether_*.c is one end of such a cable; io_ether_mem.h is the fake.
 */
#ifndef IO_IO_ETHER_H
#define IO_IO_ETHER_H

#include "lib/types.h"

#define IO_ETHER_ADDRESS 6u
#define IO_ETHER_HEADER  14u
#define IO_ETHER_MAX     1518u /* bytes of a frame: header, 1500, and a VLAN's tag */

struct io_ether_counters {
    u64 in, out;  /* frames that crossed */
    u64 too_long; /* came in, and were no frames for us: too long or too short */
    u64 lost_in;  /* came in while too many waited for the machine */
    u64 lost_out; /* were sent while nobody took them */
};

struct io_ether {
    /* A frame of IO_ETHER_HEADER to IO_ETHER_MAX bytes; others are not sent. Lost if nobody takes
     * it at once. May be as short as its sender likes: nobody pads. */
    void (*send)(void *ctx, const void *frame, u32 len);
    /* What came in since the last call, for the intake: such a frame; or one byte, whether there is
     * a carrier now (at first there is none). *len is the room, more than IO_ETHER_MAX; then
     * the length. */
    MUST_CHECK bool (*poll)(void *ctx, u8 *data, u32 *len);
    void (*close)(void *ctx);
    const struct io_ether_counters *(*counters)(const void *ctx);
    void *ctx;
};

static inline bool io_ether_len_ok(u64 len)
{
    return len >= IO_ETHER_HEADER && len <= IO_ETHER_MAX;
}

#endif
