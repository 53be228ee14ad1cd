/* SPDX-License-Identifier: ISC */
/* Pipes. The whole struct is one page; its bytes form a ring. */
#include "pipe.h"

#include "file.h"
#include "mem.h"
#include "proc.h"
#include "sched.h"

#define PIPE_BYTES 2048u

struct pipe {
    struct lock lock;
    bool readers, writers;
    u32 head, tail; /* written, read; free-running */
    char bytes[PIPE_BYTES];
};

_Static_assert(sizeof(struct pipe) <= PAGE_SIZE, "a pipe is allocated as one page");

int pipe_open(struct file **reader, struct file **writer)
{
    struct pipe *pipe = mem_page();

    if (!pipe)
        return E_NOMEM;
    *reader = file_new(FILE_PIPE, ABI_READ);
    *writer = *reader ? file_new(FILE_PIPE, ABI_WRITE) : NULL;
    if (!*writer) {
        if (*reader)
            (*reader)->kind = FILE_FREE;
        mem_free(pipe);
        return E_TOOMANY;
    }
    pipe->readers = pipe->writers = true;
    (*reader)->pipe = (*writer)->pipe = pipe;
    return 0;
}

void pipe_close(struct pipe *pipe, bool writer)
{
    bool last;

    lock_take(&pipe->lock);
    if (writer)
        pipe->writers = false;
    else
        pipe->readers = false;
    last = !pipe->readers && !pipe->writers;
    sched_wake(pipe);
    lock_drop(&pipe->lock);
    if (last)
        mem_free(pipe);
}

static int pipe_read_locked(struct pipe *pipe, char *to, u32 size)
{
    u32 n = 0;

    while (pipe->head == pipe->tail && pipe->writers && !proc_self()->killed)
        sched_sleep(pipe, &pipe->lock);
    while (n < size && pipe->tail != pipe->head)
        to[n++] = pipe->bytes[pipe->tail++ % PIPE_BYTES];
    return (int)n;
}

static int pipe_write_locked(struct pipe *pipe, const char *from, u32 size)
{
    u32 n = 0;

    while (n < size) {
        while (pipe->head - pipe->tail == PIPE_BYTES && pipe->readers && !proc_self()->killed) {
            sched_wake(pipe);
            sched_sleep(pipe, &pipe->lock);
        }
        if (!pipe->readers || proc_self()->killed)
            return E_PIPE;
        pipe->bytes[pipe->head++ % PIPE_BYTES] = from[n++];
    }
    return (int)n;
}

int pipe_transfer(struct pipe *pipe, void *buffer, u32 size, bool write)
{
    int n;

    lock_take(&pipe->lock);
    n = write ? pipe_write_locked(pipe, buffer, size) : pipe_read_locked(pipe, buffer, size);
    sched_wake(pipe);
    lock_drop(&pipe->lock);
    return n;
}
