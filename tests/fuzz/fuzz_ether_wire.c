/* SPDX-License-Identifier: ISC */
/*
 * Frames in a stream. The first bytes say in what pieces the rest comes; the frames must be those
 * that a reading of the whole at once finds.
 */
#include "fuzz.h"

#include "io/io_ether_wire.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <string.h>

/* The next frame of the whole: its length, 0 at the end of all good ones. */
static u32 expect(const uint8_t **at, const uint8_t *end)
{
    while (end - *at >= 4) {
        u32 len = load_be32(*at);
        if (len > IO_ETHER_WIRE_SANE || (size_t)(end - *at - 4) < len)
            return 0;
        *at += 4 + len;
        if (io_ether_len_ok(len))
            return len;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct io_ether_wire w;
    struct io_ether_counters c = {0};
    const uint8_t *at = data + 4, *whole = at, *end = data + len;
    const u8 *frame;
    u64 frames = 0;
    if (len < 4)
        return 0;
    io_ether_wire_reset(&w);
    for (unsigned i = 0; at < end && !w.broken; i++) {
        u32 piece = 1 + data[i % 4] * (i % 3 ? 1u : 40u), room = io_ether_wire_room(&w);
        piece = piece < (size_t)(end - at) ? piece : (u32)(end - at);
        piece = piece < room ? piece : room;
        io_ether_wire_add(&w, at, piece);
        at += piece;
        for (u32 n; (n = io_ether_wire_take(&w, &frame, &c)); frames++) {
            BUG_ON(n != expect(&whole, end));
            BUG_ON(memcmp(frame, whole - n, n) != 0);
        }
    }
    BUG_ON(frames != c.in || expect(&whole, end));
    return 0;
}
