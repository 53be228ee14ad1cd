/* SPDX-License-Identifier: ISC */
/*
 * Datagrams to the hub. The input is a list of them, each with a byte for its sender and what the
 * receivers answer, a byte of time, a byte of length; every other one gets a header that is right,
 * so that what lies behind the checks is reached.
 */
#include "fuzz.h"

#include "io/io_hub.h"
#include "io/io_net.h"
#include "lib/bug.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct outside {
    uint8_t answers;
    u64 sent;
};

static enum io_hub_sent outside_send(void *ctx, const char *to, const void *frame, u32 len)
{
    struct outside *o = ctx;
    BUG_ON(io_net_check(frame, len) || !*to);
    errno = ECONNREFUSED;
    enum io_hub_sent how = (enum io_hub_sent)((o->answers >> (to[1] & 3)) % 3);
    o->sent += how == IO_HUB_SENT;
    return how;
}

static void outside_say(void *ctx, bool problem, const char *line)
{
    (void)ctx;
    (void)problem;
    for (; *line; line++)
        BUG_ON((unsigned char)*line < ' ');
}

static void check(const struct io_hub *h, const struct outside *o)
{
    const struct io_hub_counters *c = io_hub_counters(h);
    BUG_ON(io_hub_cards(h) > IO_HUB_MAX_CARDS || c->delivered != o->sent);
    BUG_ON(c->delivered + c->lost + c->dropped + c->errors > c->frames * IO_HUB_MAX_CARDS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct outside o = {0};
    struct io_hub_config config = {
        .name = "fuzz", .send = outside_send, .say = outside_say, .ctx = &o};
    u64 now = 0;
    config.loss = len ? data[0] % 128 : 0;
    config.delay_ns = len ? (data[0] >> 7) * 3000000u : 0;
    struct io_hub *h = io_hub_new(&config);
    while (len > 3) {
        char from[3] = {'/', (char)('a' + data[0] % 8), 0};
        uint8_t frame[256] = {0};
        size_t n = data[2], have = n < len - 3 ? n : len - 3;
        o.answers = data[0];
        now += data[1] * 100000ull;
        memcpy(frame, data + 3, have);
        if (data[0] & 1 && n >= IO_NET_HEADER)
            io_net_put_header(frame, frame[2] | frame[3] << 8, (u32)n, frame[6]);
        io_hub_input(h, data[0] == 0xff ? "" : from, frame, n, now);
        u64 next = io_hub_run(h, now);
        BUG_ON(next <= now);
        check(h, &o);
        data += 3 + have;
        len -= 3 + have;
    }
    io_hub_free(h);
    return 0;
}
