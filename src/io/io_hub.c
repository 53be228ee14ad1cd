/* SPDX-License-Identifier: ISC */
/*
 * What it says is what hub161 says, but no more than IO_HUB_LINES lines a second, since anybody can
 * provoke them. Two things are said in addition: that a card's address has moved to another socket
 * (on the original, two cards of one address silently take each other's frames), and why a sender
 * cannot be answered.
 */
#include "io/io_hub.h"

#include "io/io_net.h"
#include "lib/bug.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IO_HUB_LINES        20
#define IO_HUB_SECOND_NS    1000000000u
#define IO_HUB_MAX_ERRORS   5
#define IO_HUB_RETRY_NS     500000u /* doubles up to IO_HUB_RETRY_MAX_NS */
#define IO_HUB_RETRY_MAX_NS 64000000u
#define IO_HUB_PATH         108

struct io_hub_frame {
    u64 due;
    u32 len;
    u8 data[];
};

struct io_hub_card {
    u32 addr;
    char path[IO_HUB_PATH];
    u64 heard; /* last */
    unsigned errors;
    u64 retry_at, retry_ns;
    unsigned head, count;
    struct io_hub_frame *waiting[IO_HUB_MAX_WAITING];
};

struct io_hub {
    struct io_hub_config config;
    struct io_hub_counters counters;
    struct io_hub_card *card[IO_HUB_MAX_CARDS];
    unsigned ncards, nframes;
    u64 random;
    u64 second; /* of which `lines` are */
    u64 lines;
};

/* ---- lines ---- */

static void io_hub_printable(char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            *s = '?';
}

static void io_hub_say(struct io_hub *h, u64 now, bool problem, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

static void io_hub_say(struct io_hub *h, u64 now, bool problem, const char *fmt, ...)
{
    char line[320];
    if (now / IO_HUB_SECOND_NS != h->second) {
        h->second = now / IO_HUB_SECOND_NS;
        h->lines = 0;
    }
    if (h->lines++ > IO_HUB_LINES)
        return;
    int n = snprintf(line, sizeof line, "%s: ", h->config.name);
    va_list ap;
    va_start(ap, fmt);
    if (h->lines <= IO_HUB_LINES)
        vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
    else
        snprintf(line + n, sizeof line - (size_t)n,
                 "(too much to say; the rest of this second is left out)");
    va_end(ap);
    io_hub_printable(line);
    h->config.say(h->config.ctx, problem, line);
}

/* ---- cards ---- */

static struct io_hub_frame *io_hub_take(struct io_hub *h, struct io_hub_card *c)
{
    struct io_hub_frame *f = c->waiting[c->head];
    c->head = (c->head + 1) % IO_HUB_MAX_WAITING;
    c->count--;
    h->nframes--;
    return f;
}

static void io_hub_forget(struct io_hub *h, unsigned i)
{
    struct io_hub_card *c = h->card[i];
    while (c->count)
        free(io_hub_take(h, c));
    free(c);
    h->card[i] = h->card[--h->ncards];
}

static struct io_hub_card *io_hub_find(struct io_hub *h, u32 addr)
{
    for (unsigned i = 0; i < h->ncards; i++)
        if (h->card[i]->addr == addr)
            return h->card[i];
    return NULL;
}

/* A full table loses the card that has been silent for longest; it comes back when it speaks. */
static void io_hub_make_room(struct io_hub *h)
{
    unsigned oldest = 0;
    if (h->ncards < IO_HUB_MAX_CARDS)
        return;
    for (unsigned i = 1; i < h->ncards; i++)
        if (h->card[i]->heard < h->card[oldest]->heard)
            oldest = i;
    io_hub_forget(h, oldest);
}

static struct io_hub_card *io_hub_add(struct io_hub *h, u32 addr, const char *path, u64 now)
{
    io_hub_make_room(h);
    struct io_hub_card *c = xcalloc(1, sizeof *c);
    c->addr = addr;
    h->card[h->ncards++] = c;
    io_hub_say(h, now, false, "adding %04x from %s", addr, path);
    if (path[0] != '/')
        io_hub_say(h, now, false, "(not absolute pathname, may not work)");
    return c;
}

static void io_hub_heard(struct io_hub *h, u32 addr, const char *path, u64 now)
{
    struct io_hub_card *c = io_hub_find(h, addr);
    if (!c)
        c = io_hub_add(h, addr, path, now);
    else if (strcmp(c->path, path) != 0)
        io_hub_say(h, now, false, "%04x is now %s, not %s (do two machines have that address?)",
                   addr, path, c->path);
    snprintf(c->path, sizeof c->path, "%s", path);
    c->heard = now;
}

/* ---- sending ---- */

/* xorshift64* */
static u32 io_hub_random(struct io_hub *h, u32 below)
{
    h->random ^= h->random >> 12;
    h->random ^= h->random << 25;
    h->random ^= h->random >> 27;
    return (u32)(h->random * 0x2545f4914f6cdd1dull >> 33) % below;
}

static void io_hub_enqueue(struct io_hub *h, struct io_hub_card *c, const void *data, u32 len,
                           u64 now)
{
    if (h->config.loss && io_hub_random(h, 100) < h->config.loss) {
        h->counters.lost++;
        return;
    }
    if (c->count == IO_HUB_MAX_WAITING || h->nframes == IO_HUB_MAX_FRAMES) {
        h->counters.dropped++;
        return;
    }
    struct io_hub_frame *f = xcalloc(1, sizeof *f + len);
    f->due = now + h->config.delay_ns;
    f->len = len;
    memcpy(f->data, data, len);
    c->waiting[(c->head + c->count++) % IO_HUB_MAX_WAITING] = f;
    h->nframes++;
}

/* False: the card does not take it now. */
static bool io_hub_send(struct io_hub *h, struct io_hub_card *c, const struct io_hub_frame *f,
                        u64 now)
{
    switch (h->config.send(h->config.ctx, c->path, f->data, f->len)) {
    case IO_HUB_FULL:
        c->retry_ns = c->retry_ns ? 2 * c->retry_ns : IO_HUB_RETRY_NS;
        c->retry_ns = c->retry_ns < IO_HUB_RETRY_MAX_NS ? c->retry_ns : IO_HUB_RETRY_MAX_NS;
        c->retry_at = now + c->retry_ns;
        return false;
    case IO_HUB_GONE:
        h->counters.errors++;
        c->errors++;
        io_hub_say(h, now, true, "sendto %04x: %s", c->addr, strerror(errno));
        break;
    case IO_HUB_SENT:
        h->counters.delivered++;
        c->errors = 0;
        break;
    }
    c->retry_at = c->retry_ns = 0;
    return true;
}

/* Returns when it wants to be run again. */
static u64 io_hub_run_card(struct io_hub *h, struct io_hub_card *c, u64 now)
{
    while (c->count && c->errors <= IO_HUB_MAX_ERRORS) {
        const struct io_hub_frame *f = c->waiting[c->head];
        u64 next = f->due > c->retry_at ? f->due : c->retry_at;
        if (next > now)
            return next;
        if (io_hub_send(h, c, f, now))
            free(io_hub_take(h, c));
    }
    return IO_HUB_NEVER;
}

u64 io_hub_run(struct io_hub *h, u64 now)
{
    u64 next = IO_HUB_NEVER;
    for (unsigned i = 0; i < h->ncards;) {
        u64 at = io_hub_run_card(h, h->card[i], now);
        if (h->card[i]->errors > IO_HUB_MAX_ERRORS) {
            io_hub_say(h, now, false, "dropping %04x", h->card[i]->addr);
            io_hub_forget(h, i);
            continue;
        }
        next = at < next ? at : next;
        i++;
    }
    return next;
}

/* ---- receiving ---- */

static bool io_hub_accepts(struct io_hub *h, const char *from, const void *data, size_t len,
                           u64 now)
{
    switch (io_net_check(data, len)) {
    case IO_NET_RUNT:
        io_hub_say(h, now, true, "runt packet (size %zu)", len);
        return false;
    case IO_NET_FRAME:
        io_hub_say(h, now, true, "frame error [%04x]", io_net_magic(data));
        return false;
    case IO_NET_SIZE:
        io_hub_say(h, now, true, "bad size [%04x %04zx]", io_net_len(data), len);
        return false;
    case IO_NET_GOOD:
        break;
    }
    u32 addr = io_net_from(data);
    if (addr == IO_NET_BROADCAST || addr == IO_NET_HUB) {
        io_hub_say(h, now, true, "packet came from %s addr (dropped)",
                   addr == IO_NET_HUB ? "the hub's own" : "broadcast");
        return false;
    }
    if (!*from)
        io_hub_say(h, now, true, "packet from %04x, whose socket has no path (dropped)", addr);
    return *from;
}

void io_hub_input(struct io_hub *h, const char *from, const void *data, size_t len, u64 now)
{
    if (!io_hub_accepts(h, from, data, len, now)) {
        h->counters.refused++;
        return;
    }
    io_hub_heard(h, io_net_from(data), from, now);
    if (io_net_to(data) == IO_NET_HUB) {
        h->counters.keepalives++;
        return;
    }
    h->counters.frames++;
    for (unsigned i = 0; i < h->ncards; i++)
        io_hub_enqueue(h, h->card[i], data, (u32)len, now);
}

/* ---- the hub ---- */

struct io_hub *io_hub_new(const struct io_hub_config *config)
{
    struct io_hub *h = xcalloc(1, sizeof *h);
    h->config = *config;
    h->random = config->seed * 0x9e3779b97f4a7c15ull + 1;
    return h;
}

void io_hub_free(struct io_hub *h)
{
    if (!h)
        return;
    while (h->ncards)
        io_hub_forget(h, h->ncards - 1);
    free(h);
}

const struct io_hub_counters *io_hub_counters(const struct io_hub *h)
{
    return &h->counters;
}

unsigned io_hub_cards(const struct io_hub *h)
{
    return h->ncards;
}
