/* SPDX-License-Identifier: ISC */
#include "io/io_net_mem.h"

#include "io/io_net.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

struct io_net_mem {
    struct io_net_mem *peer; /* NULL: closed */
    bool unplugged, carrier; /* carrier: as it was last told */
    unsigned head, count;
    struct {
        u32 len;
        u8 data[IO_NET_MAX];
    } queue[IO_NET_MEM_QUEUE];
};

static bool io_net_mem_joined(const struct io_net_mem *end)
{
    return end->peer && !end->unplugged && !end->peer->unplugged;
}

static void io_net_mem_send(void *ctx, const void *frame, u32 len)
{
    struct io_net_mem *end = ctx, *to = end->peer;
    if (!io_net_mem_joined(end) || to->count == IO_NET_MEM_QUEUE || len < IO_NET_HEADER)
        return;
    unsigned at = (to->head + to->count++) % IO_NET_MEM_QUEUE;
    to->queue[at].len = len;
    memcpy(to->queue[at].data, frame, len);
}

static bool io_net_mem_poll(void *ctx, u8 *data, u32 *len)
{
    struct io_net_mem *end = ctx;
    bool carrier = io_net_mem_joined(end);
    if (carrier != end->carrier) {
        end->carrier = carrier;
        data[0] = carrier;
        *len = 1;
        return true;
    }
    if (!end->count || end->queue[end->head].len > *len)
        return false;
    *len = end->queue[end->head].len;
    memcpy(data, end->queue[end->head].data, *len);
    end->head = (end->head + 1) % IO_NET_MEM_QUEUE;
    end->count--;
    return true;
}

static void io_net_mem_close(void *ctx)
{
    struct io_net_mem *end = ctx;
    if (end->peer)
        end->peer->peer = NULL;
    free(end);
}

void io_net_mem_open(struct io_net end[2])
{
    struct io_net_mem *m[2];
    for (unsigned i = 0; i < 2; i++) {
        m[i] = xcalloc(1, sizeof *m[i]);
        end[i] = (struct io_net){.send = io_net_mem_send,
                                 .poll = io_net_mem_poll,
                                 .close = io_net_mem_close,
                                 .ctx = m[i]};
    }
    m[0]->peer = m[1];
    m[1]->peer = m[0];
}

void io_net_mem_unplug(struct io_net *end, bool unplugged)
{
    struct io_net_mem *m = end->ctx;
    m->unplugged = unplugged;
}
