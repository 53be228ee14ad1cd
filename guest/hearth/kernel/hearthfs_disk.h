/* SPDX-License-Identifier: ISC */
/*
 * hearthfs on the disk. Shared with tools/hearthfs.c, so plain C without anything of the kernel.
 *
 * The disk is an array of blocks of 512 bytes (one sector). Numbers are 32 bits, big-endian.
 *
 *   block 0           the superblock
 *   bitmap_start ...  a bit per block of the disk, 1 = in use; block n: byte n/8, bit n%8
 *   inode_start ...   8 inodes of 64 bytes a block; inode 0 is unused, inode 1 the root directory
 *   data_start ...    contents of files and directories, and blocks of pointers
 *
 * A file's blocks are listed by 10 direct pointers, a pointer to a block of 128 pointers, and one
 * to a block of 128 pointers to such blocks. Pointer 0: a hole, which reads as zeros. A directory
 * is a file of 32-byte entries; entries with inode 0 are free. There are no "." and "..".
 *
 * Order of writing, so that a power failure at any sector leaves at worst lost space: what is
 * pointed to before what points to it; bits are set before a block is used, and cleared after it no
 * longer is. A superblock is valid if its magic, version and sum are and its areas fit in each
 * other.
 */
#ifndef HEARTHFS_DISK_H
#define HEARTHFS_DISK_H

#define HFS_BLOCK   512u
#define HFS_MAGIC   0x68727468u /* "hrth" */
#define HFS_VERSION 1u

/* The superblock: words by index. The sum is that of the words before it. */
enum hfs_super {
    HFS_SUPER_MAGIC,
    HFS_SUPER_VERSION,
    HFS_SUPER_BLOCKS, /* of the disk */
    HFS_SUPER_INODES,
    HFS_SUPER_BITMAP_START,
    HFS_SUPER_INODE_START,
    HFS_SUPER_DATA_START,
    HFS_SUPER_SUM,
    HFS_SUPER_WORDS
};

/* An inode: words by index. */
enum hfs_inode {
    HFS_INODE_TYPE,
    HFS_INODE_SIZE,     /* bytes */
    HFS_INODE_TIME,     /* of the last change, seconds since 1970 */
    HFS_INODE_RESERVED, /* 0 */
    HFS_INODE_DIRECT,   /* ten of them */
    HFS_INODE_INDIRECT = HFS_INODE_DIRECT + 10,
    HFS_INODE_DOUBLE,
    HFS_INODE_WORDS
};

enum hfs_type {
    HFS_FREE,
    HFS_FILE,
    HFS_DIRECTORY
};

#define HFS_INODE_SIZE_BYTES 64u
#define HFS_INODES_PER_BLOCK (HFS_BLOCK / HFS_INODE_SIZE_BYTES)
#define HFS_DIRECT           10u
#define HFS_POINTERS         (HFS_BLOCK / 4)
#define HFS_MAX_BLOCKS       (HFS_DIRECT + HFS_POINTERS + HFS_POINTERS * HFS_POINTERS)
#define HFS_BITS_PER_BLOCK   (HFS_BLOCK * 8)
#define HFS_ROOT             1u

/* A directory entry: inode number, then the name, filled up with zeros. */
#define HFS_ENTRY 32u
#define HFS_NAME  28u

/* How a new file system divides a disk: an inode for every 8 blocks. */
#define HFS_BLOCKS_PER_INODE 8u
#define HFS_MIN_BLOCKS       32u

static inline unsigned hfs_get(const unsigned char *p)
{
    return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

static inline void hfs_put(unsigned char *p, unsigned value)
{
    p[0] = (unsigned char)(value >> 24);
    p[1] = (unsigned char)(value >> 16);
    p[2] = (unsigned char)(value >> 8);
    p[3] = (unsigned char)value;
}

/* Fill in all words of a superblock for a new file system. */
static inline void hfs_layout(unsigned words[HFS_SUPER_WORDS], unsigned blocks)
{
    unsigned inode_blocks = blocks / HFS_BLOCKS_PER_INODE / HFS_INODES_PER_BLOCK + 1;
    unsigned bitmap_blocks = (blocks + HFS_BITS_PER_BLOCK - 1) / HFS_BITS_PER_BLOCK;

    words[HFS_SUPER_MAGIC] = HFS_MAGIC;
    words[HFS_SUPER_VERSION] = HFS_VERSION;
    words[HFS_SUPER_BLOCKS] = blocks;
    words[HFS_SUPER_INODES] = inode_blocks * HFS_INODES_PER_BLOCK;
    words[HFS_SUPER_BITMAP_START] = 1;
    words[HFS_SUPER_INODE_START] = 1 + bitmap_blocks;
    words[HFS_SUPER_DATA_START] = 1 + bitmap_blocks + inode_blocks;
    words[HFS_SUPER_SUM] = 0;
    for (int i = 0; i < HFS_SUPER_SUM; i++)
        words[HFS_SUPER_SUM] += words[i];
}

/* Read a superblock; 0 unless it makes sense for a disk of so many blocks. */
static inline int hfs_super_read(unsigned words[HFS_SUPER_WORDS], const unsigned char *block,
                                 unsigned disk_blocks)
{
    unsigned expected[HFS_SUPER_WORDS];

    for (int i = 0; i < HFS_SUPER_WORDS; i++)
        words[i] = hfs_get(block + 4 * i);
    if (words[HFS_SUPER_BLOCKS] < HFS_MIN_BLOCKS || words[HFS_SUPER_BLOCKS] > disk_blocks)
        return 0;
    hfs_layout(expected, words[HFS_SUPER_BLOCKS]);
    for (int i = 0; i < HFS_SUPER_WORDS; i++)
        if (words[i] != expected[i])
            return 0;
    return 1;
}

#endif
