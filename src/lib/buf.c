/* SPDX-License-Identifier: ISC */
#include "lib/buf.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_fini(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

u8 *buf_extend(struct buf *b, size_t n)
{
    if (!b->data || b->cap - b->len < n) {
        b->cap = b->cap * 2 + n + 64;
        b->data = xrealloc(b->data, b->cap);
    }
    u8 *p = b->data + b->len;
    b->len += n;
    return p;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    if (n)
        memcpy(buf_extend(b, n), p, n);
}

void buf_put_u8(struct buf *b, u8 v)
{
    *buf_extend(b, 1) = v;
}

void buf_put_le16(struct buf *b, u16 v)
{
    store_le16(buf_extend(b, 2), v);
}

void buf_put_le32(struct buf *b, u32 v)
{
    store_le32(buf_extend(b, 4), v);
}

void buf_put_le64(struct buf *b, u64 v)
{
    store_le64(buf_extend(b, 8), v);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n > 0) {
        vsnprintf((char *)buf_extend(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
        b->len--;
    }
    va_end(again);
}

struct buf_reader buf_read(const void *p, size_t n)
{
    return (struct buf_reader){.p = p, .end = n ? (const u8 *)p + n : p};
}

const u8 *buf_get(struct buf_reader *r, size_t n)
{
    if (r->bad || (size_t)(r->end - r->p) < n) {
        r->bad = true;
        return NULL;
    }
    const u8 *p = r->p;
    r->p += n;
    return p;
}

u8 buf_get_u8(struct buf_reader *r)
{
    const u8 *p = buf_get(r, 1);
    return p ? *p : 0;
}

u16 buf_get_le16(struct buf_reader *r)
{
    const u8 *p = buf_get(r, 2);
    return p ? load_le16(p) : 0;
}

u32 buf_get_le32(struct buf_reader *r)
{
    const u8 *p = buf_get(r, 4);
    return p ? load_le32(p) : 0;
}

u64 buf_get_le64(struct buf_reader *r)
{
    const u8 *p = buf_get(r, 8);
    return p ? load_le64(p) : 0;
}
