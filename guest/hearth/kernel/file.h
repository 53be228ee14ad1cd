/* SPDX-License-Identifier: ISC */
/* Open files: the console, an end of a pipe, or something in a file system. */
#ifndef FILE_H
#define FILE_H

#include "abi.h"
#include "types.h"

struct fs;
struct pipe;
struct vm_space;

enum file_kind {
    FILE_FREE,
    FILE_CONSOLE,
    FILE_PIPE,
    FILE_NODE
};

struct file {
    enum file_kind kind;
    u32 holders; /* descriptors that refer to it, in all processes */
    u32 flags;   /* ABI_READ ... */
    u32 offset;
    const struct fs *fs; /* FILE_NODE */
    u32 node;            /* number within the file system; set under its lock */
    struct pipe *pipe;   /* FILE_PIPE */
};

/* Null: too many. */
struct file *file_new(enum file_kind kind, u32 flags);
struct file *file_hold(struct file *file);
void file_close(struct file *file);

int file_open(const char *path, u32 flags, struct file **file);
void file_open_console(struct file **files);

/* Bytes transferred or an error. The first is on kernel memory. */
int file_read_at(struct file *file, u32 offset, void *buffer, u32 size);
int file_user(struct file *file, struct vm_space *space, u32 va, u32 size, bool write);
int file_size(struct file *file);
int file_readdir(struct file *file, struct abi_dirent *entry); /* 1, or 0 at the end */

/* Is the node open (0: any of them)? For file systems, under their lock. */
bool file_in_use(const struct fs *fs, u32 node);

#endif
