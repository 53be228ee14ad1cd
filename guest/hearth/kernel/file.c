/* SPDX-License-Identifier: ISC */
/* The table of open files, and the way from a descriptor to whatever is behind it. */
#include "file.h"

#include "console.h"
#include "fs.h"
#include "lock.h"
#include "pipe.h"
#include "vm.h"

#define FILE_MAX 128

static struct file file_table[FILE_MAX];
static struct lock file_lock;

struct file *file_new(enum file_kind kind, u32 flags)
{
    struct file *file = NULL;

    lock_take(&file_lock);
    for (struct file *f = file_table; f < file_table + FILE_MAX && !file; f++)
        if (f->kind == FILE_FREE)
            file = f;
    if (file)
        *file = (struct file){.kind = kind, .holders = 1, .flags = flags};
    lock_drop(&file_lock);
    return file;
}

struct file *file_hold(struct file *file)
{
    lock_take(&file_lock);
    file->holders++;
    lock_drop(&file_lock);
    return file;
}

/* The slot is free before the other side hears of it: it may look for other users. */
static void file_end(struct file *file)
{
    struct file was = *file;

    file->kind = FILE_FREE;
    if (was.kind == FILE_PIPE)
        pipe_close(was.pipe, was.flags & ABI_WRITE);
    if (was.kind == FILE_NODE && was.fs->ops->close && was.node)
        was.fs->ops->close(was.fs, was.node);
}

void file_close(struct file *file)
{
    bool last;

    lock_take(&file_lock);
    last = --file->holders == 0;
    lock_drop(&file_lock);
    if (last)
        file_end(file);
}

bool file_in_use(const struct fs *fs, u32 node)
{
    bool found = false;

    lock_take(&file_lock);
    for (struct file *f = file_table; f < file_table + FILE_MAX; f++)
        if (f->kind == FILE_NODE && f->fs == fs && (f->node == node || node == 0))
            found = true;
    lock_drop(&file_lock);
    return found;
}

int file_open(const char *path, u32 flags, struct file **result)
{
    struct file *file = file_new(FILE_NODE, flags);
    int error;

    if (!file)
        return E_TOOMANY;
    file->fs = fs_find(&path);
    if (!file->fs)
        error = E_NOENT;
    else
        error = file->fs->ops->open(file->fs, path, flags, &file->node);
    if (error) {
        file->kind = FILE_FREE;
        return error;
    }
    *result = file;
    return 0;
}

void file_open_console(struct file **files)
{
    files[0] = file_new(FILE_CONSOLE, ABI_READ);
    files[1] = file_new(FILE_CONSOLE, ABI_WRITE);
    files[2] = file_hold(files[1]);
}

int file_read_at(struct file *file, u32 offset, void *buffer, u32 size)
{
    return file->fs->ops->read(file->fs, file->node, offset, buffer, size);
}

static int file_node_transfer(struct file *file, void *buffer, u32 size, bool write)
{
    const struct fs_ops *ops = file->fs->ops;
    u32 offset = write && (file->flags & ABI_APPEND) ? FS_END : file->offset;
    int n;

    if (!write)
        n = ops->read(file->fs, file->node, offset, buffer, size);
    else
        n = ops->write ? ops->write(file->fs, file->node, offset, buffer, size) : E_READONLY;
    if (n > 0)
        file->offset += (u32)n;
    return n;
}

static int file_transfer(struct file *file, void *buffer, u32 size, bool write)
{
    if (write != !!(file->flags & (ABI_WRITE | ABI_CREATE | ABI_APPEND)))
        return E_BADFD;
    if (file->kind == FILE_NODE)
        return file_node_transfer(file, buffer, size, write);
    if (file->kind == FILE_PIPE)
        return pipe_transfer(file->pipe, buffer, size, write);
    return write ? console_write(buffer, size) : console_read(buffer, size);
}

/* Page by page, directly to and from the user's memory. Reading a stream (not a file) ends with the
 * first piece: the next one might not come soon. */
int file_user(struct file *file, struct vm_space *space, u32 va, u32 size, bool write)
{
    u32 done = 0;

    while (done < size) {
        u32 chunk = min_u32(size - done, PAGE_SIZE - ((va + done) & PAGE_MASK));
        void *page = vm_resolve(space, va + done, write ? VM_READ : VM_WRITE);
        int n = page ? file_transfer(file, page, chunk, write) : E_FAULT;
        if (n < 0)
            return done ? (int)done : n;
        done += (u32)n;
        if ((u32)n < chunk || (!write && file->kind != FILE_NODE))
            break;
    }
    return (int)done;
}

int file_size(struct file *file)
{
    return file->kind == FILE_NODE ? file->fs->ops->size(file->fs, file->node) : 0;
}

int file_readdir(struct file *file, struct abi_dirent *entry)
{
    if (file->kind != FILE_NODE)
        return E_NOTDIR;
    return file->fs->ops->readdir(file->fs, file->node, &file->offset, entry);
}
