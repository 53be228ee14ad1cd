/* SPDX-License-Identifier: ISC */
/*
 * What the fids of a 9P guest mean: a path each, and how it is open. A pure function of requests
 * and their replies, so it is the same in a run, in its replay and after a move to another machine.
 */
#ifndef IO_IO_9P_FIDS_H
#define IO_IO_9P_FIDS_H

#include "io/io_9p.h"
#include "lib/err.h"

#define IO_9P_FIDS 2048u
#define IO_9P_TEXT (128u * 1024u) /* all paths together */
#define IO_9P_NONE (~0u)

enum io_9p_open { /* of a fid; bits */
    IO_9P_USED = 1,
    IO_9P_OPENED = 2,
    IO_9P_READS = 4,
    IO_9P_WRITES = 8,
    IO_9P_APPENDS = 16,
    IO_9P_SYNCS = 32,
};

struct io_9p_fids {
    u32 msize; /* 0: no version was agreed on */
    u64 births;
    u32 used;
    u32 fid[IO_9P_FIDS];
    u8 open[IO_9P_FIDS];  /* enum io_9p_open; 0: free */
    u64 born[IO_9P_FIDS]; /* changes whenever a slot means something else */
    u32 path[IO_9P_FIDS]; /* offset of its path in `text`, from the root, "" the root */
    u16 length[IO_9P_FIDS];
    u8 text[IO_9P_TEXT];
    u8 scratch[IO_9P_TEXT]; /* not state: where the text is made anew */
};

void io_9p_fids_clear(struct io_9p_fids *f); /* the same as zeroed memory */

/* The slot of a fid, or IO_9P_NONE. */
u32 io_9p_fids_find(const struct io_9p_fids *f, u32 fid);
const char *io_9p_fids_path(const struct io_9p_fids *f, u32 slot);

/* Could this fid, new or not, get a path of so many bytes? */
bool io_9p_fids_room(const struct io_9p_fids *f, u32 fid, size_t length);

/* How protocol flags open a fid. */
u8 io_9p_fids_flags(u32 flags);

/* Does the host make sure, for this request, that data are on its storage? */
bool io_9p_fids_syncs(const struct io_9p_fids *f, const u8 *request, u32 len);

/* After each request that was replied to. */
void io_9p_fids_apply(struct io_9p_fids *f, const u8 *request, u32 len, const u8 *reply, u32 rlen);

/* For a load: is this possible? `who` is the device, for the message. */
MUST_CHECK enum err io_9p_fids_check(const struct io_9p_fids *f, const char *who, struct error *e);

#endif
