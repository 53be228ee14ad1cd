/* SPDX-License-Identifier: ISC */
/* Directories: entries of a name and an inode, and the way along a path. */
#include "hearthfs_int.h"

#include "string.h"

/* No "." and nothing that starts with two dots. */
static bool hearthfs_dir_valid_name(const char *name, u32 length)
{
    return length > 0 && length < HFS_NAME && memcmp(name, "..", min_u32(length, 2)) != 0;
}

/* The entry's inode and position; E_NOENT with the position of a free one. */
static int hearthfs_dir_search(struct hearthfs *fs, struct hearthfs_inode *dir, const char *name,
                               u32 length, u32 *inode, u32 *position)
{
    u8 entry[HFS_ENTRY];
    u32 free = dir->word[HFS_INODE_SIZE];

    if (dir->word[HFS_INODE_TYPE] != HFS_DIRECTORY)
        return E_NOTDIR;
    for (u32 at = 0; at < dir->word[HFS_INODE_SIZE]; at += HFS_ENTRY) {
        int n = hearthfs_data_read(fs, dir, at, entry, HFS_ENTRY);
        if (n != (int)HFS_ENTRY)
            return n < 0 ? n : E_CORRUPT;
        *inode = hfs_get(entry);
        *position = at;
        if (*inode == 0)
            free = min_u32(free, at);
        else if (memcmp(entry + 4, name, length) == 0 && entry[4 + length] == 0)
            return 0;
    }
    *position = free;
    return E_NOENT;
}

int hearthfs_dir_put(struct hearthfs *fs, struct hearthfs_inode *dir, u32 position, u32 inode,
                     const char *name, u32 length)
{
    u8 entry[HFS_ENTRY] = {0};
    int n;

    hfs_put(entry, inode);
    memcpy(entry + 4, name, length);
    n = hearthfs_data_write(fs, dir, position, entry, HFS_ENTRY);
    return n < 0 ? n : 0;
}

int hearthfs_dir_walk(struct hearthfs *fs, const char *path, struct hearthfs_place *place)
{
    u32 number = HFS_ROOT;

    *place = (struct hearthfs_place){.inode = HFS_ROOT};
    while (*path) {
        const char *end = strchr(path, '/');
        int error = hearthfs_inode_load(fs, number, &place->dir);
        if (error)
            return error;
        place->name = path;
        place->length = end ? (u32)(end - path) : strlen(path);
        if (!hearthfs_dir_valid_name(path, place->length))
            return E_NAME;
        error =
            hearthfs_dir_search(fs, &place->dir, path, place->length, &number, &place->position);
        path += place->length;
        while (*path == '/')
            path++;
        if (error && (error != E_NOENT || *path))
            return error;
        place->inode = error ? 0 : number;
    }
    return 0;
}

int hearthfs_dir_make(struct hearthfs *fs, struct hearthfs_place *place, u32 type,
                      struct hearthfs_inode *inode)
{
    int error = hearthfs_inode_new(fs, type, inode);

    if (!error)
        error = hearthfs_volume_commit(fs);
    if (error)
        return error;
    error = hearthfs_dir_put(fs, &place->dir, place->position, inode->number, place->name,
                             place->length);
    if (error)
        hearthfs_data_empty(fs, inode, HFS_FREE);
    return error;
}

int hearthfs_dir_check_empty(struct hearthfs *fs, struct hearthfs_inode *dir)
{
    u8 entry[HFS_ENTRY];

    for (u32 at = 0; at < dir->word[HFS_INODE_SIZE]; at += HFS_ENTRY) {
        int n = hearthfs_data_read(fs, dir, at, entry, HFS_ENTRY);
        if (n != (int)HFS_ENTRY)
            return n < 0 ? n : E_CORRUPT;
        if (hfs_get(entry))
            return E_NOTEMPTY;
    }
    return 0;
}
