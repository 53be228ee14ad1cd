/* SPDX-License-Identifier: ISC */
/*
 * One request on its way through the server. A handler writes the reply's fields and returns 0, or
 * an errno.
 */
#ifndef IO_IO_9P_HOST_INT_H
#define IO_IO_9P_HOST_INT_H

#include "host/host_share.h"
#include "io/io_9p_fids.h"
#include "io/io_9p_host.h"

struct io_9p_host {
    int root;
    u64 root_dev, root_ino;
    bool read_only, mips;
    unsigned nopen;
    struct io_9p_host_file {
        int fd;   /* -1: none */
        u64 born; /* as in io_9p_fids; another: it belongs to a fid that is no more */
    } file[IO_9P_FIDS];
    unsigned nlocks;
    struct io_9p_host_lock {
        u32 slot;
        enum host_share_lock how;
        u64 first, last;
    } lock[IO_9P_HOST_LOCKS];
};

struct io_9p_call {
    struct io_9p_host *h;
    const struct io_9p_fids *fids;
    const struct io_9p_request *r;
    u32 slot, slot2;  /* of r->fid and r->fid2; IO_9P_NONE */
    const char *path; /* of r->fid; NULL */
    u8 *reply;
    u32 len, max;
    bool full; /* something did not fit */
};

/* ---- replies ---- */

u8 *io_9p_put(struct io_9p_call *c, u32 n); /* room for n bytes, or NULL */
void io_9p_put_number(struct io_9p_call *c, unsigned bytes, u64 v);
void io_9p_put_string(struct io_9p_call *c, const char *p, size_t len);
void io_9p_put_qid(struct io_9p_call *c, const struct host_share_stat *st);
/* The same of a path that was just made or found. */
int io_9p_put_qid_of(struct io_9p_call *c, const char *path);

u64 io_9p_host_qid_path(const struct io_9p_host *h, u64 dev, u64 ino);

/* ---- fids ---- */

/* The path of a name to be made or taken away in the directory of a fid. */
int io_9p_host_name(const struct io_9p_call *c, u32 slot, const struct io_9p_string *name,
                    char path[IO_9P_PATH]);

/* The open file of a slot, in *fd; opened again if it was lost with another machine. */
int io_9p_host_fd(struct io_9p_call *c, u32 slot, int *fd);
/* The open file of this slot or, if its name is gone, of another one of that path. False: none. */
bool io_9p_host_still_open(struct io_9p_call *c, unsigned how, int *fd);
void io_9p_host_drop(struct io_9p_host *h, u32 slot);
void io_9p_host_unlocked(struct io_9p_host *h, u32 slot); /* its file was closed */

/* ---- the handlers ---- */

#define P9(number, name, fields, changes, room) int io_9p_host_do_##name(struct io_9p_call *c);
#include "io/io_9p.def"
#undef P9

#endif
