/* SPDX-License-Identifier: ISC */
#include "host/host_slurp.h"

#include "lib/num.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOST_SLURP_CHUNK 65536u

static enum err host_slurp_too_large(const char *path, size_t limit, struct error *e)
{
    char s[NUM_SIZE_LEN];
    return err_set(e, ERR_LIMIT, "%s: is larger than the %s that make sense here", path,
                   num_format_size(s, limit));
}

static const char *host_slurp_kind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a directory";
    case S_IFIFO:
        return "a pipe";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

static enum err host_slurp_check(const struct stat *st, const char *path, size_t limit,
                                 struct error *e)
{
    if (!S_ISREG(st->st_mode))
        return err_set(e, ERR_IO, "%s: is %s, not a file", path, host_slurp_kind(st->st_mode));
    return (u64)st->st_size > limit ? host_slurp_too_large(path, limit, e) : ERR_OK;
}

/* Reads to the end: a file's size may change meanwhile, and those of /proc have none. */
static enum err host_slurp_fd(int fd, const char *path, size_t limit, struct buf *out,
                              struct error *e)
{
    size_t start = out->len;
    for (;;) {
        u8 *p = buf_extend(out, HOST_SLURP_CHUNK);
        out->len -= HOST_SLURP_CHUNK;
        ssize_t n = read(fd, p, HOST_SLURP_CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, "%s: cannot read: %m", path);
        if (n == 0)
            return ERR_OK;
        out->len += (size_t)n;
        if (out->len - start > limit)
            return host_slurp_too_large(path, limit, e);
    }
}

enum err host_slurp(const char *path, size_t limit, struct buf *out, struct error *e)
{
    struct stat st;
    if (!*path)
        return err_set(e, ERR_IO, "a file's name is empty");
    if (stat(path, &st) < 0)
        return err_set(e, ERR_IO, "%s: cannot open: %m", path);
    enum err err = host_slurp_check(&st, path, limit, e); /* opening a device can do things */
    if (err != ERR_OK)
        return err;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: cannot open: %m", path);
    if (fstat(fd, &st) < 0)
        err = err_set(e, ERR_IO, "%s: cannot examine: %m", path);
    else
        err = host_slurp_check(&st, path, limit, e);
    if (err == ERR_OK)
        err = host_slurp_fd(fd, path, limit, out, e);
    close(fd);
    return err;
}

bool host_same_file(const char *a, const char *b)
{
    struct stat sa, sb;
    return !stat(a, &sa) && !stat(b, &sb) && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}
