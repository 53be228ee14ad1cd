/* SPDX-License-Identifier: ISC */
/*
 * /host: a directory of the host through the emufs card, read-only. Node numbers are the card's
 * file handles plus one. The card gives one handle to all who open the same file, so a handle is
 * closed when no open file refers to it any more.
 */
#include "board.h"
#include "file.h"
#include "fs.h"
#include "lb.h"
#include "sched.h"
#include "string.h"

#define LB_EMUFS_HANDLE    0u
#define LB_EMUFS_OFFSET    4u
#define LB_EMUFS_LENGTH    8u
#define LB_EMUFS_OPERATION 12u
#define LB_EMUFS_RESULT    16u
#define LB_EMUFS_BUFFER    16384u

enum lb_emufs_operation {
    LB_EMUFS_OPEN = 1,
    LB_EMUFS_CLOSE = 4,
    LB_EMUFS_READ = 5,
    LB_EMUFS_READDIR = 6,
    LB_EMUFS_SIZE = 8
};

static struct lb_emufs {
    struct sched_mutex mutex; /* the registers and the buffer */
    struct lock lock;
    u32 slot;
    u32 result; /* 0 until the operation is done */
} lb_emufs = {.slot = LB_SLOTS};

static void lb_emufs_interrupt(u32 slot)
{
    lock_take(&lb_emufs.lock);
    lb_emufs.result = lb_read(slot, LB_EMUFS_RESULT);
    lb_write(slot, LB_EMUFS_RESULT, 0);
    sched_wake(&lb_emufs);
    lock_drop(&lb_emufs.lock);
}

void lb_emufs_attach(u32 slot)
{
    if (lb_emufs.slot != LB_SLOTS)
        return;
    lb_emufs.slot = slot;
    lb_handle(slot, lb_emufs_interrupt);
}

bool hostfs_present(void)
{
    return lb_emufs.slot != LB_SLOTS;
}

/* By the card's result codes. */
static int lb_emufs_error(u32 result)
{
    static const signed char errors[] = {E_IO,    0,         E_BADFD,   E_IO,
                                         E_NOENT, E_INVALID, E_EXISTS,  E_ISDIR,
                                         E_IO,    E_TOOMANY, E_NOSPACE, E_NOTDIR};

    return result < COUNT_OF(errors) ? errors[result] : E_IO;
}

static int lb_emufs_do_locked(u32 operation, u32 node, u32 offset, u32 length)
{
    u32 result;

    lb_write(lb_emufs.slot, LB_EMUFS_HANDLE, node - 1);
    lb_write(lb_emufs.slot, LB_EMUFS_OFFSET, offset);
    lb_write(lb_emufs.slot, LB_EMUFS_LENGTH, length);
    lock_take(&lb_emufs.lock);
    lb_emufs.result = 0;
    lb_write(lb_emufs.slot, LB_EMUFS_OPERATION, operation);
    while ((result = lb_emufs.result) == 0)
        sched_sleep(&lb_emufs, &lb_emufs.lock);
    lock_drop(&lb_emufs.lock);
    return lb_emufs_error(result);
}

/* After an operation: its length, or the error. */
static int lb_emufs_length_locked(int error)
{
    return error ? error : (int)lb_read(lb_emufs.slot, LB_EMUFS_LENGTH);
}

static void lb_emufs_get_locked(u32 from, void *to, u32 size)
{
    u32 word;

    for (u32 i = 0; i < size; i++) {
        u32 at = from + i;
        word = lb_read(lb_emufs.slot, LB_BUFFER + (at & ~3u));
        ((u8 *)to)[i] = ((u8 *)&word)[at & 3];
    }
}

static int hostfs_open(const struct fs *fs, const char *path, u32 flags, u32 *node)
{
    u32 words[ABI_PATH / 4] = {0};
    int error;

    (void)fs;
    if (flags != ABI_READ)
        return E_READONLY;
    *node = 1; /* the card's root handle, always open */
    if (!*path)
        return 0;
    string_copy((char *)words, path, sizeof(words));
    sched_mutex_take(&lb_emufs.mutex);
    lb_copy_out(lb_emufs.slot, words, sizeof(words));
    error = lb_emufs_do_locked(LB_EMUFS_OPEN, 1, 0, strlen(path));
    *node = error ? 0 : lb_read(lb_emufs.slot, LB_EMUFS_HANDLE) + 1;
    sched_mutex_drop(&lb_emufs.mutex);
    return error;
}

static void hostfs_close(const struct fs *fs, u32 node)
{
    sched_mutex_take(&lb_emufs.mutex);
    if (node != 1 && !file_in_use(fs, node))
        lb_emufs_do_locked(LB_EMUFS_CLOSE, node, 0, 0);
    sched_mutex_drop(&lb_emufs.mutex);
}

static int hostfs_read(const struct fs *fs, u32 node, u32 offset, void *buffer, u32 size)
{
    int n;

    (void)fs;
    sched_mutex_take(&lb_emufs.mutex);
    n = lb_emufs_do_locked(LB_EMUFS_READ, node, offset, min_u32(size, LB_EMUFS_BUFFER));
    n = lb_emufs_length_locked(n);
    if (n > 0)
        lb_emufs_get_locked(0, buffer, (u32)n);
    sched_mutex_drop(&lb_emufs.mutex);
    return n;
}

static int hostfs_size(const struct fs *fs, u32 node)
{
    int n;

    (void)fs;
    sched_mutex_take(&lb_emufs.mutex);
    n = lb_emufs_length_locked(lb_emufs_do_locked(LB_EMUFS_SIZE, node, 0, 0));
    sched_mutex_drop(&lb_emufs.mutex);
    return n;
}

static int hostfs_readdir(const struct fs *fs, u32 node, u32 *position, struct abi_dirent *entry)
{
    int n;

    (void)fs;
    *entry = (struct abi_dirent){0};
    sched_mutex_take(&lb_emufs.mutex);
    n = lb_emufs_do_locked(LB_EMUFS_READDIR, node, *position, ABI_NAME - 1);
    n = lb_emufs_length_locked(n);
    if (n > 0) {
        lb_emufs_get_locked(0, entry->name, min_u32((u32)n, ABI_NAME - 1));
        ++*position;
    }
    sched_mutex_drop(&lb_emufs.mutex);
    return n > 0 ? 1 : n;
}

const struct fs_ops hostfs_ops = {
    .open = hostfs_open,
    .close = hostfs_close,
    .read = hostfs_read,
    .size = hostfs_size,
    .readdir = hostfs_readdir,
};
