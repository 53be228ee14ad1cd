/* SPDX-License-Identifier: ISC */
/*
 * The System/161 header is a sector that begins with a text and a zero byte; the size of the disk
 * is the size of the file. The lock is flock, as System/161's, so the two respect each other.
 *
 * Reads beyond the end of the file yield zeros: somebody cut the file while it was open. A write
 * that the host refuses (disk full, I/O error) is reported to the guest as a media error, and to
 * the person once.
 */
#include "io/io_disk_image_int.h"

#include "host/host_file.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char io_disk_magic[] = "System/161 Disk Image";

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

static bool io_disk_image_read(void *ctx, u64 sector, const struct piece *to, unsigned n)
{
    struct io_disk_image *d = ctx;
    u64 done, all = piece_total(to, n);
    if (!io_disk_has(d->sectors, sector, all))
        return false;
    if (!host_file_readv(d->fd, d->start + sector * IO_SECTOR, to, n, &done))
        return io_disk_image_failed(d, "cannot read");
    piece_zero(to, n, done, all - done);
    return true;
}

static bool io_disk_image_flush(void *ctx)
{
    struct io_disk_image *d = ctx;
    return host_file_sync(d->fd) || io_disk_image_failed(d, "cannot flush");
}

static bool io_disk_image_write(void *ctx, u64 sector, const struct piece *from, unsigned n)
{
    struct io_disk_image *d = ctx;
    u64 done;
    d->done = 0;
    if (!io_disk_has(d->sectors, sector, piece_total(from, n)))
        return false;
    bool ok = host_file_writev(d->fd, d->start + sector * IO_SECTOR, from, n, &done);
    d->done = done / IO_SECTOR;
    if (!ok)
        return io_disk_image_failed(d, "cannot write");
    return !d->paranoid || io_disk_image_flush(d);
}

/* By hand, where the file system knows no better. */
static bool io_disk_image_write_zeros(struct io_disk_image *d, u64 sector, u64 count)
{
    static const u8 zeros[64 * IO_SECTOR];
    for (u64 n; count; sector += n, count -= n, d->done += n) {
        n = count < 64 ? count : 64;
        if (!host_file_write(d->fd, d->start + sector * IO_SECTOR, zeros, n * IO_SECTOR))
            return io_disk_image_failed(d, "cannot write");
    }
    return true;
}

static bool io_disk_image_zero(void *ctx, u64 sector, u64 count, bool hole)
{
    struct io_disk_image *d = ctx;
    d->done = 0;
    if (sector > d->sectors || count > d->sectors - sector)
        return false;
    if (!host_file_zero(d->fd, d->start + sector * IO_SECTOR, count * IO_SECTOR, hole) &&
        !io_disk_image_write_zeros(d, sector, count))
        return false;
    d->done = count;
    return !d->paranoid || io_disk_image_flush(d);
}

static u64 io_disk_image_done(void *ctx)
{
    return ((const struct io_disk_image *)ctx)->done;
}

static bool io_disk_image_refuse_write(void *ctx, u64 sector, const struct piece *from, unsigned n)
{
    (void)ctx, (void)sector, (void)from, (void)n;
    return false;
}

static bool io_disk_image_refuse_zero(void *ctx, u64 sector, u64 count, bool hole)
{
    (void)ctx, (void)sector, (void)count, (void)hole;
    return false;
}

void io_disk_image_detach(struct io_disk_image *d)
{
    if (!d)
        return;
    int why = errno;
    host_file_close(d->fd);
    free(d->path);
    free(d);
    errno = why;
}

static void io_disk_image_close(void *ctx)
{
    io_disk_image_detach(ctx);
}

static enum err io_disk_image_no_file(const char *path, const struct io_disk_image_options *o,
                                      struct error *e)
{
    switch (errno) {
    case ENOENT:
        if (o->format == IO_DISK_RAW)
            return err_set(e, ERR_IO,
                           "there is no disk image %s: \"kuseg disk create --format raw %s 5M\" "
                           "makes one",
                           path, path);
        return err_set(e, ERR_IO,
                       "there is no disk image %s: \"kuseg disk create %s 5M\" (or \"disk161 "
                       "create\" with the same words) makes one",
                       path, path);
    case EISDIR:
        return err_set(e, ERR_IO, "the disk image %s is a directory", path);
    case EACCES:
    case EPERM:
    case EROFS:
        if (!o->read_only)
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

static enum err io_disk_image_kind(struct io_disk_image *d, u64 *size, struct error *e)
{
    struct host_file_info info;
    if (!host_file_info(d->fd, &info))
        return err_set(e, ERR_IO, "cannot examine the disk image %s: %m", d->path);
    errno = info.directory ? EISDIR : EINVAL;
    if (info.directory)
        return err_set(e, ERR_IO, "the disk image %s is a directory", d->path);
    if (!info.regular && !info.block_device)
        return err_set(e, ERR_IO, "the disk image %s is neither a file nor a block device",
                       d->path);
    *size = info.size;
    d->allocated = info.allocated;
    d->regular = info.regular;
    return ERR_OK;
}

static enum err io_disk_image_examine(struct io_disk_image *d, enum io_disk_format format,
                                      struct error *e)
{
    u64 size = 0;
    enum err err = io_disk_image_kind(d, &size, e);
    if (!err)
        err = io_disk_image_format(d, format, e);
    if (err)
        return err;
    d->spare = size % IO_SECTOR;
    d->sectors = size < d->start ? 0 : (size - d->start) / IO_SECTOR; /* it may have just grown */
    return ERR_OK;
}

enum err io_disk_image_attach(struct io_disk_image **out, const char *path,
                              const struct io_disk_image_options *o, enum io_disk_lock lock,
                              struct error *e)
{
    int fd = host_file_open(path, o->read_only ? HOST_FILE_READ : HOST_FILE_WRITE);
    if (fd < 0)
        return io_disk_image_no_file(path, o, e);
    struct io_disk_image *d = xcalloc(1, sizeof *d);
    *d = (struct io_disk_image){.fd = fd, .paranoid = o->paranoid, .path = xstrdup(path)};
    enum err err = ERR_OK;
    if (lock == IO_DISK_LOCK)
        err = io_disk_image_lock(fd, path, o->read_only, e);
    if (!err)
        err = io_disk_image_examine(d, o->format, e);
    if (!err)
        *out = d;
    else
        io_disk_image_detach(d);
    return err;
}

/* ---- new images ---- */

enum err io_disk_image_check_sectors(const char *path, u64 sectors, struct error *e)
{
    if (sectors == 0 || sectors > ~0u)
        return err_set(e, ERR_LIMIT, "disk image %s: %llu sectors: 1 to 2^32-1 are possible", path,
                       (unsigned long long)sectors);
    return ERR_OK;
}

/* What is there is only cut when it is a file and nobody's. */
static enum err io_disk_image_empty(int fd, const char *path, struct error *e)
{
    struct host_file_info info;
    if (!host_file_info(fd, &info))
        return err_set(e, ERR_IO, "cannot examine %s: %m", path);
    errno = EINVAL;
    if (!info.regular)
        return err_set(e, ERR_IO, "%s is no regular file: it cannot be replaced by a disk image",
                       path);
    enum err err = io_disk_image_lock(fd, path, false, e);
    if (!err && !host_file_truncate(fd, 0))
        err = err_set(e, ERR_IO, "cannot empty %s: %m", path);
    return err;
}

enum err io_disk_image_make(const char *path, bool replace, int *fd, bool *is_new, struct error *e)
{
    *fd = host_file_open(path, HOST_FILE_CREATE);
    *is_new = *fd >= 0;
    if (*fd < 0 && errno == EEXIST && replace)
        *fd = host_file_open(path, HOST_FILE_WRITE);
    if (*fd < 0)
        return err_set(e, ERR_IO, "cannot create the disk image %s: %m", path);
    enum err err =
        *is_new ? io_disk_image_lock(*fd, path, false, e) : io_disk_image_empty(*fd, path, e);
    if (err) {
        int why = errno;
        host_file_close(*fd);
        errno = why;
    }
    return err;
}

static bool io_disk_image_write_header(int fd)
{
    u8 sector[IO_SECTOR] = {0};
    memcpy(sector, io_disk_magic, sizeof io_disk_magic);
    return host_file_write(fd, 0, sector, sizeof sector);
}

enum err io_disk_image_finish(int fd, const char *path, enum io_disk_format format, u64 sectors,
                              struct error *e)
{
    bool header = format == IO_DISK_SYS161;
    if (!host_file_truncate(fd, (sectors + header) * IO_SECTOR) ||
        (header && !io_disk_image_write_header(fd)))
        return err_set(e, ERR_IO, "cannot write the disk image %s: %m", path);
    return ERR_OK;
}

void io_disk_image_close_made(int fd, const char *path, bool discard)
{
    int why = errno;
    if (discard)
        host_file_remove(path); /* our own, half made */
    host_file_close(fd);
    errno = why;
}

enum err io_disk_image_create(const char *path, enum io_disk_format format, u64 sectors,
                              bool replace, struct error *e)
{
    BUG_ON(format == IO_DISK_GUESS);
    int fd;
    bool is_new;
    enum err err = io_disk_image_check_sectors(path, sectors, e);
    if (!err)
        err = io_disk_image_make(path, replace, &fd, &is_new, e);
    if (err)
        return err;
    err = io_disk_image_finish(fd, path, format, sectors, e);
    io_disk_image_close_made(fd, path, err && is_new);
    return err;
}

/* ---- a machine's disk ---- */

static enum err io_disk_image_attach_or_create(struct io_disk_image **out, const char *path,
                                               const struct io_disk_image_options *o,
                                               struct error *e)
{
    enum err err = io_disk_image_attach(out, path, o, IO_DISK_LOCK, e);
    if (err != ERR_IO || errno != ENOENT || !o->create_sectors || o->read_only)
        return err;
    enum io_disk_format format = o->format == IO_DISK_GUESS ? IO_DISK_SYS161 : o->format;
    err = io_disk_image_create(path, format, o->create_sectors, false, e);
    return err ? err : io_disk_image_attach(out, path, o, IO_DISK_LOCK, e);
}

enum err io_disk_image_open(const char *path, const struct io_disk_image_options *o,
                            struct io_disk *out, struct error *e)
{
    struct io_disk_image *d = NULL;
    struct error local = {0};
    enum err err = io_disk_image_attach_or_create(&d, path, o, &local);
    if (err)
        return err_set(e, err, "%s", local.msg);
    BUG_ON(!d);
    if (d->spare)
        log_warn("disk image %s: its last %u bytes are no whole sector and are not used", path,
                 (unsigned)d->spare);
    if (!d->sectors) {
        io_disk_image_detach(d);
        return err_set(e, ERR_FORMAT, "the disk image %s is too short: it holds no sector", path);
    }
    *out = (struct io_disk){
        .read = io_disk_image_read,
        .write = o->read_only ? io_disk_image_refuse_write : io_disk_image_write,
        .flush = io_disk_image_flush,
        .zero = o->read_only ? io_disk_image_refuse_zero : io_disk_image_zero,
        .done = io_disk_image_done,
        .close = io_disk_image_close,
        .ctx = d,
        .sectors = d->sectors,
        .read_only = o->read_only,
    };
    return ERR_OK;
}
