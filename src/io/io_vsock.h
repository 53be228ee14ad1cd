/* SPDX-License-Identifier: ISC */
/*
 * What is behind a virtio socket device: streams between ports of the guest and programs of the
 * host. Each has a number: even ones are the device's choice, odd ones the back end's. What happens
 * on the host comes in as events, through the intake; every call below returns at once.
 */
#ifndef IO_IO_VSOCK_H
#define IO_IO_VSOCK_H

#include "lib/types.h"

enum io_vsock_event {
    IO_VSOCK_CONNECTED = 1, /* what the guest asked for is there */
    IO_VSOCK_GONE,          /* it is not, or no more; the number means nothing any longer */
    IO_VSOCK_DATA,          /* bytes */
    IO_VSOCK_TOOK,          /* u32: so many of the guest's bytes are the host's now */
    IO_VSOCK_ENDED,         /* u8: what the host does no more, enum io_vsock_end */
    IO_VSOCK_INCOMING,      /* u32: a program of the host wants this port of the guest */
    IO_VSOCK_RESET,         /* all streams are gone: this is another host */
};

enum io_vsock_end { /* bits, as the device has them */
    IO_VSOCK_NO_RECEIVE = 1,
    IO_VSOCK_NO_SEND = 2,
};

/* An event: u8 what, u32 number of the stream, the rest. */
#define IO_VSOCK_HEAD 5u
#define IO_VSOCK_MAX  8192u

struct io_vsock {
    void (*connect)(void *ctx, u32 id, u32 port);
    void (*accepted)(void *ctx, u32 id, u32 port); /* by the guest; port: of the host's end */
    /* So many bytes may come in since its beginning, modulo 2^32. */
    void (*limit)(void *ctx, u32 id, u32 total);
    void (*send)(void *ctx, u32 id, const u8 *data, u32 len);
    void (*finish)(void *ctx, u32 id); /* nothing more is sent */
    /* flush: what was sent may still arrive. No more events. */
    void (*close)(void *ctx, u32 id, bool flush);
    void (*forget)(void *ctx, bool tell); /* close all; tell: IO_VSOCK_RESET comes */
    /* One event; *len is the room (IO_VSOCK_MAX at least), then its length. */
    MUST_CHECK bool (*poll)(void *ctx, u8 *event, u32 *len);
    void (*free)(void *ctx);
    void *ctx;
};

#endif
