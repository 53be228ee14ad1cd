/* SPDX-License-Identifier: ISC */
/*
 * A growing byte buffer (writer) and a bounded reader that never runs past its end.
 */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include "lib/types.h"

struct buf {
    u8 *data;
    size_t len, cap;
};

void buf_fini(struct buf *b);            /* safe on zeroed memory */
u8 *buf_extend(struct buf *b, size_t n); /* n more bytes, contents undefined */
void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_u8(struct buf *b, u8 v);
void buf_put_le16(struct buf *b, u16 v);
void buf_put_le32(struct buf *b, u32 v);
void buf_put_le64(struct buf *b, u64 v);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3); /* no zero byte */

/* Reads that would pass the end return zero (NULL) and set `bad`, which sticks. */
struct buf_reader {
    const u8 *p, *end;
    bool bad;
};

struct buf_reader buf_read(const void *p, size_t n); /* NULL is nothing */
const u8 *buf_get(struct buf_reader *r, size_t n);
u8 buf_get_u8(struct buf_reader *r);
u16 buf_get_le16(struct buf_reader *r);
u32 buf_get_le32(struct buf_reader *r);
u64 buf_get_le64(struct buf_reader *r);

#endif
