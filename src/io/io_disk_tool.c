/* SPDX-License-Identifier: ISC */
/*
 * Holes are skipped and blocks of zeros not written, so a copy is as sparse as it can be, and an
 * empty disk of a terabyte takes no time.
 */
#include "io/io_disk_tool.h"

#include "host/host_file.h"
#include "io/io_disk_image_int.h"
#include "lib/bug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IO_DISK_TOOL_BLOCK KIB(64)

enum err io_disk_tool_open(struct io_disk_image **out, const char *path, enum io_disk_format format,
                           enum io_disk_tool_use use, struct error *e)
{
    struct io_disk_image_options o = {.format = format, .read_only = use != IO_DISK_TOOL_CHANGE};
    return io_disk_image_attach(out, path, &o,
                                use == IO_DISK_TOOL_LOOK ? IO_DISK_NO_LOCK : IO_DISK_LOCK, e);
}

void io_disk_tool_close(struct io_disk_image *d)
{
    io_disk_image_detach(d);
}

void io_disk_tool_info(const struct io_disk_image *d, struct io_disk_tool_info *info)
{
    *info = (struct io_disk_tool_info){
        .format = d->start ? IO_DISK_SYS161 : IO_DISK_RAW,
        .sectors = d->sectors,
        .spare = d->spare,
        .allocated = d->allocated,
    };
}

enum err io_disk_tool_resize(struct io_disk_image *d, u64 sectors, struct error *e)
{
    enum err err = io_disk_image_check_sectors(d->path, sectors, e);
    if (err)
        return err;
    errno = EINVAL;
    if (!d->regular)
        return err_set(e, ERR_IO, "%s is a block device: its size is fixed", d->path);
    if (!host_file_truncate(d->fd, d->start + sectors * IO_SECTOR))
        return err_set(e, ERR_IO, "cannot resize the disk image %s: %m", d->path);
    d->sectors = sectors;
    d->spare = 0;
    return ERR_OK;
}

static bool io_disk_tool_is_zero(const u8 *p, size_t len)
{
    return p[0] == 0 && !memcmp(p, p + 1, len - 1);
}

/* Reads the next block that is not in a hole: *at is in bytes of the disk, and moves on. *len is
 * 0 at the end. */
static enum err io_disk_tool_next(struct io_disk_image *d, u64 *at, u8 *block, size_t *len,
                                  struct error *e)
{
    u64 size = d->sectors * IO_SECTOR, data = host_file_next_data(d->fd, d->start + *at);
    *len = 0;
    if (data == ~0ull || data - d->start >= size)
        return ERR_OK;
    *at = (data - d->start) / IO_SECTOR * IO_SECTOR;
    size_t want = size - *at < IO_DISK_TOOL_BLOCK ? size - *at : IO_DISK_TOOL_BLOCK;
    if (!host_file_read(d->fd, d->start + *at, block, want, len))
        return err_set(e, ERR_IO, "cannot read the disk image %s near sector %llu: %m", d->path,
                       (unsigned long long)(*at / IO_SECTOR));
    errno = EIO;
    return *len == want ? ERR_OK
                        : err_set(e, ERR_IO, "the disk image %s became shorter meanwhile", d->path);
}

static enum err io_disk_tool_copy_data(struct io_disk_image *d, int fd, u64 start, const char *path,
                                       struct error *e)
{
    u8 *block = xcalloc(1, IO_DISK_TOOL_BLOCK);
    enum err err = ERR_OK;
    size_t len = 0;
    for (u64 at = 0; !err; at += len) {
        err = io_disk_tool_next(d, &at, block, &len, e);
        if (err || !len)
            break;
        if (!io_disk_tool_is_zero(block, len) && !host_file_write(fd, start + at, block, len))
            err = err_set(e, ERR_IO, "cannot write the disk image %s: %m", path);
    }
    free(block);
    return err;
}

enum err io_disk_tool_copy(struct io_disk_image *d, const char *path, enum io_disk_format format,
                           bool replace, struct error *e)
{
    BUG_ON(format == IO_DISK_GUESS);
    int fd;
    bool is_new;
    enum err err = io_disk_image_check_sectors(d->path, d->sectors, e);
    if (!err)
        err = io_disk_image_make(path, replace, &fd, &is_new, e);
    if (err)
        return err;
    err = io_disk_tool_copy_data(d, fd, format == IO_DISK_SYS161 ? IO_SECTOR : 0, path, e);
    if (!err)
        err = io_disk_image_finish(fd, path, format, d->sectors, e);
    if (!err && !host_file_sync(fd))
        err = err_set(e, ERR_IO, "cannot write the disk image %s: %m", path);
    io_disk_image_close_made(fd, path, err && is_new);
    return err;
}

enum err io_disk_tool_read_all(struct io_disk_image *d, struct error *e)
{
    u8 *block = xcalloc(1, IO_DISK_TOOL_BLOCK);
    enum err err = ERR_OK;
    size_t len = 1;
    for (u64 at = 0; !err && len; at += len)
        err = io_disk_tool_next(d, &at, block, &len, e);
    free(block);
    return err;
}
