/* SPDX-License-Identifier: ISC */
/* A picture as a file: PNG, or text if the file's name ends in ".txt". */
#ifndef IO_IO_SHOT_H
#define IO_IO_SHOT_H

#include "io/io.h"

#include <stdio.h>

bool io_shot_is_text(const char *path);

/* In place of what the file held. False, with the reason in errno: it is not all there. */
MUST_CHECK bool io_shot_write(const struct io_picture *p, bool text, FILE *f);

#endif
