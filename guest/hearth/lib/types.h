/* SPDX-License-Identifier: ISC */
/* Fixed-size scalars, shared by kernel and programs. */
#ifndef TYPES_H
#define TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

_Static_assert(sizeof(u32) == 4 && sizeof(void *) == 4, "hearth is a 32-bit system");

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE_SIZE       4096u
#define PAGE_MASK       (PAGE_SIZE - 1)

static inline u32 page_up(u32 n)
{
    return (n + PAGE_MASK) & ~PAGE_MASK;
}
static inline u32 page_down(u32 n)
{
    return n & ~PAGE_MASK;
}
static inline u32 min_u32(u32 a, u32 b)
{
    return a < b ? a : b;
}

#endif
