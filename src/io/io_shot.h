/* SPDX-License-Identifier: ISC */
/*
 * A picture as a file: PNG, or text if the file's name ends in ".txt". Of pixels there is no text:
 * those become a PNG whatever it is called.
 */
#ifndef IO_IO_SHOT_H
#define IO_IO_SHOT_H

#include "io/io.h"
#include "lib/buf.h"

#include <stdio.h>

bool io_shot_is_text(const char *path);

/* In place of what the file held. False, with the reason in errno: it is not all there. */
MUST_CHECK bool io_shot_write(const struct io_picture *p, bool text, FILE *f);

/* Appends a PNG; false, with the reason in errno: there is no memory, or no libpng. */
MUST_CHECK bool io_shot_png(const struct io_picture *p, struct buf *out);
/* Does this begin and end as a PNG? */
bool io_shot_png_is_whole(const u8 *data, size_t len);

#endif
