/* SPDX-License-Identifier: ISC */
/*
 * Resolving ".." in the text and not in the file system means that a symbolic link's ".." is where
 * the link stands. In return paths stay as short as the tree is deep, so that a handle's path can
 * be kept in a snapshot, and what a guest can say never contains "..".
 */
#include "io/io_path.h"

#include <string.h>

/* Appends one component to out, which holds *len bytes. */
static bool io_path_add(char *out, size_t size, size_t *len, const char *name, size_t n)
{
    if (n == 0 || (n == 1 && name[0] == '.'))
        return true;
    if (n == 2 && name[0] == '.' && name[1] == '.') {
        if (*len == 0)
            return false;
        const char *slash = memrchr(out, '/', *len);
        *len = slash ? (size_t)(slash - out) : 0;
        out[*len] = 0;
        return true;
    }
    bool slash = *len > 0;
    if (n >= size || *len + slash > size - 1 - n)
        return false;
    if (slash)
        out[(*len)++] = '/';
    memcpy(out + *len, name, n);
    *len += n;
    out[*len] = 0;
    return true;
}

static bool io_path_add_all(char *out, size_t size, size_t *len, const char *path)
{
    for (;;) {
        size_t n = strcspn(path, "/");
        if (!io_path_add(out, size, len, path, n))
            return false;
        if (!path[n])
            return true;
        path += n + 1;
    }
}

bool io_path_join(const char *dir, const char *name, char *out, size_t size)
{
    size_t len = 0;
    if (size == 0 || name[0] == '/')
        return false;
    out[0] = 0;
    return io_path_add_all(out, size, &len, dir) && io_path_add_all(out, size, &len, name);
}
