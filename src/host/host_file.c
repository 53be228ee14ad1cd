/* SPDX-License-Identifier: ISC */
#include "host/host_file.h"
#include "host/host_random.h"
#include "lib/bug.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/fs.h>

int host_file_open(const char *path, enum host_file_mode mode)
{
    static const int flags[] = {
        [HOST_FILE_READ] = O_RDONLY,
        [HOST_FILE_WRITE] = O_RDWR,
        [HOST_FILE_CREATE] = O_RDWR | O_CREAT | O_EXCL,
    };
    return open(path, flags[mode] | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
}

void host_file_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool host_file_info(int fd, struct host_file_info *info)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return false;
    *info = (struct host_file_info){
        .size = (u64)st.st_size,
        .allocated = (u64)st.st_blocks * 512, /* whatever st_blksize says */
        .dev = st.st_dev,
        .ino = st.st_ino,
        .regular = S_ISREG(st.st_mode),
        .directory = S_ISDIR(st.st_mode),
        .block_device = S_ISBLK(st.st_mode),
    };
    return !info->block_device || ioctl(fd, BLKGETSIZE64, &info->size) == 0;
}

bool host_file_lock(int fd, bool exclusive)
{
    return flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0;
}

bool host_file_read(int fd, u64 off, void *buf, size_t len, size_t *done)
{
    *done = 0;
    while (*done < len) {
        ssize_t n = pread(fd, (u8 *)buf + *done, len - *done, (off_t)(off + *done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        *done += (size_t)n;
    }
    return true;
}

bool host_file_write(int fd, u64 off, const void *buf, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pwrite(fd, (const u8 *)buf + done, len - done, (off_t)(off + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0) {
            errno = EIO;
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

#define HOST_FILE_PIECES 128

_Static_assert(sizeof(struct piece) == sizeof(struct iovec) &&
                   offsetof(struct piece, p) == offsetof(struct iovec, iov_base) &&
                   offsetof(struct piece, len) == offsetof(struct iovec, iov_len),
               "a piece is an iovec");

typedef ssize_t (*host_file_call)(int fd, const struct iovec *v, int n, off_t off);

/* Goes on where the host did less than it was asked for. *done: bytes. */
static bool host_file_pieces(host_file_call call, int fd, u64 off, const struct piece *v,
                             unsigned n, u64 *done)
{
    struct piece rest[HOST_FILE_PIECES];
    unsigned left;
    *done = 0;
    while ((left = piece_from(v, n, *done, rest, HOST_FILE_PIECES)) > 0) {
        ssize_t k = call(fd, (const struct iovec *)rest, (int)left, (off_t)(off + *done));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k == 0;
        *done += (u64)k;
    }
    return true;
}

bool host_file_readv(int fd, u64 off, const struct piece *v, unsigned n, u64 *done)
{
    return host_file_pieces(preadv, fd, off, v, n, done);
}

bool host_file_writev(int fd, u64 off, const struct piece *v, unsigned n, u64 *done)
{
    if (!host_file_pieces(pwritev, fd, off, v, n, done))
        return false;
    errno = EIO;
    return *done == piece_total(v, n);
}

bool host_file_zero(int fd, u64 off, u64 len, bool hole)
{
    int how = hole ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;
    return fallocate(fd, how | FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)len) == 0;
}

u64 host_file_next_data(int fd, u64 off)
{
    off_t next = lseek(fd, (off_t)off, SEEK_DATA);
    if (next >= 0)
        return (u64)next;
    return errno == ENXIO ? ~0ull : off;
}

bool host_file_truncate(int fd, u64 size)
{
    return ftruncate(fd, (off_t)size) == 0;
}

bool host_file_sync(int fd)
{
    return fdatasync(fd) == 0;
}

bool host_file_remove(const char *path)
{
    return unlink(path) == 0;
}

/* So that the new name is on stable storage, too. */
static bool host_file_sync_folder(const char *path)
{
    char *folder = xasprintf("%s", path), *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    host_file_close(fd);
    free(folder);
    return good;
}

/* A new file in path's directory, or -1. *name: to be freed. No other file is touched. */
static int host_file_beside(const char *path, char **name)
{
    int fd;
    *name = NULL;
    do {
        u32 tag;
        host_random(&tag, sizeof tag);
        free(*name);
        *name = xasprintf("%s.%08x.new", path, tag);
        fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
    } while (fd < 0 && errno == EEXIST);
    return fd;
}

static void host_file_drop(int fd, const char *name)
{
    int why = errno;
    if (fd >= 0)
        unlink(name);
    host_file_close(fd);
    errno = why;
}

bool host_file_can_replace(const char *path)
{
    char *name;
    int fd = host_file_beside(path, &name);
    host_file_drop(fd, name);
    free(name);
    return fd >= 0;
}

bool host_file_replace(const char *path, const void *data, size_t len)
{
    char *name;
    int fd = host_file_beside(path, &name);
    bool good =
        fd >= 0 && host_file_write(fd, 0, data, len) && fsync(fd) == 0 && rename(name, path) == 0;
    if (good)
        host_file_close(fd);
    else
        host_file_drop(fd, name);
    free(name);
    return good && host_file_sync_folder(path);
}
