/* SPDX-License-Identifier: ISC */
/* What a frame buffer shows, as colours. */
#ifndef IO_IO_PIXELS_H
#define IO_IO_PIXELS_H

#include "io/io.h"

/* One row, with the cursor if it crosses it: p->width values 0xrrggbb. */
void io_pixels_row(const struct io_pixels *p, u32 y, u32 *colour);

#endif
