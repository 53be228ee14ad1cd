/* SPDX-License-Identifier: ISC */
/* Files and directories that are open: what is in them. */
#include "io/io_9p_host_int.h"

#include "host/host_file.h"
#include "lib/bits.h"

#include <errno.h>
#include <string.h>

#define IO_9P_ACCESS    3u /* flags of the protocol: Linux's own on most machines */
#define IO_9P_EXCLUSIVE 0200u
#define IO_9P_TRUNCATE  01000u
#define IO_9P_DIRECTORY 0200000u

#define IO_9P_ENTRY 24u /* of a directory, without its name */

static unsigned io_9p_host_flags(u32 flags)
{
    u8 open = io_9p_fids_flags(flags);
    return (open & IO_9P_READS ? HOST_SHARE_READ : 0) |
           (open & IO_9P_WRITES ? HOST_SHARE_WRITE : 0) |
           (open & IO_9P_APPENDS ? HOST_SHARE_APPEND : 0) |
           (open & IO_9P_SYNCS ? HOST_SHARE_SYNC : 0) |
           (flags & IO_9P_TRUNCATE ? HOST_SHARE_TRUNCATE : 0) |
           (flags & IO_9P_EXCLUSIVE ? HOST_SHARE_NEW : 0);
}

/* May this fid be opened so, with one more descriptor? Its path will be `length` long. */
static int io_9p_host_may_open(const struct io_9p_call *c, u32 flags, size_t length)
{
    if (c->fids->open[c->slot] & IO_9P_OPENED)
        return EBADF;
    if ((flags & IO_9P_ACCESS) == IO_9P_ACCESS)
        return EINVAL;
    if (c->h->read_only && flags & (IO_9P_ACCESS | IO_9P_TRUNCATE))
        return EROFS;
    if (!io_9p_fids_room(c->fids, c->r->fid, length))
        return ENFILE;
    return c->h->nopen < IO_9P_HOST_OPEN ? 0 : EMFILE;
}

/* The fid that the reply opens will be born next. */
static int io_9p_host_opened(struct io_9p_call *c, int fd)
{
    struct host_share_stat st;
    if (!host_share_fstat(fd, &st)) {
        int why = errno;
        host_file_close(fd);
        return why;
    }
    io_9p_host_drop(c->h, c->slot);
    c->h->file[c->slot] = (struct io_9p_host_file){fd, c->fids->births + 1};
    c->h->nopen++;
    io_9p_put_qid(c, &st);
    io_9p_put_number(c, 4, 0); /* reads and writes as large as messages are */
    return 0;
}

int io_9p_host_do_lopen(struct io_9p_call *c)
{
    u32 flags = (u32)c->r->number[0];
    struct host_share_stat st;
    int why = io_9p_host_may_open(c, flags, strlen(c->path));
    if (why)
        return why;
    if (!host_share_stat(c->h->root, c->path, &st))
        return errno;
    if (flags & IO_9P_DIRECTORY && (st.mode & 0170000) != 0040000)
        return ENOTDIR;
    int fd = host_share_open(c->h->root, c->path, io_9p_host_flags(flags) & ~HOST_SHARE_NEW);
    return fd < 0 ? errno : io_9p_host_opened(c, fd);
}

int io_9p_host_do_lcreate(struct io_9p_call *c)
{
    u32 flags = (u32)c->r->number[0], mode = (u32)c->r->number[1] & 01777;
    char path[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot, &c->r->name, path);
    if (!why)
        why = io_9p_host_may_open(c, flags, strlen(path));
    if (why)
        return why;
    int fd = host_share_create(c->h->root, path, io_9p_host_flags(flags), mode);
    return fd < 0 ? errno : io_9p_host_opened(c, fd);
}

/* Where a reply's data go that are `count` long at most; *n: how long at most. */
static u8 *io_9p_host_window(struct io_9p_call *c, u64 count, u32 *n)
{
    u32 room = c->max < c->fids->msize ? c->max : c->fids->msize;
    room = room > c->len + 4 ? room - c->len - 4 : 0;
    *n = count < room ? (u32)count : room;
    return c->reply + c->len + 4;
}

int io_9p_host_do_read(struct io_9p_call *c)
{
    u32 n;
    size_t done;
    int fd, why = io_9p_host_fd(c, c->slot, &fd);
    if (why)
        return why;
    u8 *to = io_9p_host_window(c, c->r->number[1], &n);
    if (!host_file_read(fd, c->r->number[0], to, n, &done))
        return errno;
    io_9p_put_number(c, 4, done);
    (void)io_9p_put(c, (u32)done);
    return 0;
}

int io_9p_host_do_write(struct io_9p_call *c)
{
    int fd, why = io_9p_host_fd(c, c->slot, &fd);
    if (why)
        return why;
    struct piece from = {.p = (u8 *)(uintptr_t)c->r->data, .len = c->r->count};
    u64 done; /* by a disk that became full, less */
    if (!host_file_writev(fd, c->r->number[0], &from, 1, &done) && !done)
        return errno;
    io_9p_put_number(c, 4, done);
    return 0;
}

int io_9p_host_do_fsync(struct io_9p_call *c)
{
    int fd, why = io_9p_host_fd(c, c->slot, &fd);
    if (why)
        return why;
    return host_share_sync(fd, c->r->number[0]) ? 0 : errno;
}

/* ---- directories ---- */

struct io_9p_listing {
    struct io_9p_call *c;
    u64 dev;
    u32 end; /* of the reply */
    bool stopped;
};

/* What is above the root is nobody's business. */
static u64 io_9p_host_entry_ino(const struct io_9p_call *c, const struct host_share_name *n)
{
    return !*c->path && !strcmp(n->name, "..") ? c->h->root_ino : n->ino;
}

static bool io_9p_host_entry(void *ctx, const struct host_share_name *n)
{
    struct io_9p_listing *l = ctx;
    size_t len = strlen(n->name);
    if (len + IO_9P_ENTRY > l->end - l->c->len) {
        l->stopped = true;
        return false;
    }
    io_9p_put_number(l->c, 1, n->type == 4 ? 0x80 : n->type == 10 ? 0x02 : 0);
    io_9p_put_number(l->c, 4, 0);
    io_9p_put_number(l->c, 8, io_9p_host_qid_path(l->c->h, l->dev, io_9p_host_entry_ino(l->c, n)));
    io_9p_put_number(l->c, 8, n->next);
    io_9p_put_number(l->c, 1, n->type);
    io_9p_put_string(l->c, n->name, len);
    return true;
}

int io_9p_host_do_readdir(struct io_9p_call *c)
{
    struct host_share_stat st;
    u32 n;
    int fd, why = io_9p_host_fd(c, c->slot, &fd);
    if (why)
        return why;
    u8 *entries = io_9p_host_window(c, c->r->number[1], &n), *count = io_9p_put(c, 4);
    struct io_9p_listing l = {.c = c, .end = c->len + n};
    if (!count || !host_share_fstat(fd, &st))
        return EIO;
    l.dev = st.dev;
    if (!host_share_list(fd, c->r->number[0], io_9p_host_entry, &l))
        return errno;
    u32 bytes = (u32)(c->reply + c->len - entries);
    store_le32(count, bytes);
    return l.stopped && !bytes ? EINVAL : 0;
}
