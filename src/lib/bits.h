/* SPDX-License-Identifier: ISC */
/*
 * Bit fields and byte order. Loads and stores take byte pointers of any alignment.
 */
#ifndef LIB_BITS_H
#define LIB_BITS_H

#include "lib/types.h"

#include <string.h>

/* Bits lo..lo+n-1 of x, right-justified. */
static inline u32 bits_get(u32 x, unsigned lo, unsigned n)
{
    return (x >> lo) & (n >= 32 ? 0xffffffffu : (1u << n) - 1u);
}

/* The low n bits of x as a signed number (1 <= n <= 32). */
static inline i32 bits_sext(u32 x, unsigned n)
{
    return (i32)(x << (32 - n)) >> (32 - n);
}

static inline u16 load_le16(const void *p)
{
    u16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline u32 load_le32(const void *p)
{
    u32 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline u64 load_le64(const void *p)
{
    u64 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline u16 load_be16(const void *p)
{
    return __builtin_bswap16(load_le16(p));
}

static inline u32 load_be32(const void *p)
{
    return __builtin_bswap32(load_le32(p));
}

static inline void store_le16(void *p, u16 v)
{
    memcpy(p, &v, sizeof v);
}

static inline void store_le32(void *p, u32 v)
{
    memcpy(p, &v, sizeof v);
}

static inline void store_le64(void *p, u64 v)
{
    memcpy(p, &v, sizeof v);
}

static inline void store_be16(void *p, u16 v)
{
    store_le16(p, __builtin_bswap16(v));
}

static inline void store_be32(void *p, u32 v)
{
    store_le32(p, __builtin_bswap32(v));
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "hosts are little-endian: see load_le*");

#endif
