/* SPDX-License-Identifier: ISC */
/*
 * Back ends as device models see them. Each has a real implementation on the host and an
 * in-memory fake for tests; the machine may put its intake between (record, replay).
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "lib/err.h"
#include "lib/piece.h"
#include "lib/types.h"

#define IO_SECTOR 512u

/* A disk: `sectors` sectors of 512 bytes. Pieces of memory add up to whole sectors. False: the host
 * failed (the guest sees a media error), or that is beyond the disk's end. */
struct io_disk {
    MUST_CHECK bool (*read)(void *ctx, u64 sector, const struct piece *to, unsigned n);
    MUST_CHECK bool (*write)(void *ctx, u64 sector, const struct piece *from, unsigned n);
    MUST_CHECK bool (*flush)(void *ctx);
    /* So many sectors are zeros from now on. `hole`: nobody will miss their place. */
    MUST_CHECK bool (*zero)(void *ctx, u64 sector, u64 count, bool hole);
    /* Of the last `write` or `zero`, which failed: so many sectors are done all the same, from its
     * first on. NULL: none ever are. */
    u64 (*done)(void *ctx);
    void (*close)(void *ctx);
    void *ctx;
    u64 sectors;
    bool read_only;
};

/* One sector. */
MUST_CHECK static inline bool io_disk_read(const struct io_disk *d, u64 sector, void *buf)
{
    struct piece p = {.p = buf, .len = IO_SECTOR};
    return d->read(d->ctx, sector, &p, 1);
}

MUST_CHECK static inline bool io_disk_write(const struct io_disk *d, u64 sector, const void *buf)
{
    struct piece p = {.p = (u8 *)(uintptr_t)buf, .len = IO_SECTOR};
    return d->write(d->ctx, sector, &p, 1);
}

/* Is all of it on a disk of so many? */
static inline bool io_disk_has(u64 sectors, u64 sector, u64 bytes)
{
    return sector <= sectors && bytes / IO_SECTOR <= sectors - sector;
}

/* A console, as its user's end. What is typed reaches the model through the intake. */
struct io_console {
    void (*put)(void *ctx, u8 ch);
    bool (*get)(void *ctx, u8 *ch); /* a character typed, if there is one */
    bool (*ended)(void *ctx);       /* nothing can be typed any more */
    void *ctx;
};

/* A program outside, at the far end of something that carries bytes. What it sends reaches the
 * model through the intake. */
struct io_stream {
    void (*send)(void *ctx, const void *data, u32 len);
    u32 (*receive)(void *ctx, void *buf, u32 max); /* how many there were */
    u32 (*unsent)(void *ctx);                      /* bytes that wait for it to read */
    bool (*here)(void *ctx);                       /* it is, or what it sent before it left */
    void *ctx;
};

#define IO_PICTURE_CELLS 32768u /* at most */

#define IO_CURSOR        64u /* dots, in both directions */
#define IO_PIXELS_LAYERS 4u

/* What a frame buffer shows: a byte a pixel, as the guest has it; what that looks like stands
 * beside it. So who looks again need only compare the bytes. */
struct io_pixels {
    const u8 *byte;
    u32 stride, width, height;
    u8 cursor[IO_CURSOR * IO_CURSOR];  /* layers; 0: the picture itself is seen */
    i32 x, y;                          /* of its first dot */
    u32 colour[IO_PIXELS_LAYERS][256]; /* 0xrrggbb of a byte, under each layer */
};

/* What a screen shows: text, a byte a cell, row by row; or pixels. */
struct io_picture {
    const u8 *cell; /* NULL: it is pixels */
    u32 columns, rows;
    u32 x, y; /* of the cursor; off the picture: it is invisible */
    struct io_pixels pixels;
};

/* ASCII is shown as it is, control codes as blanks, all else as a question mark. */
static inline u8 io_picture_char(u8 cell)
{
    return cell >= 128 ? '?' : cell < ' ' || cell == 127 ? ' ' : cell;
}

/* The card, as whoever shows its picture sees it. Looking changes nothing. */
struct io_screen {
    struct io_picture (*look)(void *ctx);
    void *ctx;
};

enum io_input_kind {
    IO_INPUT_KEY,    /* a: its number in USB (HID usage page 7); b: it went down */
    IO_INPUT_BUTTON, /* of a mouse; a: 1 left, 2 middle, 3 right; b: it went down */
    IO_INPUT_MOTION, /* a, b: to the right and down */
};

struct io_input {
    enum io_input_kind kind;
    i32 a, b;
};

/* Where a machine's keyboard and mouse are. What happens there reaches the models through the
 * intake. */
struct io_inputs {
    bool (*next)(void *ctx, struct io_input *in); /* something happened */
    bool (*ended)(void *ctx);                     /* nothing can happen any more */
    void *ctx;
};

/* The cable of a network card. A frame begins with the link header of io_net.h. */
struct io_net {
    /* Lost if nobody takes it at once. */
    void (*send)(void *ctx, const void *frame, u32 len);
    /* What came in since the last call, for the intake: a frame of at least IO_NET_HEADER bytes;
     * or one byte, whether there is a carrier now. *len is the room, then the length. */
    MUST_CHECK bool (*poll)(void *ctx, u8 *data, u32 *len);
    void (*close)(void *ctx);
    void *ctx;
};

enum io_status {
    IO_OK = 0,
    IO_NOT_FOUND, /* also: a name that leads out of the directory */
    IO_EXISTS,
    IO_IS_DIR,
    IO_NOT_DIR,
    IO_NO_SPACE,
    IO_BAD_HANDLE,
    IO_NO_HANDLES,
    IO_UNSUPPORTED,
    IO_FAILED,
};

enum io_open {
    IO_OPEN,
    IO_CREATE, /* or open */
    IO_CREATE_NEW,
};

/* A host directory. Names are relative to the directory behind `dir` (handle 0: the root), have
 * no '/' at the front, and cannot escape: no "..", no symbolic link on the way out. */
struct io_dir {
    enum io_status (*open)(void *ctx, u32 dir, const char *name, enum io_open how, u32 *handle,
                           bool *is_dir);
    enum io_status (*close)(void *ctx, u32 handle);
    enum io_status (*read)(void *ctx, u32 handle, u64 off, void *buf, u32 len, u32 *done);
    /* The name of entry number *pos (0 is the first); *done 0 at the end; *pos moves on. */
    enum io_status (*readdir)(void *ctx, u32 handle, u32 *pos, char *buf, u32 len, u32 *done);
    enum io_status (*write)(void *ctx, u32 handle, u64 off, const void *buf, u32 len, u32 *done);
    enum io_status (*size)(void *ctx, u32 handle, u64 *size);
    enum io_status (*truncate)(void *ctx, u32 handle, u64 size);
    void (*free)(void *ctx);
    void *ctx;
    bool follows; /* answers as another one did: what that had open is open here as well */
};

#endif
