/* SPDX-License-Identifier: ISC */
/*
 * A hub for network cards, without its socket: whatever one card sends goes to all, its sender
 * included, as System/161's hub161 has it. Cards become known by sending, and are forgotten when
 * nothing can be sent to them any more. Frames may be lost and delayed on request. All sizes are
 * bounded, so no peer makes it grow or wait.
 */
#ifndef IO_IO_HUB_H
#define IO_IO_HUB_H

#include "lib/types.h"

#define IO_HUB_MAX_CARDS   256
#define IO_HUB_MAX_WAITING 64   /* frames for one card */
#define IO_HUB_MAX_FRAMES  1024 /* for all */
#define IO_HUB_NEVER       (~0ull)

enum io_hub_sent {
    IO_HUB_SENT,
    IO_HUB_FULL, /* the receiver is busy: try again later */
    IO_HUB_GONE, /* the reason is in errno */
};

struct io_hub_config {
    const char *name; /* in front of each line: "hub161" */
    u32 loss;         /* per cent of what goes to each card */
    u64 delay_ns;     /* of each frame */
    u64 seed;         /* of the dice for losses */
    enum io_hub_sent (*send)(void *ctx, const char *to, const void *frame, u32 len);
    void (*say)(void *ctx, bool problem, const char *line);
    void *ctx;
};

struct io_hub_counters {
    u64 frames, keepalives, refused;      /* received; refused: no frames of this network */
    u64 delivered, lost, dropped, errors; /* to single cards; dropped: no room */
};

struct io_hub;

struct io_hub *io_hub_new(const struct io_hub_config *config); /* strings are borrowed */
void io_hub_free(struct io_hub *h);

/* A datagram came from the socket called `from`. len may say more than the IO_NET_MAX bytes that
 * there are at most: it was cut. */
void io_hub_input(struct io_hub *h, const char *from, const void *data, size_t len, u64 now_ns);
/* Sends what is due; returns when more will be, IO_HUB_NEVER if nothing waits. */
u64 io_hub_run(struct io_hub *h, u64 now_ns);

const struct io_hub_counters *io_hub_counters(const struct io_hub *h);
unsigned io_hub_cards(const struct io_hub *h);

#endif
