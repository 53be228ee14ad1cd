/* SPDX-License-Identifier: ISC */
/*
 * 9P2000.L, the file protocol of Linux's 9p file system: its messages, and a server as a device
 * sees one. All numbers are little-endian; a message is size[4] type[1] tag[2] and its fields.
 */
#ifndef IO_IO_9P_H
#define IO_IO_9P_H

#include "lib/buf.h"
#include "lib/types.h"

#define IO_9P_MSIZE_MIN 4096u
#define IO_9P_MSIZE_MAX (512u * 1024u) /* Linux asks for 500 KB at most */
#define IO_9P_HEADER    7u
#define IO_9P_WALK_MAX  16u
#define IO_9P_NAME_MAX  255u
#define IO_9P_PATH      4096u /* from the root, with the zero byte */
#define IO_9P_NOFID     (~0u)

enum io_9p_type {
    IO_9P_RLERROR = 7,
#define P9(number, name, fields, changes, room) IO_9P_T_##name = (number),
#include "io/io_9p.def"
#undef P9
};

struct io_9p_string {
    const char *p; /* in the message: no zero byte behind it, and none in it */
    u16 len;
};

/* A request in parts. Which it has, and in what order, says io_9p.def. */
struct io_9p_request {
    u8 type;
    u16 tag;
    u32 fid, fid2;
    u64 number[9];
    struct io_9p_string name, name2;
    u16 nwalk;
    struct io_9p_string walk[IO_9P_WALK_MAX];
    const u8 *data;
    u32 count;
};

enum io_9p_parsed {
    IO_9P_GOOD,
    IO_9P_UNKNOWN, /* only type and tag are known */
    IO_9P_BAD,     /* the same; cut short, too long, or with a zero byte in a name */
};

/* More than `size` says may be there, less not. The parts point into the message. */
enum io_9p_parsed io_9p_parse(const u8 *msg, u32 len, struct io_9p_request *r);

bool io_9p_changes(u8 type);
u32 io_9p_room(u8 type);

/* One component of a path that is no way out: not empty, ".", "..", nor with a '/'. */
bool io_9p_name_ok(const struct io_9p_string *name);
bool io_9p_path_ok(const char *path); /* "", or such names with '/' between */

/* `dir` with `name` below it in `out`, for names that are ok. False: it is too long. */
MUST_CHECK bool io_9p_join(const char *dir, const struct io_9p_string *name, char out[IO_9P_PATH]);
/* The same in place for a name to walk, which may be "..": the root's is the root. */
MUST_CHECK bool io_9p_step(char path[IO_9P_PATH], const struct io_9p_string *name);

struct io_9p_fids;

/* A server. What the fids of its guest mean is part of the machine's state, so that is with the
 * device; descriptors behind them come back by themselves where they are missing. */
struct io_9p {
    /* The reply's length, at most `max`; 0: not even an error fits. The caller then applies the
     * two to its fids (io_9p_fids_apply). */
    u32 (*serve)(void *ctx, const struct io_9p_fids *fids, const u8 *request, u32 len, u8 *reply,
                 u32 max);
    void (*forget)(void *ctx); /* the device was reset: no fid is open any more */
    void (*close)(void *ctx);
    void *ctx;
};

#endif
