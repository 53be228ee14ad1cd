/* SPDX-License-Identifier: ISC */
/* Attributes of files, and of the file system. */
#include "io/io_9p_host_int.h"

#include "host/host_file.h"
#include "lib/bits.h"

#include <errno.h>

#define IO_9P_MAGIC     0x01021997u /* of 9P, as statfs shows it */
#define IO_9P_BASIC     0x7ffu      /* attributes as stat has them, no birth, no generation */
#define IO_9P_ROOT_USER 0u
#define IO_9P_NOBODY    65534u
#define IO_9P_TYPE      0170000u
#define IO_9P_DIR       0040000u
#define IO_9P_LINK      0120000u
#define IO_9P_SET_ID    06000u

enum io_9p_set { /* which attributes to set; bits */
    IO_9P_SET_MODE = 0x01,
    IO_9P_SET_UID = 0x02,
    IO_9P_SET_GID = 0x04,
    IO_9P_SET_SIZE = 0x08,
    IO_9P_SET_ATIME = 0x10,
    IO_9P_SET_MTIME = 0x20,
    IO_9P_SET_ATIME_TO = 0x80, /* not to now */
    IO_9P_SET_MTIME_TO = 0x100,
};

/* Inode numbers of other file systems that are mounted below the root may be the same. */
u64 io_9p_host_qid_path(const struct io_9p_host *h, u64 dev, u64 ino)
{
    return dev == h->root_dev ? ino : (ino ^ dev << 32) * 0x9e3779b97f4a7c15u;
}

void io_9p_put_qid(struct io_9p_call *c, const struct host_share_stat *st)
{
    u32 type = st->mode & IO_9P_TYPE;
    u64 version = st->modified.seconds * 1000000000u + st->modified.ns + (st->size << 8);
    io_9p_put_number(c, 1, type == IO_9P_DIR ? 0x80 : type == IO_9P_LINK ? 0x02 : 0);
    io_9p_put_number(c, 4, (u32)(version ^ version >> 32));
    io_9p_put_number(c, 8, io_9p_host_qid_path(c->h, st->dev, st->ino));
}

int io_9p_put_qid_of(struct io_9p_call *c, const char *path)
{
    struct host_share_stat st;
    if (!host_share_stat(c->h->root, path, &st))
        return errno;
    io_9p_put_qid(c, &st);
    return 0;
}

static void io_9p_put_time(struct io_9p_call *c, const struct host_share_time *t)
{
    io_9p_put_number(c, 8, t->seconds);
    io_9p_put_number(c, 8, t->ns);
}

/* Of a file that was removed while it is open, the guest still wants to know its size. */
static int io_9p_host_stat(struct io_9p_call *c, struct host_share_stat *st)
{
    int fd;
    bool ok = io_9p_host_still_open(c, 0, &fd) ? host_share_fstat(fd, st)
                                               : host_share_stat(c->h->root, c->path, st);
    return ok ? 0 : errno;
}

int io_9p_host_do_getattr(struct io_9p_call *c)
{
    struct host_share_stat st;
    int why = io_9p_host_stat(c, &st);
    if (why)
        return why;
    io_9p_put_number(c, 8, IO_9P_BASIC);
    io_9p_put_qid(c, &st);
    io_9p_put_number(c, 4, st.mode & ~IO_9P_SET_ID);
    io_9p_put_number(c, 4, st.own ? IO_9P_ROOT_USER : IO_9P_NOBODY);
    io_9p_put_number(c, 4, st.own_group ? IO_9P_ROOT_USER : IO_9P_NOBODY);
    io_9p_put_number(c, 8, st.links);
    io_9p_put_number(c, 8, st.rdev);
    io_9p_put_number(c, 8, st.size);
    io_9p_put_number(c, 8, st.block_size);
    io_9p_put_number(c, 8, st.blocks);
    io_9p_put_time(c, &st.accessed);
    io_9p_put_time(c, &st.modified);
    io_9p_put_time(c, &st.changed);
    for (unsigned i = 0; i < 4; i++) /* birth, generation, version of the data */
        io_9p_put_number(c, 8, 0);
    return 0;
}

/* An owner can be set to what it is. */
static int io_9p_host_set_owner(struct io_9p_call *c, u32 valid)
{
    struct host_share_stat st;
    int why = io_9p_host_stat(c, &st);
    if (why)
        return why;
    if (valid & IO_9P_SET_UID && (!st.own || c->r->number[2] != IO_9P_ROOT_USER))
        return EPERM;
    if (valid & IO_9P_SET_GID && (!st.own_group || c->r->number[3] != IO_9P_ROOT_USER))
        return EPERM;
    return 0;
}

static int io_9p_host_set_mode(struct io_9p_call *c)
{
    u32 mode = (u32)c->r->number[1];
    if (mode & IO_9P_SET_ID)
        return EPERM;
    int fd;
    bool ok = io_9p_host_still_open(c, 0, &fd)
                  ? host_share_fchmod(fd, mode & 01777)
                  : host_share_chmod(c->h->root, c->path, mode & 01777);
    return ok ? 0 : errno;
}

static int io_9p_host_set_size(struct io_9p_call *c)
{
    u64 size = c->r->number[4];
    int fd;
    if (io_9p_host_still_open(c, HOST_SHARE_WRITE, &fd))
        return host_file_truncate(fd, size) ? 0 : errno;
    fd = host_share_open(c->h->root, c->path, HOST_SHARE_WRITE);
    if (fd < 0)
        return errno;
    int why = host_file_truncate(fd, size) ? 0 : errno;
    host_file_close(fd);
    return why;
}

static int io_9p_host_set_times(struct io_9p_call *c, u32 valid)
{
    const u64 *n = c->r->number;
    struct host_share_time atime = {.seconds = n[5],
                                    .ns = (u32)n[6],
                                    .set = valid & IO_9P_SET_ATIME,
                                    .now = !(valid & IO_9P_SET_ATIME_TO)};
    struct host_share_time mtime = {.seconds = n[7],
                                    .ns = (u32)n[8],
                                    .set = valid & IO_9P_SET_MTIME,
                                    .now = !(valid & IO_9P_SET_MTIME_TO)};
    int fd;
    bool ok = io_9p_host_still_open(c, 0, &fd)
                  ? host_share_ftimes(fd, &atime, &mtime)
                  : host_share_times(c->h->root, c->path, &atime, &mtime);
    return ok ? 0 : errno;
}

/* The time of change cannot be set; the host sees to it. */
int io_9p_host_do_setattr(struct io_9p_call *c)
{
    u32 valid = (u32)c->r->number[0];
    int why = 0;
    if (valid & (IO_9P_SET_UID | IO_9P_SET_GID))
        why = io_9p_host_set_owner(c, valid);
    if (!why && valid & IO_9P_SET_SIZE)
        why = io_9p_host_set_size(c);
    if (!why && valid & IO_9P_SET_MODE)
        why = io_9p_host_set_mode(c);
    if (!why && valid & (IO_9P_SET_ATIME | IO_9P_SET_MTIME))
        why = io_9p_host_set_times(c, valid);
    return why;
}

int io_9p_host_do_statfs(struct io_9p_call *c)
{
    struct host_share_fs fs;
    if (!host_share_statfs(c->h->root, c->path, &fs))
        return errno;
    io_9p_put_number(c, 4, IO_9P_MAGIC);
    io_9p_put_number(c, 4, fs.block_size);
    io_9p_put_number(c, 8, fs.blocks);
    io_9p_put_number(c, 8, fs.free);
    io_9p_put_number(c, 8, fs.available);
    io_9p_put_number(c, 8, fs.files);
    io_9p_put_number(c, 8, fs.free_files);
    io_9p_put_number(c, 8, 0); /* identity of the file system */
    io_9p_put_number(c, 4, fs.name_max);
    return 0;
}
