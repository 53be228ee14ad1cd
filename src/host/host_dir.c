/* SPDX-License-Identifier: ISC */
/*
 * Confinement is the kernel's: openat2 with RESOLVE_BENEATH. Where it is missing (an old kernel, a
 * container's filter) every component is opened by hand and symbolic links are not followed.
 * Checking a path first and opening it after would race against whoever renames on the host.
 */
#include "host/host_dir_int.h"
#include "lib/bug.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HOST_DIR_TRIES 16 /* EAGAIN: something was renamed meanwhile */

int host_dir_root(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool host_dir_make(const char *path)
{
    struct stat st;
    return !mkdir(path, 0700) || (errno == EEXIST && !stat(path, &st) && S_ISDIR(st.st_mode));
}

char *host_dir_current(void)
{
    return getcwd(NULL, 0);
}

static int host_dir_flags(enum host_dir_open how)
{
    static const int flags[] = {
        [HOST_DIR_LOOK] = O_PATH,
        [HOST_DIR_READ] = O_RDONLY,
        [HOST_DIR_WRITE] = O_RDWR,
        [HOST_DIR_CREATE] = O_RDWR | O_CREAT | O_EXCL,
    };
    /* O_PATH goes with few others. */
    return flags[how] | O_CLOEXEC | (how == HOST_DIR_LOOK ? 0 : O_NOCTTY | O_NONBLOCK);
}

static int host_dir_openat2(int root, const char *path, const struct open_how *oh)
{
    long fd = -1;
    for (int i = 0; i < HOST_DIR_TRIES; i++) {
        fd = syscall(SYS_openat2, root, path, oh, sizeof *oh);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return (int)fd;
}

static int host_dir_step(int dir, const char *name, int flags, mode_t mode)
{
    if (!strcmp(name, "..")) {
        errno = EXDEV;
        return -1;
    }
    return openat(dir, name, flags | O_NOFOLLOW, mode);
}

int host_dir_walk_how(int root, const char *path, const struct open_how *oh)
{
    char *copy = xstrdup(path), *save = NULL;
    char *name = strtok_r(copy, "/", &save);
    int dir = root, fd = -1;
    while (name) {
        char *next = strtok_r(NULL, "/", &save);
        fd = host_dir_step(dir, name, next ? O_PATH | O_DIRECTORY | O_CLOEXEC : (int)oh->flags,
                           (mode_t)oh->mode);
        int why = errno;
        if (dir != root)
            close(dir);
        errno = why;
        dir = fd;
        name = fd >= 0 ? next : NULL;
    }
    free(copy);
    return fd;
}

static struct open_how host_dir_how(enum host_dir_open how)
{
    return (struct open_how){
        .flags = (u64)host_dir_flags(how),
        .mode = how == HOST_DIR_CREATE ? 0666 : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
}

int host_dir_walk(int root, const char *path, enum host_dir_open how)
{
    struct open_how oh = host_dir_how(how);
    return host_dir_walk_how(root, path, &oh);
}

int host_dir_open_how(int root, const char *path, const struct open_how *oh)
{
    int fd = host_dir_openat2(root, path, oh);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = host_dir_walk_how(root, path, oh);
    return fd;
}

int host_dir_open(int root, const char *path, enum host_dir_open how)
{
    struct open_how oh = host_dir_how(how);
    return host_dir_open_how(root, path, &oh);
}

static int host_dir_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct host_dir_names {
    char **name;
    size_t n, bytes;
};

static void host_dir_names_add(struct host_dir_names *l, const char *name)
{
    if (!(l->n & (l->n - 1))) /* a power of two: full */
        l->name = xrealloc(l->name, (l->n ? 2 * l->n : 1) * sizeof *l->name);
    l->name[l->n++] = xstrdup(name);
    l->bytes += strlen(name) + 1;
}

static char *host_dir_names_join(struct host_dir_names *l)
{
    char *list = xcalloc(1, l->bytes + 1), *p = list;
    if (l->n)
        qsort(l->name, l->n, sizeof *l->name, host_dir_compare);
    for (size_t i = 0; i < l->n; i++) {
        p = stpcpy(p, l->name[i]) + 1;
        free(l->name[i]);
    }
    free(l->name);
    return list;
}

char *host_dir_list(int dir, size_t max, size_t *len)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return NULL;
    }
    struct host_dir_names names = {0};
    const struct dirent *de;
    while ((de = readdir(d)) != NULL && names.bytes + strlen(de->d_name) + 1 <= max)
        host_dir_names_add(&names, de->d_name);
    closedir(d);
    *len = names.bytes;
    return host_dir_names_join(&names);
}
