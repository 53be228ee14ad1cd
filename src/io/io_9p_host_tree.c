/* SPDX-License-Identifier: ISC */
/* Names: walking to them, making them, taking them away. */
#include "io/io_9p_host_int.h"

#include "host/host_file.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IO_9P_PERMISSIONS 01777u /* never set-user-ID or set-group-ID */
#define IO_9P_REMOVE_DIR  0x200u
#define IO_9P_TYPE        0170000u
#define IO_9P_REGULAR     0100000u

/* One step from `path`, which becomes the next one's. */
static int io_9p_host_step(struct io_9p_call *c, const struct io_9p_string *name,
                           char path[IO_9P_PATH])
{
    static const struct io_9p_string up = {"..", 2};
    bool is_up = name->len == up.len && !memcmp(name->p, up.p, up.len);
    if (!is_up && !io_9p_name_ok(name))
        return ENOENT;
    if (name->len > IO_9P_NAME_MAX || !io_9p_step(path, name))
        return ENAMETOOLONG;
    return io_9p_put_qid_of(c, path);
}

/* Walking as far as it goes is a success, unless not even the first step can be done; then the new
 * fid does not come to be. */
int io_9p_host_do_walk(struct io_9p_call *c)
{
    const struct io_9p_request *r = c->r;
    char path[IO_9P_PATH];
    unsigned done = 0;
    int why = 0;
    if (r->fid2 != r->fid && c->slot2 != IO_9P_NONE)
        return EBUSY;
    if (r->fid2 == r->fid && c->fids->open[c->slot] & IO_9P_OPENED)
        return EBUSY;
    strcpy(path, c->path);
    u8 *count = io_9p_put(c, 2);
    for (; done < r->nwalk && !why; done += !why)
        why = io_9p_host_step(c, &r->walk[done], path);
    if (why && !done)
        return why;
    if (!why && !io_9p_fids_room(c->fids, r->fid2, strlen(path)))
        return ENFILE;
    if (count)
        store_le16(count, (u16)done);
    return 0;
}

int io_9p_host_do_readlink(struct io_9p_call *c)
{
    char target[IO_9P_PATH];
    long n = host_share_readlink(c->h->root, c->path, target, sizeof target);
    if (n < 0)
        return errno;
    io_9p_put_string(c, target, (size_t)n);
    return 0;
}

int io_9p_host_do_mkdir(struct io_9p_call *c)
{
    char path[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot, &c->r->name, path);
    if (why)
        return why;
    if (!host_share_mkdir(c->h->root, path, (u32)c->r->number[0] & IO_9P_PERMISSIONS))
        return errno;
    return io_9p_put_qid_of(c, path);
}

int io_9p_host_do_symlink(struct io_9p_call *c)
{
    char path[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot, &c->r->name, path);
    if (why)
        return why;
    char *target = xasprintf("%.*s", (int)c->r->name2.len, c->r->name2.p);
    why = host_share_symlink(c->h->root, path, target) ? 0 : errno;
    free(target);
    return why ? why : io_9p_put_qid_of(c, path);
}

/* Devices, pipes and sockets would be the host's own. */
int io_9p_host_do_mknod(struct io_9p_call *c)
{
    u32 mode = (u32)c->r->number[0], type = mode & IO_9P_TYPE;
    char path[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot, &c->r->name, path);
    if (why)
        return why;
    if (type && type != IO_9P_REGULAR)
        return EPERM;
    int fd = host_share_create(c->h->root, path, HOST_SHARE_WRITE | HOST_SHARE_NEW,
                               mode & IO_9P_PERMISSIONS);
    if (fd < 0)
        return errno;
    host_file_close(fd);
    return io_9p_put_qid_of(c, path);
}

/* The directory is named first, then the file. */
int io_9p_host_do_link(struct io_9p_call *c)
{
    char path[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot, &c->r->name, path);
    if (why || c->slot2 == IO_9P_NONE)
        return why ? why : EBADF;
    return host_share_link(c->h->root, io_9p_fids_path(c->fids, c->slot2), path) ? 0 : errno;
}

int io_9p_host_do_rename(struct io_9p_call *c)
{
    char to[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot2, &c->r->name, to);
    if (why || !*c->path)
        return why ? why : EBUSY;
    return host_share_rename(c->h->root, c->path, to) ? 0 : errno;
}

int io_9p_host_do_renameat(struct io_9p_call *c)
{
    char from[IO_9P_PATH], to[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot, &c->r->name, from);
    if (!why)
        why = io_9p_host_name(c, c->slot2, &c->r->name2, to);
    if (why)
        return why;
    return host_share_rename(c->h->root, from, to) ? 0 : errno;
}

int io_9p_host_do_unlinkat(struct io_9p_call *c)
{
    char path[IO_9P_PATH];
    int why = io_9p_host_name(c, c->slot, &c->r->name, path);
    if (why)
        return why;
    return host_share_unlink(c->h->root, path, c->r->number[0] & IO_9P_REMOVE_DIR) ? 0 : errno;
}

int io_9p_host_do_remove(struct io_9p_call *c)
{
    if (!*c->path)
        return EBUSY;
    if (host_share_unlink(c->h->root, c->path, false) ||
        (errno == EISDIR && host_share_unlink(c->h->root, c->path, true)))
        return 0;
    return errno;
}
