/* SPDX-License-Identifier: ISC */
/*
 * A picture as what a VT100 terminal is sent: all of it at first, then what changed. And back: what
 * was sent, read into a picture.
 */
#ifndef IO_IO_VT_H
#define IO_IO_VT_H

#include "io/io.h"
#include "lib/buf.h"

/* ---- to a terminal ---- */

struct io_vt_writer {
    u8 *shown; /* what the terminal has; 0: not drawn yet */
    u32 columns, rows;
    u32 x, y; /* its cursor */
    bool begun;
    u32 row; /* where to go on */
};

/* As large as p; all of its pictures must be. */
void io_vt_writer_init(struct io_vt_writer *w, const struct io_picture *p);
void io_vt_writer_fini(struct io_vt_writer *w);

/* Appends what makes the terminal show p: nothing if it does already. False: there was much, and
 * the rest comes with the next call. Never more than IO_VT_PORTION at a time. */
#define IO_VT_PORTION 8192u
bool io_vt_draw(struct io_vt_writer *w, const struct io_picture *p, struct buf *out);

/* Appends what leaves the terminal usable, with the cursor in a line of its own below. */
void io_vt_end(struct buf *out);

/* ---- from the same ---- */

#define IO_VT_MAX_COLUMNS 256u
#define IO_VT_MAX_ROWS    128u

struct io_vt_reader { /* begins zeroed */
    u8 cell[IO_PICTURE_CELLS];
    u32 columns, rows; /* as far as anything was written */
    u32 x, y;
    bool visible;
    bool complete; /* a drawing is over, and no other one begun */
    u8 state;
    bool private_mode; /* of a sequence being read: ESC [ ? */
    u32 param[2];
    u32 nparams;
};

/* Any bytes are safe; what io_vt_draw does not write is passed over. */
void io_vt_read(struct io_vt_reader *r, const u8 *data, size_t len);
/* As large as what was written; its cells are put into `cell`, with room for IO_PICTURE_CELLS. */
struct io_picture io_vt_picture(const struct io_vt_reader *r, u8 *cell);

#endif
