/* SPDX-License-Identifier: ISC */
/*
 * Frames on System/161's network: a link header of four big-endian halfwords (magic, sender, length
 * of the whole frame, receiver), then data. Cards and hub check alike. Source of facts: the
 * document devices and the programs hub161 and sys161 of System/161 2.0.8.
 */
#ifndef IO_IO_NET_H
#define IO_IO_NET_H

#include "lib/bits.h"

#define IO_NET_HEADER    8u
#define IO_NET_MAX       4096u /* bytes of a frame, header included */
#define IO_NET_MAGIC     0xa4b3u
#define IO_NET_HUB       0x0000u /* as receiver: the hub itself, a keep-alive */
#define IO_NET_BROADCAST 0xffffu

enum io_net_fault {
    IO_NET_GOOD,
    IO_NET_RUNT,  /* shorter than its header */
    IO_NET_FRAME, /* another magic */
    IO_NET_SIZE,  /* not as long as it says */
};

static inline u32 io_net_magic(const void *frame)
{
    return load_be16(frame);
}

static inline u32 io_net_from(const void *frame)
{
    return load_be16((const u8 *)frame + 2);
}

static inline u32 io_net_len(const void *frame)
{
    return load_be16((const u8 *)frame + 4);
}

static inline u32 io_net_to(const void *frame)
{
    return load_be16((const u8 *)frame + 6);
}

static inline void io_net_put_header(void *frame, u32 from, u32 len, u32 to)
{
    u8 *p = frame;
    store_be16(p, IO_NET_MAGIC);
    store_be16(p + 2, (u16)from);
    store_be16(p + 4, (u16)len);
    store_be16(p + 6, (u16)to);
}

static inline enum io_net_fault io_net_check(const void *frame, size_t len)
{
    if (len < IO_NET_HEADER)
        return IO_NET_RUNT;
    if (io_net_magic(frame) != IO_NET_MAGIC)
        return IO_NET_FRAME;
    return io_net_len(frame) == len && len <= IO_NET_MAX ? IO_NET_GOOD : IO_NET_SIZE;
}

#endif
