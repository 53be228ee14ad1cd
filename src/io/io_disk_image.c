/* SPDX-License-Identifier: ISC */
/*
 * The System/161 header is a sector that begins with a text and a zero byte; the size of the disk
 * is the size of the file. The lock is flock, as System/161's, so the two respect each other.
 *
 * Reads beyond the end of the file yield zeros: somebody cut the file while it was open. A write
 * that the host refuses (disk full, I/O error) is reported to the guest as a media error, and to
 * the person once.
 */
#include "io/io_disk_image.h"
#include "host/host_file.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char io_disk_magic[] = "System/161 Disk Image";

struct io_disk_image {
    int fd;
    u64 start; /* of sector 0, in bytes */
    u64 sectors;
    bool paranoid;
    bool complained;
    char *path;
};

bool io_disk_image_is_header(const u8 sector[IO_SECTOR])
{
    return !memcmp(sector, io_disk_magic, sizeof io_disk_magic);
}

static bool io_disk_image_failed(struct io_disk_image *d, const char *doing)
{
    if (!d->complained)
        log_warn("disk image %s: %s: %s; the guest sees a media error", d->path, doing,
                 strerror(errno));
    d->complained = true;
    return false;
}

static bool io_disk_image_read(void *ctx, u64 sector, void *buf)
{
    struct io_disk_image *d = ctx;
    size_t done;
    if (sector >= d->sectors)
        return false;
    if (!host_file_read(d->fd, d->start + sector * IO_SECTOR, buf, IO_SECTOR, &done))
        return io_disk_image_failed(d, "cannot read");
    memset((u8 *)buf + done, 0, IO_SECTOR - done);
    return true;
}

static bool io_disk_image_flush(void *ctx)
{
    struct io_disk_image *d = ctx;
    return host_file_sync(d->fd) || io_disk_image_failed(d, "cannot flush");
}

static bool io_disk_image_write(void *ctx, u64 sector, const void *buf)
{
    struct io_disk_image *d = ctx;
    if (sector >= d->sectors)
        return false;
    if (!host_file_write(d->fd, d->start + sector * IO_SECTOR, buf, IO_SECTOR))
        return io_disk_image_failed(d, "cannot write");
    return !d->paranoid || io_disk_image_flush(d);
}

static bool io_disk_image_refuse_write(void *ctx, u64 sector, const void *buf)
{
    (void)ctx, (void)sector, (void)buf;
    return false;
}

static void io_disk_image_close(void *ctx)
{
    struct io_disk_image *d = ctx;
    host_file_close(d->fd);
    free(d->path);
    free(d);
}

static enum err io_disk_image_write_header(int fd)
{
    u8 sector[IO_SECTOR] = {0};
    memcpy(sector, io_disk_magic, sizeof io_disk_magic);
    return host_file_write(fd, 0, sector, sizeof sector) ? ERR_OK : ERR_IO;
}

enum err io_disk_image_create(const char *path, enum io_disk_format format, u64 sectors,
                              struct error *e)
{
    BUG_ON(format == IO_DISK_GUESS);
    if (sectors == 0 || sectors > ~0u)
        return err_set(e, ERR_LIMIT, "disk image %s: %llu sectors: 1 to 2^32-1 are possible", path,
                       (unsigned long long)sectors);
    int fd = host_file_open(path, HOST_FILE_CREATE);
    if (fd < 0)
        return err_set(e, ERR_IO, "cannot create the disk image %s: %m", path);
    bool header = format == IO_DISK_SYS161;
    enum err err = header ? io_disk_image_write_header(fd) : ERR_OK;
    if (!err && !host_file_truncate(fd, (sectors + header) * IO_SECTOR))
        err = ERR_IO;
    if (err) {
        err_set(e, err, "cannot write the disk image %s: %m", path);
        host_file_remove(path); /* our own, half made */
    }
    host_file_close(fd);
    return err;
}

static enum err io_disk_image_no_file(const char *path, bool read_only, struct error *e)
{
    switch (errno) {
    case ENOENT:
        return err_set(e, ERR_IO,
                       "there is no disk image %s: make one with \"disk161 create\", or an "
                       "empty raw one (for kuseg run) with \"truncate -s 5M %s\"",
                       path, path);
    case EISDIR:
        return err_set(e, ERR_IO, "the disk image %s is a directory", path);
    case EACCES:
    case EPERM:
    case EROFS:
        if (!read_only)
            return err_set(e, ERR_IO,
                           "the disk image %s is read-only here (%m): make it writable "
                           "or use a copy",
                           path);
    }
    return err_set(e, ERR_IO, "cannot open the disk image %s: %m", path);
}

static enum err io_disk_image_lock(int fd, const char *path, bool read_only, struct error *e)
{
    if (host_file_lock(fd, !read_only))
        return ERR_OK;
    if (errno == EWOULDBLOCK)
        return err_set(e, ERR_BUSY,
                       "the disk image %s is in use by another machine or process (locked)", path);
    return err_set(e, ERR_IO, "cannot lock the disk image %s: %m", path);
}

/* Finds out where sector 0 lies. */
static enum err io_disk_image_format(struct io_disk_image *d, enum io_disk_format format,
                                     struct error *e)
{
    u8 sector[IO_SECTOR];
    size_t done;
    if (format == IO_DISK_RAW)
        return ERR_OK;
    if (!host_file_read(d->fd, 0, sector, sizeof sector, &done))
        return err_set(e, ERR_IO, "cannot read the disk image %s: %m", d->path);
    if (done == sizeof sector && io_disk_image_is_header(sector))
        d->start = IO_SECTOR;
    else if (format == IO_DISK_SYS161)
        return err_set(e, ERR_FORMAT, "%s is no System/161 disk image: its header is %s", d->path,
                       done < sizeof sector ? "cut short" : "missing");
    return ERR_OK;
}

static enum err io_disk_image_kind(const struct io_disk_image *d, struct host_file_info *info,
                                   struct error *e)
{
    if (!host_file_info(d->fd, info))
        return err_set(e, ERR_IO, "cannot examine the disk image %s: %m", d->path);
    if (!info->regular && !info->block_device)
        return err_set(e, ERR_IO, "the disk image %s is neither a file nor a block device",
                       d->path);
    return ERR_OK;
}

static enum err io_disk_image_size(struct io_disk_image *d, const struct host_file_info *info,
                                   struct error *e)
{
    if (info->size % IO_SECTOR)
        log_warn("disk image %s: its last %u bytes are no whole sector and are not used", d->path,
                 (unsigned)(info->size % IO_SECTOR));
    if (info->size < d->start + IO_SECTOR)
        return err_set(e, ERR_FORMAT, "the disk image %s is too short: it holds no sector",
                       d->path);
    d->sectors = (info->size - d->start) / IO_SECTOR;
    return ERR_OK;
}

static int io_disk_image_open_file(const char *path, const struct io_disk_image_options *o,
                                   struct error *e)
{
    enum host_file_mode mode = o->read_only ? HOST_FILE_READ : HOST_FILE_WRITE;
    int fd = host_file_open(path, mode);
    if (fd >= 0 || errno != ENOENT || !o->create_sectors || o->read_only) {
        if (fd < 0)
            io_disk_image_no_file(path, o->read_only, e);
        return fd;
    }
    enum io_disk_format format = o->format == IO_DISK_GUESS ? IO_DISK_SYS161 : o->format;
    if (io_disk_image_create(path, format, o->create_sectors, e))
        return -1;
    fd = host_file_open(path, mode);
    if (fd < 0)
        io_disk_image_no_file(path, o->read_only, e);
    return fd;
}

enum err io_disk_image_open(const char *path, const struct io_disk_image_options *o,
                            struct io_disk *out, struct error *e)
{
    struct error local = {0};
    int fd = io_disk_image_open_file(path, o, &local);
    if (fd < 0)
        return err_set(e, local.code, "%s", local.msg);
    struct io_disk_image *d = xcalloc(1, sizeof *d);
    *d = (struct io_disk_image){.fd = fd, .paranoid = o->paranoid, .path = xstrdup(path)};
    struct host_file_info info;
    enum err err = io_disk_image_lock(fd, path, o->read_only, e);
    if (!err)
        err = io_disk_image_kind(d, &info, e);
    if (!err)
        err = io_disk_image_format(d, o->format, e);
    if (!err)
        err = io_disk_image_size(d, &info, e);
    if (err) {
        io_disk_image_close(d);
        return err;
    }
    *out = (struct io_disk){
        .read = io_disk_image_read,
        .write = o->read_only ? io_disk_image_refuse_write : io_disk_image_write,
        .flush = io_disk_image_flush,
        .close = io_disk_image_close,
        .ctx = d,
        .sectors = d->sectors,
        .read_only = o->read_only,
    };
    return ERR_OK;
}
