/* SPDX-License-Identifier: ISC */
/*
 * A table of nodes, each with its whole path. A node's number is its handle.
 */
#include "io/io_dir_mem.h"
#include "io/io_path.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define IO_DIR_MEM_PATH 512

struct io_dir_mem_node {
    char *path; /* NULL: no node */
    bool directory, open;
    u8 *data;
    size_t len;
};

struct io_dir_mem {
    struct io_dir_mem_node node[IO_DIR_MEM_NODES]; /* 0: the root */
    size_t used, limit;
    bool fail;
};

static struct io_dir_mem_node *io_dir_mem_find(struct io_dir_mem *d, const char *path)
{
    for (unsigned i = 0; i < IO_DIR_MEM_NODES; i++)
        if (d->node[i].path && !strcmp(d->node[i].path, path))
            return &d->node[i];
    return NULL;
}

static struct io_dir_mem_node *io_dir_mem_get(struct io_dir_mem *d, u32 handle)
{
    return handle < IO_DIR_MEM_NODES && d->node[handle].open ? &d->node[handle] : NULL;
}

/* Is the directory `dir` the one that holds `path`? */
static bool io_dir_mem_holds(const char *dir, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    return *path && strlen(dir) == n && !memcmp(dir, path, n);
}

static enum io_status io_dir_mem_create(struct io_dir_mem *d, const char *path, bool directory,
                                        struct io_dir_mem_node **out)
{
    struct io_dir_mem_node *unused = NULL, *parent = NULL;
    for (unsigned i = 0; i < IO_DIR_MEM_NODES; i++) {
        struct io_dir_mem_node *n = &d->node[i];
        if (!n->path)
            unused = unused ? unused : n;
        else if (io_dir_mem_holds(n->path, path))
            parent = n;
    }
    if (!parent)
        return IO_NOT_FOUND;
    if (!parent->directory)
        return IO_NOT_DIR;
    if (!unused)
        return IO_NO_SPACE;
    unused->path = xstrdup(path);
    unused->directory = directory;
    *out = unused;
    return IO_OK;
}

static enum io_status io_dir_mem_do_open(void *ctx, u32 dir, const char *name, enum io_open how,
                                         u32 *handle, bool *is_dir)
{
    struct io_dir_mem *d = ctx;
    const struct io_dir_mem_node *from = io_dir_mem_get(d, dir);
    char path[IO_DIR_MEM_PATH];
    if (!from)
        return IO_BAD_HANDLE;
    if (!from->directory)
        return IO_NOT_DIR;
    if (!io_path_join(from->path, name, path, sizeof path))
        return IO_NOT_FOUND;
    struct io_dir_mem_node *n = io_dir_mem_find(d, path);
    if (n && how == IO_CREATE_NEW)
        return IO_EXISTS;
    if (n && how == IO_CREATE && n->directory)
        return IO_IS_DIR;
    if (!n && how == IO_OPEN)
        return IO_NOT_FOUND;
    enum io_status s = n ? IO_OK : io_dir_mem_create(d, path, false, &n);
    if (s)
        return s;
    n->open = true;
    *handle = (u32)(n - d->node);
    *is_dir = n->directory;
    return IO_OK;
}

static enum io_status io_dir_mem_close(void *ctx, u32 handle)
{
    struct io_dir_mem_node *n = io_dir_mem_get(ctx, handle);
    if (!n || handle == 0)
        return IO_BAD_HANDLE;
    n->open = false;
    return IO_OK;
}

static enum io_status io_dir_mem_file(struct io_dir_mem *d, u32 handle,
                                      struct io_dir_mem_node **out)
{
    *out = io_dir_mem_get(d, handle);
    if (!*out)
        return IO_BAD_HANDLE;
    if ((*out)->directory)
        return IO_IS_DIR;
    return d->fail ? IO_FAILED : IO_OK;
}

static enum io_status io_dir_mem_resize(struct io_dir_mem *d, struct io_dir_mem_node *n, u64 len)
{
    if (len > n->len && len - n->len > d->limit - d->used)
        return IO_NO_SPACE;
    d->used += len - n->len;
    n->data = xrealloc(n->data, len + 1);
    if (len > n->len)
        memset(n->data + n->len, 0, len - n->len);
    n->len = len;
    return IO_OK;
}

static enum io_status io_dir_mem_read(void *ctx, u32 handle, u64 off, void *buf, u32 len, u32 *done)
{
    struct io_dir_mem_node *n;
    enum io_status s = io_dir_mem_file(ctx, handle, &n);
    if (s)
        return s;
    u64 left = off < n->len ? n->len - off : 0;
    *done = left < len ? (u32)left : len;
    if (*done)
        memcpy(buf, n->data + off, *done);
    return IO_OK;
}

static enum io_status io_dir_mem_write(void *ctx, u32 handle, u64 off, const void *buf, u32 len,
                                       u32 *done)
{
    struct io_dir_mem_node *n;
    enum io_status s = io_dir_mem_file(ctx, handle, &n);
    if (!s && len && off + len > n->len)
        s = io_dir_mem_resize(ctx, n, off + len);
    if (s)
        return s;
    if (len)
        memcpy(n->data + off, buf, len);
    *done = len;
    return IO_OK;
}

/* Names in the order of their creation, after "." and "..". */
static const char *io_dir_mem_name(struct io_dir_mem *d, const struct io_dir_mem_node *dir, u32 pos)
{
    if (pos < 2)
        return pos ? ".." : ".";
    u32 at = 2;
    for (unsigned i = 0; i < IO_DIR_MEM_NODES; i++) {
        const char *path = d->node[i].path;
        if (!path || !io_dir_mem_holds(dir->path, path) || at++ != pos)
            continue;
        const char *slash = strrchr(path, '/');
        return slash ? slash + 1 : path;
    }
    return NULL;
}

static enum io_status io_dir_mem_readdir(void *ctx, u32 handle, u32 *pos, char *buf, u32 len,
                                         u32 *done)
{
    struct io_dir_mem *d = ctx;
    const struct io_dir_mem_node *n = io_dir_mem_get(d, handle);
    *done = 0;
    if (!n)
        return IO_BAD_HANDLE;
    if (!n->directory)
        return IO_NOT_DIR;
    if (d->fail)
        return IO_FAILED;
    const char *name = io_dir_mem_name(d, n, *pos);
    if (!name)
        return IO_OK;
    size_t l = strlen(name);
    *done = l < len ? (u32)l : len;
    memcpy(buf, name, *done);
    ++*pos;
    return IO_OK;
}

static enum io_status io_dir_mem_size(void *ctx, u32 handle, u64 *size)
{
    const struct io_dir_mem_node *n = io_dir_mem_get(ctx, handle);
    if (!n)
        return IO_BAD_HANDLE;
    *size = n->len;
    return IO_OK;
}

static enum io_status io_dir_mem_truncate(void *ctx, u32 handle, u64 size)
{
    struct io_dir_mem_node *n;
    enum io_status s = io_dir_mem_file(ctx, handle, &n);
    return s ? s : io_dir_mem_resize(ctx, n, size);
}

static void io_dir_mem_free(void *ctx)
{
    struct io_dir_mem *d = ctx;
    for (unsigned i = 0; i < IO_DIR_MEM_NODES; i++) {
        free(d->node[i].path);
        free(d->node[i].data);
    }
    free(d);
}

void io_dir_mem_add(struct io_dir *dir, const char *path, const void *data, size_t len)
{
    struct io_dir_mem *d = dir->ctx;
    struct io_dir_mem_node *n = NULL;
    enum io_status s = io_dir_mem_create(d, path, !data, &n);
    BUG_ON(s);
    if (!data)
        return;
    s = io_dir_mem_resize(d, n, len);
    BUG_ON(s);
    memcpy(n->data, data, len);
}

void io_dir_mem_fail(struct io_dir *dir, bool fail)
{
    struct io_dir_mem *d = dir->ctx;
    d->fail = fail;
}

void io_dir_mem_open(size_t limit, struct io_dir *out)
{
    struct io_dir_mem *d = xcalloc(1, sizeof *d);
    d->limit = limit;
    d->node[0] = (struct io_dir_mem_node){.path = xstrdup(""), .directory = true, .open = true};
    *out = (struct io_dir){
        .open = io_dir_mem_do_open,
        .close = io_dir_mem_close,
        .read = io_dir_mem_read,
        .readdir = io_dir_mem_readdir,
        .write = io_dir_mem_write,
        .size = io_dir_mem_size,
        .truncate = io_dir_mem_truncate,
        .free = io_dir_mem_free,
        .ctx = d,
    };
}
