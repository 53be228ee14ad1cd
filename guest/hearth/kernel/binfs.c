/* SPDX-License-Identifier: ISC */
/* /bin: read-only files within the kernel image. Node 1 is the directory, node n+2 entry n. */
#include "binfs.h"

#include "fs.h"
#include "string.h"

static int binfs_open(const struct fs *fs, const char *path, u32 flags, u32 *node)
{
    (void)fs;
    if (flags != ABI_READ)
        return E_READONLY;
    if (!*path) {
        *node = 1;
        return 0;
    }
    for (u32 i = 0; binfs_archive[i].name; i++)
        if (strcmp(binfs_archive[i].name, path) == 0) {
            *node = i + 2;
            return 0;
        }
    return E_NOENT;
}

static int binfs_size(const struct fs *fs, u32 node)
{
    (void)fs;
    return node == 1 ? 0 : (int)(binfs_archive[node - 2].end - binfs_archive[node - 2].start);
}

static int binfs_read(const struct fs *fs, u32 node, u32 offset, void *buffer, u32 size)
{
    u32 length = (u32)binfs_size(fs, node);

    if (node == 1)
        return E_ISDIR;
    if (offset >= length)
        return 0;
    size = min_u32(size, length - offset);
    memcpy(buffer, binfs_archive[node - 2].start + offset, size);
    return (int)size;
}

static int binfs_readdir(const struct fs *fs, u32 node, u32 *position, struct abi_dirent *entry)
{
    const char *name = binfs_archive[*position].name;

    if (node != 1)
        return E_NOTDIR;
    if (!name)
        return 0;
    *entry = (struct abi_dirent){.size = (u32)binfs_size(fs, *position + 2)};
    string_copy(entry->name, name, sizeof(entry->name));
    ++*position;
    return 1;
}

const struct fs_ops binfs_ops = {
    .open = binfs_open,
    .read = binfs_read,
    .size = binfs_size,
    .readdir = binfs_readdir,
};
