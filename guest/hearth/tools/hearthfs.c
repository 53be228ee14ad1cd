/* SPDX-License-Identifier: ISC */
/*
 * hearthfs: look into and fill hearth's disks from the host. The image is a raw disk, or one of
 * System/161 with its header of 512 bytes, as "kuseg disk create" makes them. Nothing read from it
 * is trusted, and none is touched while a machine runs from it.
 *
 *   hearthfs mkfs IMAGE            make a file system
 *   hearthfs ls IMAGE [DIR]        name and size of all in a directory
 *   hearthfs get IMAGE PATH FILE   copy out; FILE "-" is standard output
 *   hearthfs put IMAGE FILE PATH   copy in, in place of what was there
 *   hearthfs mkdir IMAGE PATH
 *   hearthfs check IMAGE           is it consistent? lost space is reported, but no error
 *
 * Exit status: 0; 1 an operation failed or the check found errors; 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hearthfs_disk.h"

#define HEARTHFS_HEADER "System/161 Disk Image"
#define HEARTHFS_DEPTH  64 /* of directories; deeper ones are taken for a loop */

struct hearthfs {
    const char *name;
    int fd;
    off_t base; /* of block 0 in the file */
    unsigned blocks;
    unsigned super[HFS_SUPER_WORDS];
};

struct hearthfs_inode {
    unsigned number;
    unsigned word[HFS_INODE_WORDS];
};

__attribute__((noreturn, format(printf, 1, 2))) static void hearthfs_die(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fprintf(stderr, "hearthfs: ");
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(1);
}

/* --- blocks --- */

static void hearthfs_read(const struct hearthfs *fs, unsigned block, unsigned char *data)
{
    if (block >= fs->blocks)
        hearthfs_die("%s: block %u is beyond the disk", fs->name, block);
    if (pread(fs->fd, data, HFS_BLOCK, fs->base + (off_t)block * HFS_BLOCK) != HFS_BLOCK)
        hearthfs_die("%s: can't read block %u", fs->name, block);
}

static void hearthfs_write(const struct hearthfs *fs, unsigned block, const unsigned char *data)
{
    if (block >= fs->blocks)
        hearthfs_die("%s: block %u is beyond the disk", fs->name, block);
    if (pwrite(fs->fd, data, HFS_BLOCK, fs->base + (off_t)block * HFS_BLOCK) != HFS_BLOCK)
        hearthfs_die("%s: can't write block %u: %s", fs->name, block, strerror(errno));
}

static void hearthfs_open_image(struct hearthfs *fs, const char *name, int flags)
{
    char header[HFS_BLOCK] = {0};
    struct stat st;

    *fs = (struct hearthfs){.name = name, .fd = open(name, flags)};
    if (fs->fd < 0 || fstat(fs->fd, &st) < 0)
        hearthfs_die("%s: %s", name, strerror(errno));
    if (flock(fs->fd, (flags == O_RDONLY ? LOCK_SH : LOCK_EX) | LOCK_NB) < 0)
        hearthfs_die("%s: in use (%s)", name, strerror(errno));
    if (pread(fs->fd, header, sizeof(header), 0) < 0)
        hearthfs_die("%s: %s", name, strerror(errno));
    if (memcmp(header, HEARTHFS_HEADER, sizeof(HEARTHFS_HEADER)) == 0)
        fs->base = HFS_BLOCK;
    fs->blocks = (unsigned)((st.st_size - fs->base) / HFS_BLOCK);
    if (st.st_size - fs->base < (off_t)(HFS_MIN_BLOCKS * HFS_BLOCK))
        hearthfs_die("%s: too small for a file system", name);
}

static void hearthfs_open(struct hearthfs *fs, const char *name, int flags)
{
    unsigned char block[HFS_BLOCK];

    hearthfs_open_image(fs, name, flags);
    hearthfs_read(fs, 0, block);
    if (!hfs_super_read(fs->super, block, fs->blocks))
        hearthfs_die("%s: no hearthfs on it", name);
}

static int hearthfs_is_data(const struct hearthfs *fs, unsigned block)
{
    return block >= fs->super[HFS_SUPER_DATA_START] && block < fs->super[HFS_SUPER_BLOCKS];
}

/* --- the bitmap --- */

static int hearthfs_bit(const struct hearthfs *fs, unsigned block)
{
    unsigned char bits[HFS_BLOCK];
    unsigned n = block % HFS_BITS_PER_BLOCK;

    hearthfs_read(fs, fs->super[HFS_SUPER_BITMAP_START] + block / HFS_BITS_PER_BLOCK, bits);
    return bits[n / 8] >> n % 8 & 1;
}

static void hearthfs_set_bit(const struct hearthfs *fs, unsigned block, int used)
{
    unsigned char bits[HFS_BLOCK];
    unsigned n = block % HFS_BITS_PER_BLOCK;
    unsigned at = fs->super[HFS_SUPER_BITMAP_START] + block / HFS_BITS_PER_BLOCK;

    hearthfs_read(fs, at, bits);
    bits[n / 8] = (unsigned char)((bits[n / 8] & ~(1u << n % 8)) | (unsigned)used << n % 8);
    hearthfs_write(fs, at, bits);
}

static unsigned hearthfs_new_block(const struct hearthfs *fs)
{
    static const unsigned char zeros[HFS_BLOCK];

    for (unsigned b = fs->super[HFS_SUPER_DATA_START]; b < fs->super[HFS_SUPER_BLOCKS]; b++)
        if (!hearthfs_bit(fs, b)) {
            hearthfs_set_bit(fs, b, 1);
            hearthfs_write(fs, b, zeros);
            return b;
        }
    hearthfs_die("%s: no space left", fs->name);
}

/* --- inodes --- */

static void hearthfs_load(const struct hearthfs *fs, unsigned number, struct hearthfs_inode *inode)
{
    unsigned char block[HFS_BLOCK];

    if (number == 0 || number >= fs->super[HFS_SUPER_INODES])
        hearthfs_die("%s: there is no inode %u", fs->name, number);
    hearthfs_read(fs, fs->super[HFS_SUPER_INODE_START] + number / HFS_INODES_PER_BLOCK, block);
    inode->number = number;
    for (unsigned i = 0; i < HFS_INODE_WORDS; i++)
        inode->word[i] =
            hfs_get(block + number % HFS_INODES_PER_BLOCK * HFS_INODE_SIZE_BYTES + 4 * i);
    if (inode->word[HFS_INODE_SIZE] > HFS_MAX_BLOCKS * HFS_BLOCK)
        hearthfs_die("%s: inode %u has an impossible size", fs->name, number);
}

static void hearthfs_store(const struct hearthfs *fs, const struct hearthfs_inode *inode)
{
    unsigned char block[HFS_BLOCK];
    unsigned at = fs->super[HFS_SUPER_INODE_START] + inode->number / HFS_INODES_PER_BLOCK;

    hearthfs_read(fs, at, block);
    for (unsigned i = 0; i < HFS_INODE_WORDS; i++)
        hfs_put(block + inode->number % HFS_INODES_PER_BLOCK * HFS_INODE_SIZE_BYTES + 4 * i,
                inode->word[i]);
    hearthfs_write(fs, at, block);
}

static void hearthfs_new_inode(const struct hearthfs *fs, unsigned type,
                               struct hearthfs_inode *inode)
{
    for (unsigned n = HFS_ROOT; n < fs->super[HFS_SUPER_INODES]; n++) {
        hearthfs_load(fs, n, inode);
        if (inode->word[HFS_INODE_TYPE] != HFS_FREE)
            continue;
        memset(inode->word, 0, sizeof(inode->word));
        inode->word[HFS_INODE_TYPE] = type;
        inode->word[HFS_INODE_TIME] = (unsigned)time(NULL);
        hearthfs_store(fs, inode);
        return;
    }
    hearthfs_die("%s: no inode left", fs->name);
}

/* --- from a position in a file to a block --- */

static unsigned hearthfs_follow(const struct hearthfs *fs, unsigned *pointer, int create)
{
    if (*pointer == 0 && create)
        *pointer = hearthfs_new_block(fs);
    if (*pointer && !hearthfs_is_data(fs, *pointer))
        hearthfs_die("%s: a pointer to block %u, which isn't data", fs->name, *pointer);
    return *pointer;
}

static unsigned hearthfs_follow_table(const struct hearthfs *fs, unsigned table, unsigned index,
                                      int create)
{
    unsigned char block[HFS_BLOCK];
    unsigned pointer, before;

    if (!table)
        return 0;
    hearthfs_read(fs, table, block);
    before = pointer = hfs_get(block + 4 * index);
    hearthfs_follow(fs, &pointer, create);
    if (pointer != before) {
        hfs_put(block + 4 * index, pointer);
        hearthfs_write(fs, table, block);
    }
    return pointer;
}

/* 0: a hole. */
static unsigned hearthfs_map(const struct hearthfs *fs, struct hearthfs_inode *inode,
                             unsigned index, int create)
{
    unsigned table;

    if (index < HFS_DIRECT)
        return hearthfs_follow(fs, &inode->word[HFS_INODE_DIRECT + index], create);
    index -= HFS_DIRECT;
    if (index < HFS_POINTERS) {
        table = hearthfs_follow(fs, &inode->word[HFS_INODE_INDIRECT], create);
        return hearthfs_follow_table(fs, table, index, create);
    }
    index -= HFS_POINTERS;
    table = hearthfs_follow(fs, &inode->word[HFS_INODE_DOUBLE], create);
    table = hearthfs_follow_table(fs, table, index / HFS_POINTERS, create);
    return hearthfs_follow_table(fs, table, index % HFS_POINTERS, create);
}

static void hearthfs_get_block(const struct hearthfs *fs, struct hearthfs_inode *inode,
                               unsigned index, unsigned char *data)
{
    unsigned block = hearthfs_map(fs, inode, index, 0);

    memset(data, 0, HFS_BLOCK);
    if (block)
        hearthfs_read(fs, block, data);
}

/* Every block of a file, those of pointers included; used to free and to check. */
typedef void hearthfs_visit(const struct hearthfs *fs, unsigned block, void *context);

static void hearthfs_each_block(const struct hearthfs *fs, unsigned block, unsigned depth,
                                hearthfs_visit *visit, void *context)
{
    unsigned char data[HFS_BLOCK];

    if (block == 0)
        return;
    if (depth > 0 && hearthfs_is_data(fs, block)) {
        hearthfs_read(fs, block, data);
        for (unsigned i = 0; i < HFS_POINTERS; i++)
            hearthfs_each_block(fs, hfs_get(data + 4 * i), depth - 1, visit, context);
    }
    visit(fs, block, context);
}

static void hearthfs_each(const struct hearthfs *fs, const struct hearthfs_inode *inode,
                          hearthfs_visit *visit, void *context)
{
    for (unsigned i = 0; i < HFS_DIRECT + 2; i++)
        hearthfs_each_block(fs, inode->word[HFS_INODE_DIRECT + i],
                            i < HFS_DIRECT ? 0 : i - HFS_DIRECT + 1, visit, context);
}

static void hearthfs_free_block(const struct hearthfs *fs, unsigned block, void *context)
{
    (void)context;
    if (hearthfs_is_data(fs, block))
        hearthfs_set_bit(fs, block, 0);
}

static void hearthfs_empty(const struct hearthfs *fs, struct hearthfs_inode *inode)
{
    struct hearthfs_inode before = *inode;

    memset(inode->word + HFS_INODE_DIRECT, 0, (HFS_DIRECT + 2) * sizeof(unsigned));
    inode->word[HFS_INODE_SIZE] = 0;
    hearthfs_store(fs, inode);
    hearthfs_each(fs, &before, hearthfs_free_block, NULL);
}

/* --- directories --- */

struct hearthfs_entry {
    unsigned inode;
    char name[HFS_NAME + 1];
};

/* The entry at a position; 0 at the end of the directory. */
static int hearthfs_entry(const struct hearthfs *fs, struct hearthfs_inode *dir, unsigned at,
                          struct hearthfs_entry *entry)
{
    unsigned char block[HFS_BLOCK];

    if (at + HFS_ENTRY > dir->word[HFS_INODE_SIZE])
        return 0;
    hearthfs_get_block(fs, dir, at / HFS_BLOCK, block);
    entry->inode = hfs_get(block + at % HFS_BLOCK);
    memcpy(entry->name, block + at % HFS_BLOCK + 4, HFS_NAME);
    entry->name[HFS_NAME] = 0;
    return 1;
}

static unsigned hearthfs_search(const struct hearthfs *fs, struct hearthfs_inode *dir,
                                const char *name, size_t length)
{
    struct hearthfs_entry entry;

    if (dir->word[HFS_INODE_TYPE] != HFS_DIRECTORY)
        hearthfs_die("%s: inode %u is not a directory", fs->name, dir->number);
    for (unsigned at = 0; hearthfs_entry(fs, dir, at, &entry); at += HFS_ENTRY)
        if (entry.inode && strlen(entry.name) == length && memcmp(entry.name, name, length) == 0)
            return entry.inode;
    return 0;
}

static void hearthfs_add_entry(const struct hearthfs *fs, struct hearthfs_inode *dir,
                               unsigned inode, const char *name)
{
    unsigned char block[HFS_BLOCK];
    struct hearthfs_entry entry;
    unsigned at = 0, number;

    if (strlen(name) == 0 || strlen(name) >= HFS_NAME || strncmp(name, "..", 2) == 0 ||
        strcmp(name, ".") == 0)
        hearthfs_die("bad name: %s", name);
    while (hearthfs_entry(fs, dir, at, &entry) && entry.inode)
        at += HFS_ENTRY;
    number = hearthfs_map(fs, dir, at / HFS_BLOCK, 1);
    hearthfs_read(fs, number, block);
    memset(block + at % HFS_BLOCK, 0, HFS_ENTRY);
    hfs_put(block + at % HFS_BLOCK, inode);
    memcpy(block + at % HFS_BLOCK + 4, name, strlen(name));
    hearthfs_write(fs, number, block);
    if (at + HFS_ENTRY > dir->word[HFS_INODE_SIZE])
        dir->word[HFS_INODE_SIZE] = at + HFS_ENTRY;
    hearthfs_store(fs, dir);
}

/* The directory of a path's last name (dir), that name, and the inode there or 0. */
static unsigned hearthfs_walk(const struct hearthfs *fs, const char *path,
                              struct hearthfs_inode *dir, const char **name)
{
    unsigned number = HFS_ROOT;

    hearthfs_load(fs, HFS_ROOT, dir);
    *name = "";
    for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
        size_t length = strcspn(path, "/");
        if (!number)
            hearthfs_die("%s: no such directory before %s", fs->name, path);
        hearthfs_load(fs, number, dir);
        number = hearthfs_search(fs, dir, path, length);
        *name = path;
        path += length;
    }
    return number;
}

/* --- the commands --- */

static int hearthfs_mkfs(const char *image)
{
    unsigned char block[HFS_BLOCK] = {0};
    struct hearthfs_inode root = {.number = HFS_ROOT, .word = {[HFS_INODE_TYPE] = HFS_DIRECTORY}};
    struct hearthfs fs;

    hearthfs_open_image(&fs, image, O_RDWR);
    hfs_layout(fs.super, fs.blocks);
    for (unsigned b = 0; b < fs.super[HFS_SUPER_DATA_START]; b++)
        hearthfs_write(&fs, b, block);
    for (unsigned b = 0; b < fs.super[HFS_SUPER_DATA_START]; b++)
        hearthfs_set_bit(&fs, b, 1);
    hearthfs_store(&fs, &root);
    for (unsigned i = 0; i < HFS_SUPER_WORDS; i++)
        hfs_put(block + 4 * i, fs.super[i]);
    hearthfs_write(&fs, 0, block);
    return 0;
}

static int hearthfs_ls(const char *image, const char *path)
{
    struct hearthfs fs;
    struct hearthfs_inode dir, inode;
    struct hearthfs_entry entry;
    const char *name;
    unsigned number;

    hearthfs_open(&fs, image, O_RDONLY);
    number = hearthfs_walk(&fs, path ? path : "", &dir, &name);
    if (!number)
        hearthfs_die("%s: no such directory", path);
    hearthfs_load(&fs, number, &dir);
    if (dir.word[HFS_INODE_TYPE] != HFS_DIRECTORY)
        hearthfs_die("%s: not a directory", path);
    for (unsigned at = 0; hearthfs_entry(&fs, &dir, at, &entry); at += HFS_ENTRY) {
        if (!entry.inode)
            continue;
        hearthfs_load(&fs, entry.inode, &inode);
        printf("%10u %s%s\n", inode.word[HFS_INODE_SIZE], entry.name,
               inode.word[HFS_INODE_TYPE] == HFS_DIRECTORY ? "/" : "");
    }
    return 0;
}

static int hearthfs_get(const char *image, const char *path, const char *to)
{
    FILE *out = strcmp(to, "-") == 0 ? stdout : NULL;
    unsigned char block[HFS_BLOCK];
    struct hearthfs fs;
    struct hearthfs_inode dir, inode;
    const char *name;
    unsigned number, size;

    hearthfs_open(&fs, image, O_RDONLY);
    number = hearthfs_walk(&fs, path, &dir, &name);
    if (!number)
        hearthfs_die("%s: no such file", path);
    hearthfs_load(&fs, number, &inode);
    if (inode.word[HFS_INODE_TYPE] != HFS_FILE)
        hearthfs_die("%s: not a file", path);
    if (!out && !(out = fopen(to, "wb")))
        hearthfs_die("%s: %s", to, strerror(errno));
    size = inode.word[HFS_INODE_SIZE];
    for (unsigned at = 0; at < size; at += HFS_BLOCK) {
        hearthfs_get_block(&fs, &inode, at / HFS_BLOCK, block);
        fwrite(block, 1, size - at < HFS_BLOCK ? size - at : HFS_BLOCK, out);
    }
    if (fflush(out) != 0 || ferror(out))
        hearthfs_die("%s: %s", to, strerror(errno));
    return 0;
}

static void hearthfs_fill(const struct hearthfs *fs, struct hearthfs_inode *inode, FILE *in)
{
    unsigned char block[HFS_BLOCK] = {0};
    unsigned index = 0;
    size_t n;

    while ((n = fread(block, 1, HFS_BLOCK, in)) > 0) {
        if (index == HFS_MAX_BLOCKS)
            hearthfs_die("too big for hearthfs");
        hearthfs_write(fs, hearthfs_map(fs, inode, index++, 1), block);
        inode->word[HFS_INODE_SIZE] += (unsigned)n;
        memset(block, 0, sizeof(block));
    }
    hearthfs_store(fs, inode);
}

static int hearthfs_put(const char *image, const char *from, const char *path)
{
    struct hearthfs fs;
    struct hearthfs_inode dir, inode;
    FILE *in = fopen(from, "rb");
    const char *name;
    unsigned number;

    if (!in)
        hearthfs_die("%s: %s", from, strerror(errno));
    hearthfs_open(&fs, image, O_RDWR);
    number = hearthfs_walk(&fs, path, &dir, &name);
    if (number) {
        hearthfs_load(&fs, number, &inode);
        if (inode.word[HFS_INODE_TYPE] != HFS_FILE)
            hearthfs_die("%s: not a file", path);
        hearthfs_empty(&fs, &inode);
    } else {
        hearthfs_new_inode(&fs, HFS_FILE, &inode);
        hearthfs_add_entry(&fs, &dir, inode.number, name);
    }
    hearthfs_fill(&fs, &inode, in);
    if (ferror(in))
        hearthfs_die("%s: %s", from, strerror(errno));
    fclose(in);
    return 0;
}

static int hearthfs_mkdir(const char *image, const char *path)
{
    struct hearthfs fs;
    struct hearthfs_inode dir, inode;
    const char *name;

    hearthfs_open(&fs, image, O_RDWR);
    if (hearthfs_walk(&fs, path, &dir, &name))
        hearthfs_die("%s: exists already", path);
    hearthfs_new_inode(&fs, HFS_DIRECTORY, &inode);
    hearthfs_add_entry(&fs, &dir, inode.number, name);
    return 0;
}

/* --- check --- */

struct hearthfs_check {
    unsigned char *used;  /* by block */
    unsigned char *found; /* by inode */
    unsigned errors;
};

__attribute__((format(printf, 2, 3))) static void hearthfs_error(struct hearthfs_check *check,
                                                                 const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vprintf(fmt, args);
    printf("\n");
    va_end(args);
    check->errors++;
}

static void hearthfs_check_block(const struct hearthfs *fs, unsigned block, void *context)
{
    struct hearthfs_check *check = context;

    if (!hearthfs_is_data(fs, block))
        hearthfs_error(check, "a pointer to block %u, which isn't data", block);
    else if (check->used[block]++)
        hearthfs_error(check, "block %u is used twice", block);
    else if (!hearthfs_bit(fs, block))
        hearthfs_error(check, "block %u is used, but marked free", block);
}

static void hearthfs_check_tree(const struct hearthfs *fs, unsigned number, unsigned depth,
                                struct hearthfs_check *check)
{
    struct hearthfs_inode inode;
    struct hearthfs_entry entry;

    if (number >= fs->super[HFS_SUPER_INODES] || depth > HEARTHFS_DEPTH) {
        hearthfs_error(check, "an entry for inode %u, which can't be", number);
        return;
    }
    if (check->found[number]++) {
        hearthfs_error(check, "inode %u is in two directories", number);
        return;
    }
    hearthfs_load(fs, number, &inode);
    if (inode.word[HFS_INODE_TYPE] != HFS_FILE && inode.word[HFS_INODE_TYPE] != HFS_DIRECTORY)
        hearthfs_error(check, "an entry for inode %u of type %u", number,
                       inode.word[HFS_INODE_TYPE]);
    hearthfs_each(fs, &inode, hearthfs_check_block, check);
    if (inode.word[HFS_INODE_TYPE] != HFS_DIRECTORY || check->errors)
        return;
    for (unsigned at = 0; hearthfs_entry(fs, &inode, at, &entry); at += HFS_ENTRY)
        if (entry.inode)
            hearthfs_check_tree(fs, entry.inode, depth + 1, check);
}

static void hearthfs_count_lost(const struct hearthfs *fs, const struct hearthfs_check *check)
{
    struct hearthfs_inode inode;
    unsigned blocks = 0, inodes = 0;

    for (unsigned b = fs->super[HFS_SUPER_DATA_START]; b < fs->super[HFS_SUPER_BLOCKS]; b++)
        blocks += !check->used[b] && hearthfs_bit(fs, b);
    for (unsigned n = HFS_ROOT; n < fs->super[HFS_SUPER_INODES]; n++) {
        hearthfs_load(fs, n, &inode);
        inodes += !check->found[n] && inode.word[HFS_INODE_TYPE] != HFS_FREE;
    }
    printf("%u errors, %u blocks and %u inodes lost\n", check->errors, blocks, inodes);
}

static int hearthfs_do_check(const char *image)
{
    struct hearthfs_check check = {0};
    struct hearthfs fs;
    int failed;

    hearthfs_open(&fs, image, O_RDONLY);
    check.used = calloc(fs.super[HFS_SUPER_BLOCKS], 1);
    check.found = calloc(fs.super[HFS_SUPER_INODES], 1);
    if (!check.used || !check.found)
        hearthfs_die("out of memory");
    hearthfs_check_tree(&fs, HFS_ROOT, 0, &check);
    for (unsigned b = 0; b < fs.super[HFS_SUPER_DATA_START]; b++)
        if (!hearthfs_bit(&fs, b))
            hearthfs_error(&check, "block %u of the file system itself is marked free", b);
    hearthfs_count_lost(&fs, &check);
    failed = check.errors != 0;
    free(check.used);
    free(check.found);
    return failed;
}

int main(int argc, char **argv)
{
    const char *command = argc > 2 ? argv[1] : "";

    if (strcmp(command, "mkfs") == 0 && argc == 3)
        return hearthfs_mkfs(argv[2]);
    if (strcmp(command, "ls") == 0 && argc <= 4)
        return hearthfs_ls(argv[2], argc > 3 ? argv[3] : NULL);
    if (strcmp(command, "get") == 0 && argc == 5)
        return hearthfs_get(argv[2], argv[3], argv[4]);
    if (strcmp(command, "put") == 0 && argc == 5)
        return hearthfs_put(argv[2], argv[3], argv[4]);
    if (strcmp(command, "mkdir") == 0 && argc == 4)
        return hearthfs_mkdir(argv[2], argv[3]);
    if (strcmp(command, "check") == 0 && argc == 3)
        return hearthfs_do_check(argv[2]);
    fprintf(stderr, "usage: hearthfs mkfs IMAGE | ls IMAGE [DIR] | get IMAGE PATH FILE |\n"
                    "       put IMAGE FILE PATH | mkdir IMAGE PATH | check IMAGE\n");
    return 2;
}
