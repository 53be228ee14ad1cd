/* SPDX-License-Identifier: ISC */
#include "io/io_pixels.h"

static void io_pixels_cursor(const struct io_pixels *p, u32 y, u32 *colour)
{
    const u8 *byte = p->byte + (size_t)y * p->stride;
    const u8 *dot = p->cursor + (y - (u32)p->y) * IO_CURSOR;
    for (u32 i = 0; i < IO_CURSOR; i++) {
        u32 x = (u32)p->x + i; /* beyond the width if it is negative */
        if (x < p->width && dot[i])
            colour[x] = p->colour[dot[i]][byte[x]];
    }
}

void io_pixels_row(const struct io_pixels *p, u32 y, u32 *colour)
{
    const u8 *byte = p->byte + (size_t)y * p->stride;
    for (u32 x = 0; x < p->width; x++)
        colour[x] = p->colour[0][byte[x]];
    if (y - (u32)p->y < IO_CURSOR)
        io_pixels_cursor(p, y, colour);
}
