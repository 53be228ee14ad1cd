/* SPDX-License-Identifier: ISC */
#include "io/io_ether_wire.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <string.h>

void io_ether_wire_reset(struct io_ether_wire *w)
{
    w->start = w->end = w->skip = 0;
    w->broken = false;
}

u32 io_ether_wire_room(const struct io_ether_wire *w)
{
    return w->broken ? 0 : IO_ETHER_WIRE_BUFFER - (w->end - w->start);
}

void io_ether_wire_add(struct io_ether_wire *w, const void *data, u32 len)
{
    BUG_ON(len > io_ether_wire_room(w));
    if (w->end + len > IO_ETHER_WIRE_BUFFER) {
        memmove(w->data, w->data + w->start, w->end - w->start);
        w->end -= w->start;
        w->start = 0;
    }
    memcpy(w->data + w->end, data, len);
    w->end += len;
}

static void io_ether_wire_skip(struct io_ether_wire *w)
{
    u32 have = w->end - w->start;
    u32 n = w->skip < have ? w->skip : have;
    w->start += n;
    w->skip -= n;
}

u32 io_ether_wire_take(struct io_ether_wire *w, const u8 **frame,
                       struct io_ether_counters *counters)
{
    for (;;) {
        io_ether_wire_skip(w);
        if (w->broken || w->end - w->start < IO_ETHER_WIRE_PREFIX)
            return 0;
        u32 len = load_be32(w->data + w->start);
        bool good = io_ether_len_ok(len);
        if (good && w->end - w->start < IO_ETHER_WIRE_PREFIX + len)
            return 0;
        *frame = w->data + w->start + IO_ETHER_WIRE_PREFIX;
        if (good) {
            w->start += IO_ETHER_WIRE_PREFIX + len;
            counters->in++;
            return len;
        }
        counters->too_long++;
        w->broken = len > IO_ETHER_WIRE_SANE;
        w->skip = IO_ETHER_WIRE_PREFIX + len;
    }
}
