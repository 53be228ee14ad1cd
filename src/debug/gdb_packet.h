/* SPDX-License-Identifier: ISC */
/*
 * GDB's remote protocol below its meaning: framing, checksums, escapes and hexadecimal digits.
 * Source: "Debugging with GDB", appendix Remote Protocol.
 */
#ifndef DEBUG_GDB_PACKET_H
#define DEBUG_GDB_PACKET_H

#include "lib/buf.h"
#include "lib/types.h"

#define GDB_PACKET_MAX 0x4000 /* bytes between $ and #; told as PacketSize */

enum gdb_event {
    GDB_NOTHING, /* more bytes are needed */
    GDB_PACKET,
    GDB_DAMAGED,  /* wrong checksum */
    GDB_TOO_LONG, /* a packet, but nothing of it was kept */
    GDB_INTERRUPT,
    GDB_REPEAT, /* the other side did not get our packet */
};

struct gdb_reader {
    enum {
        GDB_OUTSIDE,
        GDB_INSIDE,
        GDB_CHECK_1,
        GDB_CHECK_2,
    } state;
    u8 sum, check;
    bool bad_digit;
    u32 len; /* of the packet; more than GDB_PACKET_MAX: too long */
    u8 data[GDB_PACKET_MAX];
};

/* After GDB_PACKET, data[0..len) is the packet until the next byte. */
enum gdb_event gdb_packet_byte(struct gdb_reader *r, u8 byte);

void gdb_packet_put(struct buf *out, const void *data, size_t len); /* data is escaped already */
void gdb_packet_escape(struct buf *out, const void *data, size_t len);
void gdb_packet_hex(struct buf *out, const void *data, size_t len);
/* In place; the new length. */
u32 gdb_packet_unescape(u8 *data, u32 len);

/* What is left to read of a packet. Functions that return false leave it somewhere. */
struct gdb_args {
    const u8 *p, *end;
};

bool gdb_args_char(struct gdb_args *a, char c);
bool gdb_args_word(struct gdb_args *a, const char *word); /* false: nothing was taken */
bool gdb_args_number(struct gdb_args *a, u64 *n);         /* hexadecimal, of any length */
bool gdb_args_bytes(struct gdb_args *a, u8 *out, u32 n);  /* n pairs of digits */
static inline bool gdb_args_end(const struct gdb_args *a)
{
    return a->p == a->end;
}
static inline u32 gdb_args_left(const struct gdb_args *a)
{
    return (u32)(a->end - a->p);
}

#endif
