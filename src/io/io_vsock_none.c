/* SPDX-License-Identifier: ISC */
#include "io/io_vsock_none.h"

static void io_vsock_none_number(void *ctx, u32 id, u32 number)
{
    (void)ctx;
    (void)id;
    (void)number;
}

static void io_vsock_none_send(void *ctx, u32 id, const u8 *data, u32 len)
{
    (void)ctx;
    (void)id;
    (void)data;
    (void)len;
}

static void io_vsock_none_finish(void *ctx, u32 id)
{
    (void)ctx;
    (void)id;
}

static void io_vsock_none_close(void *ctx, u32 id, bool flush)
{
    (void)ctx;
    (void)id;
    (void)flush;
}

static void io_vsock_none_forget(void *ctx, bool tell)
{
    (void)ctx;
    (void)tell;
}

static bool io_vsock_none_poll(void *ctx, u8 *event, u32 *len)
{
    (void)ctx;
    (void)event;
    (void)len;
    return false;
}

static void io_vsock_none_free(void *ctx)
{
    (void)ctx;
}

struct io_vsock io_vsock_none(void)
{
    return (struct io_vsock){.connect = io_vsock_none_number,
                             .accepted = io_vsock_none_number,
                             .limit = io_vsock_none_number,
                             .send = io_vsock_none_send,
                             .finish = io_vsock_none_finish,
                             .close = io_vsock_none_close,
                             .forget = io_vsock_none_forget,
                             .poll = io_vsock_none_poll,
                             .free = io_vsock_none_free};
}
