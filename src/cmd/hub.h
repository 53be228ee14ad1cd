/* SPDX-License-Identifier: ISC */
/*
 * A hub for network cards, without its socket: whatever one card sends goes to all, its sender
 * included, as System/161's hub161 has it. Cards become known by sending, and are forgotten when
 * nothing can be sent to them any more. Frames may be lost and delayed on request. All sizes are
 * bounded, so no peer makes it grow or wait.
 */
#ifndef CMD_HUB_H
#define CMD_HUB_H

#include "lib/types.h"

#define HUB_MAX_CARDS   256
#define HUB_MAX_WAITING 64   /* frames for one card */
#define HUB_MAX_FRAMES  1024 /* for all */
#define HUB_NEVER       (~0ull)

enum hub_sent {
    HUB_SENT,
    HUB_FULL, /* the receiver is busy: try again later */
    HUB_GONE, /* the reason is in errno */
};

struct hub_config {
    const char *name; /* in front of each line: "hub161" */
    u32 loss;         /* per cent of what goes to each card */
    u64 delay_ns;     /* of each frame */
    u64 seed;         /* of the dice for losses */
    enum hub_sent (*send)(void *ctx, const char *to, const void *frame, u32 len);
    void (*say)(void *ctx, bool problem, const char *line);
    void *ctx;
};

struct hub_counters {
    u64 frames, keepalives, refused;      /* received; refused: no frames of this network */
    u64 delivered, lost, dropped, errors; /* to single cards; dropped: no room */
};

struct hub;

struct hub *hub_new(const struct hub_config *config); /* strings are borrowed */
void hub_free(struct hub *h);

/* A datagram came from the socket called `from`. len may say more than the IO_NET_MAX bytes that
 * there are at most: it was cut. */
void hub_input(struct hub *h, const char *from, const void *data, size_t len, u64 now_ns);
/* Sends what is due; returns when more will be, HUB_NEVER if nothing waits. */
u64 hub_run(struct hub *h, u64 now_ns);

const struct hub_counters *hub_counters(const struct hub *h);
unsigned hub_cards(const struct hub *h);

#endif
