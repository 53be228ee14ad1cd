/* SPDX-License-Identifier: ISC */
/*
 * Ethernet frames in a stream of bytes, each behind its length in four bytes, the highest first: as
 * QEMU's -netdev stream and passt have it. The stream is hostile: what is too long for a card is
 * passed over and counted; a length that no network has ends the stream.
 */
#ifndef IO_IO_ETHER_WIRE_H
#define IO_IO_ETHER_WIRE_H

#include "io/io_ether.h"

#define IO_ETHER_WIRE_PREFIX 4u
#define IO_ETHER_WIRE_SANE   65536u /* bytes of the longest frame that is passed over */
#define IO_ETHER_WIRE_BUFFER 65536u

struct io_ether_wire {
    u32 start, end; /* of what is not taken yet */
    u32 skip;       /* bytes still to come of a frame that is passed over */
    bool broken;    /* this is no such stream */
    u8 data[IO_ETHER_WIRE_BUFFER];
};

void io_ether_wire_reset(struct io_ether_wire *w);

u32 io_ether_wire_room(const struct io_ether_wire *w); /* bytes */
/* At most so many. */
void io_ether_wire_add(struct io_ether_wire *w, const void *data, u32 len);
/* The next frame, if it is there whole: its length, or 0. `frame` holds until the next call. */
MUST_CHECK u32 io_ether_wire_take(struct io_ether_wire *w, const u8 **frame,
                                  struct io_ether_counters *counters);

#endif
