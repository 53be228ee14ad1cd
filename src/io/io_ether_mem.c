/* SPDX-License-Identifier: ISC */
#include "io/io_ether_mem.h"
#include "io/io_ether_queue.h"
#include "lib/bug.h"

#include <stdlib.h>

struct io_ether_mem {
    struct io_ether_mem *peer; /* NULL: closed */
    bool unplugged;
    struct io_ether_queue queue; /* what came from the peer */
};

static bool io_ether_mem_joined(const struct io_ether_mem *end)
{
    return end->peer && !end->unplugged && !end->peer->unplugged;
}

static void io_ether_mem_send(void *ctx, const void *frame, u32 len)
{
    struct io_ether_mem *end = ctx;
    if (io_ether_mem_joined(end) && io_ether_len_ok(len) &&
        io_ether_queue_room(&end->peer->queue)) {
        io_ether_queue_put(&end->peer->queue, frame, len);
        end->queue.counters.out++;
    } else {
        end->queue.counters.lost_out++;
    }
}

static bool io_ether_mem_poll(void *ctx, u8 *data, u32 *len)
{
    struct io_ether_mem *end = ctx;
    end->queue.carrier = io_ether_mem_joined(end);
    return io_ether_queue_take(&end->queue, data, len);
}

static const struct io_ether_counters *io_ether_mem_counters(const void *ctx)
{
    return &((const struct io_ether_mem *)ctx)->queue.counters;
}

static void io_ether_mem_close(void *ctx)
{
    struct io_ether_mem *end = ctx;
    if (end->peer)
        end->peer->peer = NULL;
    io_ether_queue_fini(&end->queue);
    free(end);
}

void io_ether_mem_open(struct io_ether end[2])
{
    struct io_ether_mem *m[2];
    for (unsigned i = 0; i < 2; i++) {
        m[i] = xcalloc(1, sizeof *m[i]);
        io_ether_queue_init(&m[i]->queue, IO_ETHER_MEM_QUEUE);
        end[i] = (struct io_ether){.send = io_ether_mem_send,
                                   .poll = io_ether_mem_poll,
                                   .close = io_ether_mem_close,
                                   .counters = io_ether_mem_counters,
                                   .ctx = m[i]};
    }
    m[0]->peer = m[1];
    m[1]->peer = m[0];
}

void io_ether_mem_unplug(struct io_ether *end, bool unplugged)
{
    struct io_ether_mem *m = end->ctx;
    m->unplugged = unplugged;
}
