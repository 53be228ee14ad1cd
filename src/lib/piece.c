/* SPDX-License-Identifier: ISC */
#include "lib/piece.h"

#include <string.h>

u64 piece_total(const struct piece *v, unsigned n)
{
    u64 sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += v[i].len;
    return sum;
}

unsigned piece_from(const struct piece *v, unsigned n, u64 off, struct piece *out, unsigned max)
{
    unsigned found = 0;
    for (unsigned i = 0; i < n && found < max; i++) {
        if (off >= v[i].len) {
            off -= v[i].len;
            continue;
        }
        out[found++] = (struct piece){.p = v[i].p + off, .len = v[i].len - off};
        off = 0;
    }
    return found;
}

enum piece_way {
    PIECE_GET,
    PIECE_PUT,
    PIECE_ZERO,
};

static void piece_copy(enum piece_way way, u8 *at, u8 *buf, size_t len)
{
    if (way == PIECE_GET)
        memcpy(buf, at, len);
    else if (way == PIECE_PUT)
        memcpy(at, buf, len);
    else
        memset(at, 0, len);
}

static u64 piece_each(enum piece_way way, const struct piece *v, unsigned n, u64 off, u8 *buf,
                      u64 len)
{
    u64 done = 0;
    for (unsigned i = 0; i < n && done < len; i++) {
        if (off >= v[i].len) {
            off -= v[i].len;
            continue;
        }
        size_t room = v[i].len - off, part = room < len - done ? room : (size_t)(len - done);
        piece_copy(way, v[i].p + off, buf ? buf + done : NULL, part);
        done += part;
        off = 0;
    }
    return done;
}

size_t piece_get(const struct piece *v, unsigned n, u64 off, void *buf, size_t len)
{
    return piece_each(PIECE_GET, v, n, off, buf, len);
}

size_t piece_put(const struct piece *v, unsigned n, u64 off, const void *buf, size_t len)
{
    return piece_each(PIECE_PUT, v, n, off, (u8 *)(uintptr_t)buf, len);
}

void piece_zero(const struct piece *v, unsigned n, u64 off, u64 len)
{
    piece_each(PIECE_ZERO, v, n, off, NULL, len);
}
