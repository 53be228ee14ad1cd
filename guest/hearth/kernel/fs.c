/* SPDX-License-Identifier: ISC */
/* The root directory, which is the list of file systems. */
#include "fs.h"

#include "board.h"
#include "format.h"
#include "string.h"

#define FS_MAX  12
#define FS_ROOT 1 /* node of the root directory */

static struct fs fs_table[FS_MAX];
static char fs_names[FS_MAX][8];
static u32 fs_count;
static const char fs_default[] = "disk0";

static int fs_root_open(const struct fs *fs, const char *path, u32 flags, u32 *node)
{
    (void)fs;
    if (*path)
        return E_NOENT;
    if (flags != ABI_READ)
        return E_READONLY;
    *node = FS_ROOT;
    return 0;
}

static int fs_root_read(const struct fs *fs, u32 node, u32 offset, void *buffer, u32 size)
{
    (void)fs, (void)node, (void)offset, (void)buffer, (void)size;
    return E_ISDIR;
}

static int fs_root_size(const struct fs *fs, u32 node)
{
    (void)fs, (void)node;
    return 0;
}

static int fs_root_readdir(const struct fs *fs, u32 node, u32 *position, struct abi_dirent *entry)
{
    (void)fs, (void)node;
    if (*position + 1 >= fs_count)
        return 0;
    *entry = (struct abi_dirent){.is_dir = 1};
    string_copy(entry->name, fs_table[++*position].name, sizeof(entry->name));
    return 1;
}

static const struct fs_ops fs_root_ops = {
    .open = fs_root_open,
    .read = fs_root_read,
    .size = fs_root_size,
    .readdir = fs_root_readdir,
};

static void fs_add(const char *name, const struct fs_ops *ops, u32 unit)
{
    if (fs_count < FS_MAX)
        fs_table[fs_count++] = (struct fs){name, ops, unit};
}

void fs_init(void)
{
    fs_add("", &fs_root_ops, 0);
    fs_add("bin", &binfs_ops, 0);
    fs_add("sys", &sysfs_ops, 0);
    if (hostfs_present())
        fs_add("host", &hostfs_ops, 0);
    for (u32 i = 0; i < board_disks() && fs_count < FS_MAX; i++) {
        struct format_text name = {fs_names[fs_count], sizeof(fs_names[0]), 0};
        format_text(&name, "disk%u", i);
        fs_add(fs_names[fs_count], &hearthfs_ops, i);
    }
}

static const struct fs *fs_named(const char *name, size_t length)
{
    for (u32 i = 0; i < fs_count; i++)
        if (strlen(fs_table[i].name) == length && memcmp(fs_table[i].name, name, length) == 0)
            return &fs_table[i];
    return NULL;
}

const struct fs *fs_find(const char **path)
{
    const char *start = *path, *end;

    if (*start != '/')
        return fs_named(fs_default, strlen(fs_default));
    while (*start == '/')
        start++;
    end = strchr(start, '/');
    if (!end)
        end = start + strlen(start);
    *path = end;
    while (**path == '/')
        ++*path;
    return fs_named(start, (size_t)(end - start));
}

const struct fs *fs_on_disk(u32 disk)
{
    for (u32 i = 0; i < fs_count; i++)
        if (fs_table[i].ops == &hearthfs_ops && fs_table[i].unit == disk)
            return &fs_table[i];
    return NULL;
}

int fs_remove(const char *path)
{
    const struct fs *fs = fs_find(&path);

    if (!fs)
        return E_NOENT;
    return fs->ops->remove ? fs->ops->remove(fs, path) : E_READONLY;
}

int fs_mkdir(const char *path)
{
    const struct fs *fs = fs_find(&path);

    if (!fs)
        return E_NOENT;
    return fs->ops->mkdir ? fs->ops->mkdir(fs, path) : E_READONLY;
}
