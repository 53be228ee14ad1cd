/* SPDX-License-Identifier: ISC */
/*
 * What works on a name (mkdirat and its kin) is given the directory that holds it, opened as
 * host_dir.c opens, and a last component that these calls do not follow.
 */
#include "host/host_share.h"

#include "host/host_dir_int.h"
#include "host/host_file.h"
#include "lib/bug.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define HOST_SHARE_LIST_BUF 16384

/* ---- finding ---- */

static int host_share_resolve(int root, const char *path, int flags, u32 mode)
{
    struct open_how how = {
        .flags = (u64)flags | O_NOFOLLOW | O_CLOEXEC,
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    };
    return host_dir_open_how(root, *path ? path : ".", &how);
}

/* Where a path's last component stands. */
struct host_share_place {
    int dir; /* -1: nowhere */
    bool opened;
    const char *name;
};

static struct host_share_place host_share_place(int root, const char *path)
{
    struct host_share_place p = {.dir = root, .name = *path ? path : "."};
    const char *slash = strrchr(path, '/');
    if (!slash)
        return p;
    char parent[PATH_MAX];
    size_t len = (size_t)(slash - path);
    p.name = slash + 1;
    p.dir = -1;
    if (len >= sizeof parent) {
        errno = ENAMETOOLONG;
        return p;
    }
    memcpy(parent, path, len);
    parent[len] = 0;
    p.dir = host_share_resolve(root, parent, O_PATH | O_DIRECTORY, 0);
    p.opened = true;
    return p;
}

static bool host_share_leave(const struct host_share_place *p, bool ok)
{
    int why = errno;
    if (p->opened)
        host_file_close(p->dir);
    errno = why;
    return ok;
}

/* ---- looking ---- */

static struct host_share_time host_share_time(struct timespec t)
{
    return (struct host_share_time){.seconds = (u64)t.tv_sec, .ns = (u32)t.tv_nsec, .set = true};
}

bool host_share_fstat(int fd, struct host_share_stat *out)
{
    struct stat st;
    if (fstat(fd, &st))
        return false;
    *out = (struct host_share_stat){
        .dev = st.st_dev,
        .ino = st.st_ino,
        .size = (u64)st.st_size,
        .blocks = (u64)st.st_blocks,
        .block_size = (u64)st.st_blksize,
        .links = st.st_nlink,
        .rdev = st.st_rdev,
        .mode = st.st_mode,
        .own = st.st_uid == geteuid(),
        .own_group = st.st_gid == getegid(),
        .accessed = host_share_time(st.st_atim),
        .modified = host_share_time(st.st_mtim),
        .changed = host_share_time(st.st_ctim),
    };
    return true;
}

bool host_share_stat(int root, const char *path, struct host_share_stat *st)
{
    int fd = host_share_resolve(root, path, O_PATH, 0);
    if (fd < 0)
        return false;
    bool ok = host_share_fstat(fd, st);
    host_file_close(fd);
    return ok;
}

bool host_share_statfs(int root, const char *path, struct host_share_fs *out)
{
    struct statfs fs;
    int fd = host_share_resolve(root, path, O_PATH, 0);
    if (fd < 0)
        return false;
    bool ok = !fstatfs(fd, &fs);
    host_file_close(fd);
    if (!ok)
        return false;
    *out = (struct host_share_fs){
        .block_size = (u64)fs.f_bsize,
        .blocks = fs.f_blocks,
        .free = fs.f_bfree,
        .available = fs.f_bavail,
        .files = fs.f_files,
        .free_files = fs.f_ffree,
        .name_max = (u32)fs.f_namelen,
    };
    return true;
}

long host_share_readlink(int root, const char *path, char *target, size_t max)
{
    struct host_share_place p = host_share_place(root, path);
    ssize_t n = p.dir < 0 ? -1 : readlinkat(p.dir, p.name, target, max);
    (void)host_share_leave(&p, true);
    return n;
}

/* ---- opening ---- */

static int host_share_flags(unsigned how)
{
    int flags = O_NOCTTY | O_NONBLOCK;
    if (how & HOST_SHARE_WRITE)
        flags |= how & HOST_SHARE_READ ? O_RDWR : O_WRONLY;
    return flags | (how & HOST_SHARE_APPEND ? O_APPEND : 0) |
           (how & HOST_SHARE_TRUNCATE ? O_TRUNC : 0) | (how & HOST_SHARE_SYNC ? O_SYNC : 0) |
           (how & HOST_SHARE_NEW ? O_EXCL : 0);
}

static bool host_share_is_plain(const struct host_share_stat *st)
{
    return S_ISREG(st->mode) || S_ISDIR(st->mode);
}

/* Somebody on the host put something else there since we looked. */
static int host_share_checked(int fd)
{
    struct host_share_stat st;
    if (fd < 0 || (host_share_fstat(fd, &st) && host_share_is_plain(&st)))
        return fd;
    host_file_close(fd);
    errno = EACCES;
    return -1;
}

int host_share_open(int root, const char *path, unsigned how)
{
    struct host_share_stat st;
    if (!host_share_stat(root, path, &st))
        return -1;
    if (!host_share_is_plain(&st)) {
        errno = S_ISLNK(st.mode) ? ELOOP : EACCES;
        return -1;
    }
    return host_share_checked(host_share_resolve(root, path, host_share_flags(how), 0));
}

/* Whether it was made by this call decides whether its permissions are ours to set. */
static int host_share_make(int root, const char *path, unsigned how, u32 mode)
{
    int flags = host_share_flags(how) & ~O_TRUNC;
    int fd = host_share_resolve(root, path, flags | O_CREAT | O_EXCL, mode);
    if (fd >= 0 && fchmod(fd, mode)) {
        host_file_close(fd);
        return -1;
    }
    return fd;
}

int host_share_create(int root, const char *path, unsigned how, u32 mode)
{
    int fd = host_share_make(root, path, how, mode);
    if (fd < 0 && errno == EEXIST && !(how & HOST_SHARE_NEW))
        fd = host_share_open(root, path, how);
    return fd;
}

/* ---- changing ---- */

bool host_share_mkdir(int root, const char *path, u32 mode)
{
    struct host_share_place p = host_share_place(root, path);
    bool ok = p.dir >= 0 && !mkdirat(p.dir, p.name, mode);
    if (ok && fchmodat(p.dir, p.name, mode, AT_SYMLINK_NOFOLLOW))
        errno = 0; /* it is there, with what the monitor's own mask left */
    return host_share_leave(&p, ok);
}

bool host_share_symlink(int root, const char *path, const char *target)
{
    struct host_share_place p = host_share_place(root, path);
    return host_share_leave(&p, p.dir >= 0 && !symlinkat(target, p.dir, p.name));
}

bool host_share_link(int root, const char *from, const char *to)
{
    struct host_share_place p = host_share_place(root, from), q = host_share_place(root, to);
    bool ok = p.dir >= 0 && q.dir >= 0 && !linkat(p.dir, p.name, q.dir, q.name, 0);
    return host_share_leave(&p, host_share_leave(&q, ok));
}

bool host_share_rename(int root, const char *from, const char *to)
{
    struct host_share_place p = host_share_place(root, from), q = host_share_place(root, to);
    bool ok = p.dir >= 0 && q.dir >= 0 && !renameat(p.dir, p.name, q.dir, q.name);
    return host_share_leave(&p, host_share_leave(&q, ok));
}

bool host_share_unlink(int root, const char *path, bool directory)
{
    struct host_share_place p = host_share_place(root, path);
    return host_share_leave(&p,
                            p.dir >= 0 && !unlinkat(p.dir, p.name, directory ? AT_REMOVEDIR : 0));
}

bool host_share_chmod(int root, const char *path, u32 mode)
{
    struct host_share_place p = host_share_place(root, path);
    return host_share_leave(&p, p.dir >= 0 && !fchmodat(p.dir, p.name, mode, AT_SYMLINK_NOFOLLOW));
}

static struct timespec host_share_timespec(const struct host_share_time *t)
{
    if (!t->set)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    if (t->now)
        return (struct timespec){.tv_nsec = UTIME_NOW};
    return (struct timespec){.tv_sec = (time_t)t->seconds, .tv_nsec = t->ns % 1000000000u};
}

bool host_share_times(int root, const char *path, const struct host_share_time *accessed,
                      const struct host_share_time *modified)
{
    struct host_share_place p = host_share_place(root, path);
    const struct timespec t[2] = {host_share_timespec(accessed), host_share_timespec(modified)};
    return host_share_leave(&p, p.dir >= 0 && !utimensat(p.dir, p.name, t, AT_SYMLINK_NOFOLLOW));
}

bool host_share_fchmod(int fd, u32 mode)
{
    return !fchmod(fd, mode);
}

bool host_share_ftimes(int fd, const struct host_share_time *accessed,
                       const struct host_share_time *modified)
{
    const struct timespec t[2] = {host_share_timespec(accessed), host_share_timespec(modified)};
    return !futimens(fd, t);
}

bool host_share_sync(int fd, bool data_only)
{
    return (data_only ? fdatasync(fd) : fsync(fd)) == 0;
}

/* ---- directories ---- */

static bool host_share_each(const char *buf, ssize_t n,
                            bool (*each)(void *ctx, const struct host_share_name *n), void *ctx)
{
    for (ssize_t at = 0; at < n;) {
        const struct dirent64 *d = (const void *)(buf + at);
        const struct host_share_name name = {
            .name = d->d_name, .ino = d->d_ino, .next = (u64)d->d_off, .type = d->d_type};
        if (!each(ctx, &name))
            return false;
        at += d->d_reclen;
    }
    return true;
}

bool host_share_list(int fd, u64 pos, bool (*each)(void *ctx, const struct host_share_name *n),
                     void *ctx)
{
    _Alignas(struct dirent64) char buf[HOST_SHARE_LIST_BUF];
    if (lseek(fd, (off_t)pos, SEEK_SET) < 0)
        return false;
    for (;;) {
        ssize_t n = getdents64(fd, buf, sizeof buf);
        if (n <= 0)
            return n == 0;
        if (!host_share_each(buf, n, each, ctx))
            return true;
    }
}

/* ---- locks ---- */

static struct flock host_share_flock(enum host_share_lock how, u64 start, u64 length)
{
    static const short type[] = {F_UNLCK, F_RDLCK, F_WRLCK};
    return (struct flock){.l_type = type[how],
                          .l_whence = SEEK_SET,
                          .l_start = (off_t)start,
                          .l_len = length > INT64_MAX ? 0 : (off_t)length};
}

bool host_share_lock(int fd, enum host_share_lock how, u64 start, u64 length)
{
    struct flock l = host_share_flock(how, start, length);
    if (!fcntl(fd, F_OFD_SETLK, &l))
        return true;
    if (errno == EACCES)
        errno = EAGAIN;
    return false;
}

bool host_share_lock_test(int fd, enum host_share_lock *how, u64 *start, u64 *length)
{
    struct flock l = host_share_flock(*how, *start, *length);
    if (fcntl(fd, F_OFD_GETLK, &l))
        return false;
    *how = l.l_type == F_UNLCK   ? HOST_SHARE_UNLOCK
           : l.l_type == F_WRLCK ? HOST_SHARE_LOCK_WRITE
                                 : HOST_SHARE_LOCK_READ;
    *start = (u64)l.l_start;
    *length = (u64)l.l_len;
    return true;
}
