/* SPDX-License-Identifier: ISC */
/*
 * Every name is made a path from the root (io_path.h), which the kernel then opens below the root
 * and nowhere else (host_dir.h): resolving from the directory's own descriptor would refuse links
 * that lead out of that directory but stay inside the root.
 *
 * A file is first looked at without opening it, because opening a device or pipe can have effects.
 * A directory is read as a whole, sorted, when its first name is asked for: the host's own order
 * differs from run to run.
 */
#include "io/io_dir_host.h"
#include "host/host_dir.h"
#include "host/host_file.h"
#include "io/io_path.h"
#include "lib/bug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IO_DIR_HOST_PATH 4096
#define IO_DIR_HOST_LIST MIB(4) /* names of one directory */

struct io_dir_host_handle {
    int fd; /* -1: free */
    struct host_file_info info;
    char *path;
    char *list; /* of a directory; NULL: not read */
    size_t list_len;
    size_t cursor; /* in list, of name number `index` */
    u32 index;
};

struct io_dir_host {
    struct io_dir_host_handle handle[IO_DIR_HOST_HANDLES]; /* 0: the root */
};

static enum io_status io_dir_host_why(void)
{
    switch (errno) {
    case ENOENT:
    case EXDEV: /* out of the root */
    case ELOOP:
    case ENAMETOOLONG:
        return IO_NOT_FOUND;
    case EEXIST:
        return IO_EXISTS;
    case EISDIR:
        return IO_IS_DIR;
    case ENOTDIR:
        return IO_NOT_DIR;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return IO_NO_SPACE;
    case EMFILE:
    case ENFILE:
        return IO_NO_HANDLES;
    }
    return IO_FAILED;
}

static struct io_dir_host_handle *io_dir_host_get(struct io_dir_host *d, u32 handle)
{
    if (handle >= IO_DIR_HOST_HANDLES || d->handle[handle].fd < 0)
        return NULL;
    return &d->handle[handle];
}

/* The handle of a file that is open already; or of none, and the first free one in *unused. */
static struct io_dir_host_handle *io_dir_host_same(struct io_dir_host *d,
                                                   const struct host_file_info *info,
                                                   struct io_dir_host_handle **unused)
{
    *unused = NULL;
    for (unsigned i = 0; i < IO_DIR_HOST_HANDLES; i++) {
        struct io_dir_host_handle *h = &d->handle[i];
        if (h->fd < 0)
            *unused = *unused ? *unused : h;
        else if (h->info.dev == info->dev && h->info.ino == info->ino)
            return h;
    }
    return NULL;
}

static void io_dir_host_drop(struct io_dir_host_handle *h)
{
    host_file_close(h->fd);
    free(h->path);
    free(h->list);
    *h = (struct io_dir_host_handle){.fd = -1};
}

static int io_dir_host_root(const struct io_dir_host *d)
{
    return d->handle[0].fd;
}

static const char *io_dir_host_name(const char *path)
{
    return *path ? path : ".";
}

/* What is there? Without opening it. */
static enum io_status io_dir_host_look(const struct io_dir_host *d, const char *path,
                                       struct host_file_info *info)
{
    int fd = host_dir_open(io_dir_host_root(d), io_dir_host_name(path), HOST_DIR_LOOK);
    if (fd < 0)
        return io_dir_host_why();
    enum io_status s = host_file_info(fd, info) ? IO_OK : io_dir_host_why();
    host_file_close(fd);
    if (!s && !info->regular && !info->directory)
        s = IO_UNSUPPORTED;
    return s;
}

/* Makes the opened file a handle, or gives the one it has. Takes over fd. */
static enum io_status io_dir_host_adopt(struct io_dir_host *d, int fd, const char *path,
                                        struct io_dir_host_handle **out)
{
    struct host_file_info info;
    struct io_dir_host_handle *unused = NULL;
    enum io_status s = IO_OK;
    if (fd < 0)
        return io_dir_host_why();
    if (!host_file_info(fd, &info))
        s = io_dir_host_why();
    else if (!info.regular && !info.directory)
        s = IO_UNSUPPORTED;
    else if (!(*out = io_dir_host_same(d, &info, &unused)) && !unused)
        s = IO_NO_HANDLES;
    if (s || *out) {
        host_file_close(fd);
        return s;
    }
    BUG_ON(!unused);
    *unused = (struct io_dir_host_handle){.fd = fd, .info = info, .path = xstrdup(path)};
    *out = unused;
    return IO_OK;
}

static enum io_status io_dir_host_create(struct io_dir_host *d, const char *path,
                                         struct io_dir_host_handle **out)
{
    int fd = host_dir_open(io_dir_host_root(d), path, HOST_DIR_CREATE);
    enum io_status s = io_dir_host_adopt(d, fd, path, out);
    return s == IO_EXISTS ? IO_NOT_FOUND : s; /* a link to nowhere */
}

static bool io_dir_host_not_writable(void)
{
    return errno == EACCES || errno == EPERM || errno == EROFS || errno == ETXTBSY;
}

/* A file that can't be written can still be read, unless it was to be created. */
static enum io_status io_dir_host_reopen(struct io_dir_host *d, const char *path, bool directory,
                                         bool create, struct io_dir_host_handle **out)
{
    int root = io_dir_host_root(d);
    const char *name = io_dir_host_name(path);
    int fd = host_dir_open(root, name, directory ? HOST_DIR_READ : HOST_DIR_WRITE);
    if (fd < 0 && !create && io_dir_host_not_writable())
        fd = host_dir_open(root, name, HOST_DIR_READ);
    return io_dir_host_adopt(d, fd, path, out);
}

static enum io_status io_dir_host_find(struct io_dir_host *d, const char *path, enum io_open how,
                                       struct io_dir_host_handle **out)
{
    struct host_file_info info;
    struct io_dir_host_handle *unused;
    enum io_status s = io_dir_host_look(d, path, &info);
    if (s == IO_NOT_FOUND && how != IO_OPEN) {
        io_dir_host_same(d, &(struct host_file_info){0}, &unused);
        return unused ? io_dir_host_create(d, path, out) : IO_NO_HANDLES;
    }
    if (s)
        return s;
    if (how == IO_CREATE_NEW)
        return IO_EXISTS;
    if (how == IO_CREATE && info.directory)
        return IO_IS_DIR;
    *out = io_dir_host_same(d, &info, &unused);
    return *out ? IO_OK : io_dir_host_reopen(d, path, info.directory, how != IO_OPEN, out);
}

static enum io_status io_dir_host_do_open(void *ctx, u32 dir, const char *name, enum io_open how,
                                          u32 *handle, bool *is_dir)
{
    struct io_dir_host *d = ctx;
    const struct io_dir_host_handle *from = io_dir_host_get(d, dir);
    char path[IO_DIR_HOST_PATH];
    if (!from)
        return IO_BAD_HANDLE;
    if (!from->info.directory)
        return IO_NOT_DIR;
    if (!io_path_join(from->path, name, path, sizeof path))
        return IO_NOT_FOUND;
    struct io_dir_host_handle *h = NULL;
    enum io_status s = io_dir_host_find(d, path, how, &h);
    if (s)
        return s;
    BUG_ON(!h);
    *handle = (u32)(h - d->handle);
    *is_dir = h->info.directory;
    return IO_OK;
}

static enum io_status io_dir_host_close(void *ctx, u32 handle)
{
    struct io_dir_host_handle *h = io_dir_host_get(ctx, handle);
    if (!h || handle == 0)
        return IO_BAD_HANDLE;
    io_dir_host_drop(h);
    return IO_OK;
}

static enum io_status io_dir_host_read(void *ctx, u32 handle, u64 off, void *buf, u32 len,
                                       u32 *done)
{
    const struct io_dir_host_handle *h = io_dir_host_get(ctx, handle);
    size_t n;
    if (!h)
        return IO_BAD_HANDLE;
    if (h->info.directory)
        return IO_IS_DIR;
    if (!host_file_read(h->fd, off, buf, len, &n))
        return io_dir_host_why();
    *done = (u32)n;
    return IO_OK;
}

static enum io_status io_dir_host_write(void *ctx, u32 handle, u64 off, const void *buf, u32 len,
                                        u32 *done)
{
    const struct io_dir_host_handle *h = io_dir_host_get(ctx, handle);
    if (!h)
        return IO_BAD_HANDLE;
    if (h->info.directory)
        return IO_IS_DIR;
    if (!host_file_write(h->fd, off, buf, len))
        return io_dir_host_why();
    *done = len;
    return IO_OK;
}

static enum io_status io_dir_host_list(struct io_dir_host_handle *h)
{
    free(h->list);
    h->list = host_dir_list(h->fd, IO_DIR_HOST_LIST, &h->list_len);
    h->cursor = 0;
    h->index = 0;
    return h->list ? IO_OK : io_dir_host_why();
}

/* Puts the cursor on name number pos; false: there are fewer. */
static bool io_dir_host_find_name(struct io_dir_host_handle *h, u32 pos)
{
    if (pos < h->index)
        h->index = 0, h->cursor = 0;
    while (h->cursor < h->list_len && h->index < pos) {
        h->cursor += strlen(h->list + h->cursor) + 1;
        h->index++;
    }
    return h->cursor < h->list_len;
}

static enum io_status io_dir_host_readdir(void *ctx, u32 handle, u32 *pos, char *buf, u32 len,
                                          u32 *done)
{
    struct io_dir_host_handle *h = io_dir_host_get(ctx, handle);
    *done = 0;
    if (!h)
        return IO_BAD_HANDLE;
    if (!h->info.directory)
        return IO_NOT_DIR;
    enum io_status s = *pos == 0 || !h->list ? io_dir_host_list(h) : IO_OK;
    if (s)
        return s;
    if (!io_dir_host_find_name(h, *pos))
        return IO_OK;
    size_t n = strlen(h->list + h->cursor);
    *done = n < len ? (u32)n : len;
    memcpy(buf, h->list + h->cursor, *done);
    ++*pos;
    return IO_OK;
}

static enum io_status io_dir_host_size(void *ctx, u32 handle, u64 *size)
{
    const struct io_dir_host_handle *h = io_dir_host_get(ctx, handle);
    struct host_file_info info;
    if (!h)
        return IO_BAD_HANDLE;
    if (!host_file_info(h->fd, &info))
        return io_dir_host_why();
    *size = info.size;
    return IO_OK;
}

static enum io_status io_dir_host_truncate(void *ctx, u32 handle, u64 size)
{
    const struct io_dir_host_handle *h = io_dir_host_get(ctx, handle);
    if (!h)
        return IO_BAD_HANDLE;
    if (h->info.directory)
        return IO_IS_DIR;
    return host_file_truncate(h->fd, size) ? IO_OK : io_dir_host_why();
}

static void io_dir_host_free(void *ctx)
{
    struct io_dir_host *d = ctx;
    for (unsigned i = 0; i < IO_DIR_HOST_HANDLES; i++)
        io_dir_host_drop(&d->handle[i]);
    free(d);
}

enum err io_dir_host_open(const char *path, struct io_dir *out, struct error *e)
{
    int fd = host_dir_root(path);
    if (fd < 0)
        return err_set(e, ERR_IO, "cannot open the directory %s: %m", path);
    struct io_dir_host *d = xcalloc(1, sizeof *d);
    for (unsigned i = 0; i < IO_DIR_HOST_HANDLES; i++)
        d->handle[i].fd = -1;
    struct io_dir_host_handle *root = NULL;
    if (io_dir_host_adopt(d, fd, "", &root)) {
        free(d);
        return err_set(e, ERR_IO, "cannot examine the directory %s: %m", path);
    }
    *out = (struct io_dir){
        .open = io_dir_host_do_open,
        .close = io_dir_host_close,
        .read = io_dir_host_read,
        .readdir = io_dir_host_readdir,
        .write = io_dir_host_write,
        .size = io_dir_host_size,
        .truncate = io_dir_host_truncate,
        .free = io_dir_host_free,
        .ctx = d,
    };
    return ERR_OK;
}
