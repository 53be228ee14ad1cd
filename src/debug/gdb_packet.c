/* SPDX-License-Identifier: ISC */
#include "debug/gdb_packet.h"

#include <string.h>

static int gdb_packet_digit(u8 c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void gdb_packet_begin(struct gdb_reader *r)
{
    r->state = GDB_INSIDE;
    r->sum = 0;
    r->len = 0;
}

static enum gdb_event gdb_packet_outside(struct gdb_reader *r, u8 byte)
{
    if (byte == '$')
        gdb_packet_begin(r);
    return byte == 3 ? GDB_INTERRUPT : byte == '-' ? GDB_REPEAT : GDB_NOTHING;
}

static enum gdb_event gdb_packet_inside(struct gdb_reader *r, u8 byte)
{
    if (byte == '#') {
        r->state = GDB_CHECK_1;
    } else if (byte == '$') { /* the rest of the last one was lost: in a packet it is escaped */
        gdb_packet_begin(r);
    } else {
        r->sum = (u8)(r->sum + byte);
        if (r->len < GDB_PACKET_MAX)
            r->data[r->len] = byte;
        r->len += r->len <= GDB_PACKET_MAX;
    }
    return GDB_NOTHING;
}

static enum gdb_event gdb_packet_check(struct gdb_reader *r, u8 byte)
{
    int digit = gdb_packet_digit(byte);
    bool first = r->state == GDB_CHECK_1;
    r->bad_digit = digit < 0 || (!first && r->bad_digit);
    r->check = (u8)((first ? 0 : r->check << 4) | (digit < 0 ? 0 : digit));
    r->state = first ? GDB_CHECK_2 : GDB_OUTSIDE;
    if (first)
        return GDB_NOTHING;
    if (r->bad_digit || r->check != r->sum)
        return GDB_DAMAGED;
    return r->len > GDB_PACKET_MAX ? GDB_TOO_LONG : GDB_PACKET;
}

enum gdb_event gdb_packet_byte(struct gdb_reader *r, u8 byte)
{
    switch (r->state) {
    case GDB_OUTSIDE:
        return gdb_packet_outside(r, byte);
    case GDB_INSIDE:
        return gdb_packet_inside(r, byte);
    default:
        return gdb_packet_check(r, byte);
    }
}

/* ---- writing ---- */

static const char gdb_packet_digits[] = "0123456789abcdef";

void gdb_packet_put(struct buf *out, const void *data, size_t len)
{
    const u8 *p = data;
    u8 sum = 0;
    for (size_t i = 0; i < len; i++)
        sum = (u8)(sum + p[i]);
    buf_put_u8(out, '$');
    buf_put(out, data, len);
    buf_put_u8(out, '#');
    gdb_packet_hex(out, &sum, 1);
}

void gdb_packet_escape(struct buf *out, const void *data, size_t len)
{
    const u8 *p = data;
    for (size_t i = 0; i < len; i++) {
        bool special = p[i] == '#' || p[i] == '$' || p[i] == '}' || p[i] == '*';
        if (special)
            buf_put_u8(out, '}');
        buf_put_u8(out, special ? p[i] ^ 0x20 : p[i]);
    }
}

void gdb_packet_hex(struct buf *out, const void *data, size_t len)
{
    const u8 *p = data;
    u8 *to = buf_extend(out, 2 * len);
    for (size_t i = 0; i < len; i++) {
        *to++ = (u8)gdb_packet_digits[p[i] >> 4];
        *to++ = (u8)gdb_packet_digits[p[i] & 15];
    }
}

/* ---- reading ---- */

u32 gdb_packet_unescape(u8 *data, u32 len)
{
    u32 n = 0;
    for (u32 i = 0; i < len; i++) {
        if (data[i] == '}' && i + 1 < len)
            data[n++] = data[++i] ^ 0x20;
        else
            data[n++] = data[i];
    }
    return n;
}

bool gdb_args_char(struct gdb_args *a, char c)
{
    if (gdb_args_end(a) || *a->p != (u8)c)
        return false;
    a->p++;
    return true;
}

bool gdb_args_word(struct gdb_args *a, const char *word)
{
    size_t n = strlen(word);
    if (gdb_args_left(a) < n || memcmp(a->p, word, n) != 0)
        return false;
    a->p += n;
    return true;
}

bool gdb_args_number(struct gdb_args *a, u64 *n)
{
    const u8 *start = a->p;
    *n = 0;
    for (int digit; !gdb_args_end(a) && (digit = gdb_packet_digit(*a->p)) >= 0; a->p++)
        *n = *n << 4 | (u64)digit;
    return a->p != start;
}

bool gdb_args_bytes(struct gdb_args *a, u8 *out, u32 n)
{
    if (gdb_args_left(a) / 2 < n)
        return false;
    for (; n; n--, a->p += 2) {
        int high = gdb_packet_digit(a->p[0]), low = gdb_packet_digit(a->p[1]);
        if (high < 0 || low < 0)
            return false;
        *out++ = (u8)(high << 4 | low);
    }
    return true;
}
