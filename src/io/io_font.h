/* SPDX-License-Identifier: ISC */
/* The letters of a screen's picture: ASCII 32 to 126, drawn for kuseg. */
#ifndef IO_IO_FONT_H
#define IO_IO_FONT_H

#include "lib/types.h"

#define IO_FONT_WIDTH  6u /* dots of a cell; the last column and mostly the last row are empty */
#define IO_FONT_HEIGHT 8u
#define IO_FONT_FIRST  32u
#define IO_FONT_LAST   126u

/* Row by row; bit 4 is the leftmost dot. */
extern const u8 io_font[IO_FONT_LAST - IO_FONT_FIRST + 1][IO_FONT_HEIGHT];

#endif
