/* SPDX-License-Identifier: ISC */
/* The hub without its socket: who gets what, when, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/io_hub.h"
#include "io/io_net.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MS 1000000ull

/* The outside of a hub. */
struct world {
    struct io_hub *hub;
    unsigned sent; /* taken by a receiver */
    char last_to[32];
    u8 last[IO_NET_MAX];
    u32 last_len;
    const char *full, *gone; /* these receivers' answers */
    char said[8192];
    unsigned lines, problems;
};

static enum io_hub_sent world_send(void *ctx, const char *to, const void *frame, u32 len)
{
    struct world *w = ctx;
    if (w->full && !strcmp(to, w->full))
        return IO_HUB_FULL;
    if (w->gone && !strcmp(to, w->gone)) {
        errno = ECONNREFUSED;
        return IO_HUB_GONE;
    }
    w->sent++;
    snprintf(w->last_to, sizeof w->last_to, "%s", to);
    memcpy(w->last, frame, len);
    w->last_len = len;
    return IO_HUB_SENT;
}

static void world_say(void *ctx, bool problem, const char *line)
{
    struct world *w = ctx;
    size_t n = strlen(w->said);
    w->lines++;
    w->problems += problem;
    snprintf(w->said + n, sizeof w->said - n, "%s\n", line);
}

static void open_hub(struct world *w, u32 loss, u64 delay_ns, u64 seed)
{
    struct io_hub_config c = {.name = "hub161",
                              .loss = loss,
                              .delay_ns = delay_ns,
                              .seed = seed,
                              .send = world_send,
                              .say = world_say,
                              .ctx = w};
    *w = (struct world){.hub = io_hub_new(&c)};
}

/* A frame of n bytes from a card, whose socket is /ADDRESS. */
static void sends(struct world *w, u32 from, u32 to, u32 len, u64 now)
{
    u8 frame[IO_NET_MAX] = {0};
    char path[16];
    io_net_put_header(frame, from, len, to);
    snprintf(path, sizeof path, "/%04x", from);
    io_hub_input(w->hub, path, frame, len, now);
    io_hub_run(w->hub, now);
}

static void attach(struct world *w, u32 addr)
{
    sends(w, addr, IO_NET_HUB, IO_NET_HEADER, 0);
}

static void everybody_gets_a_frame(void **state)
{
    (void)state;
    struct world w;
    open_hub(&w, 0, 0, 0);
    attach(&w, 1);
    attach(&w, 2);
    attach(&w, 3);
    assert_int_equal(w.sent, 0);
    assert_string_equal(w.said, "hub161: adding 0001 from /0001\n"
                                "hub161: adding 0002 from /0002\n"
                                "hub161: adding 0003 from /0003\n");
    sends(&w, 1, 2, 100, 0); /* also to the sender, as hub161 does */
    assert_int_equal(w.sent, 3);
    assert_int_equal(w.last_len, 100);
    assert_int_equal(io_net_from(w.last), 1);
    sends(&w, 9, 1, IO_NET_MAX, 0); /* a frame attaches, too */
    assert_int_equal(w.sent, 7);
    assert_int_equal(io_hub_counters(w.hub)->frames, 2);
    assert_int_equal(io_hub_counters(w.hub)->keepalives, 3);
    assert_int_equal(io_hub_counters(w.hub)->delivered, 7);
    io_hub_free(w.hub);
}

static void what_is_no_frame_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
        const char *says;
    } bad[] = {
        {"", 0, "runt packet (size 0)"},
        {"\xa4\xb3\0\1\0\7\0", 7, "runt packet (size 7)"},
        {"\xa4\xb2\0\1\0\10\0\2", 8, "frame error [a4b2]"},
        {"\xa4\xb3\0\1\0\7\0\2", 8, "bad size [0007 0008]"},
        {"\xa4\xb3\0\1\0\11\0\2", 8, "bad size [0009 0008]"},
        {"\xa4\xb3\0\1\x10\1\0\2", IO_NET_MAX + 1, "bad size [1001 1001]"},
        {"\xa4\xb3\xff\xff\0\10\0\2", 8, "packet came from broadcast addr (dropped)"},
        {"\xa4\xb3\0\0\0\10\0\2", 8, "packet came from the hub's own addr (dropped)"},
    };
    struct world w;
    open_hub(&w, 0, 0, 0);
    attach(&w, 1);
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        w.said[0] = 0;
        io_hub_input(w.hub, "/0001", bad[i].data, bad[i].len, 0);
        assert_non_null(strstr(w.said, bad[i].says));
    }
    io_hub_input(w.hub, "", "\xa4\xb3\0\5\0\10\0\2", 8, 0);
    assert_non_null(strstr(w.said, "no path"));
    assert_int_equal(w.sent, 0);
    assert_int_equal(io_hub_cards(w.hub), 1);
    assert_int_equal(io_hub_counters(w.hub)->refused, ARRAY_LEN(bad) + 1);
    assert_int_equal(w.problems, ARRAY_LEN(bad) + 1);
    io_hub_free(w.hub);
}

static void the_dead_are_forgotten(void **state)
{
    (void)state;
    struct world w;
    open_hub(&w, 0, 0, 0);
    attach(&w, 1);
    attach(&w, 2);
    w.gone = "/0002";
    for (unsigned i = 0; i < 5; i++)
        sends(&w, 1, 2, 8, 0);
    assert_int_equal(io_hub_cards(w.hub), 2);
    assert_non_null(strstr(w.said, "sendto 0002: Connection refused"));
    w.gone = NULL; /* back in time: its errors don't add up over the days */
    sends(&w, 1, 2, 8, 0);
    w.gone = "/0002";
    for (unsigned i = 0; i < 5; i++)
        sends(&w, 1, 2, 8, 1000 * MS);
    assert_int_equal(io_hub_cards(w.hub), 2);
    sends(&w, 1, 2, 8, 1000 * MS);
    assert_int_equal(io_hub_cards(w.hub), 1);
    assert_non_null(strstr(w.said, "hub161: dropping 0002\n"));
    assert_int_equal(io_hub_counters(w.hub)->errors, 11);
    w.gone = NULL;
    attach(&w, 2);
    assert_int_equal(io_hub_cards(w.hub), 2);
    io_hub_free(w.hub);
}

/* A slow receiver gets its frames later and in order; the others don't wait for it. */
static void a_slow_card_holds_up_nobody(void **state)
{
    (void)state;
    struct world w;
    open_hub(&w, 0, 0, 0);
    attach(&w, 1);
    attach(&w, 2);
    w.full = "/0002";
    for (u32 i = 0; i < 10; i++)
        sends(&w, 1, 2, 8 + i, 0);
    assert_int_equal(w.sent, 10); /* the sender's own copies */
    u64 next = io_hub_run(w.hub, 0);
    assert_true(next > 0 && next <= MS);
    w.full = NULL;
    assert_true(io_hub_run(w.hub, next) == IO_HUB_NEVER);
    assert_int_equal(w.sent, 20);
    assert_string_equal(w.last_to, "/0002");
    assert_int_equal(w.last_len, 17);
    io_hub_free(w.hub);
}

/* It is asked less and less often, and what waits for it is bounded. */
static void a_deaf_card_costs_little(void **state)
{
    (void)state;
    struct world w;
    unsigned times = 0;
    open_hub(&w, 0, 0, 0);
    attach(&w, 1);
    attach(&w, 2);
    w.full = "/0002";
    for (u32 i = 0; i < 1000; i++)
        sends(&w, 1, 2, IO_NET_MAX, 0);
    assert_int_equal(io_hub_counters(w.hub)->dropped, 1000 - IO_HUB_MAX_WAITING);
    for (u64 now = 0; now < 1000 * MS; times++)
        now = io_hub_run(w.hub, now);
    assert_true(times < 50);
    w.full = NULL;
    io_hub_run(w.hub, 2000 * MS);
    assert_int_equal(io_hub_counters(w.hub)->delivered, 1000 + IO_HUB_MAX_WAITING);
    io_hub_free(w.hub);
}

static void frames_are_delayed(void **state)
{
    (void)state;
    struct world w;
    open_hub(&w, 0, 20 * MS, 0);
    attach(&w, 1);
    sends(&w, 1, 1, 8, 5 * MS);
    sends(&w, 1, 1, 9, 6 * MS);
    assert_int_equal(w.sent, 0);
    assert_true(io_hub_run(w.hub, 24 * MS) == 25 * MS);
    assert_int_equal(w.sent, 0);
    assert_true(io_hub_run(w.hub, 25 * MS) == 26 * MS);
    assert_int_equal(w.sent, 1);
    assert_true(io_hub_run(w.hub, 26 * MS) == IO_HUB_NEVER);
    assert_int_equal(w.last_len, 9);
    io_hub_free(w.hub);
}

static u64 lost_pattern(u32 loss, u64 seed, unsigned *lost)
{
    struct world w;
    u64 pattern = 0;
    open_hub(&w, loss, 0, seed);
    attach(&w, 1);
    for (unsigned i = 0; i < 1000; i++) {
        unsigned before = w.sent;
        sends(&w, 1, 1, 8, 0);
        pattern = i < 64 ? pattern << 1 | (w.sent == before) : pattern;
    }
    *lost = (unsigned)io_hub_counters(w.hub)->lost;
    assert_int_equal(w.sent + *lost, 1000);
    io_hub_free(w.hub);
    return pattern;
}

static void frames_are_lost(void **state)
{
    (void)state;
    unsigned lost;
    lost_pattern(0, 1, &lost);
    assert_int_equal(lost, 0);
    lost_pattern(100, 1, &lost);
    assert_int_equal(lost, 1000);
    u64 one = lost_pattern(30, 1, &lost);
    assert_in_range(lost, 250, 350);
    assert_true(lost_pattern(30, 1, &lost) == one);
    assert_true(lost_pattern(30, 2, &lost) != one);
}

static void two_cards_of_one_address(void **state)
{
    (void)state;
    struct world w;
    u8 frame[IO_NET_HEADER];
    open_hub(&w, 0, 0, 0);
    attach(&w, 1);
    io_net_put_header(frame, 1, sizeof frame, 1);
    io_hub_input(w.hub, "/other", frame, sizeof frame, 0);
    io_hub_run(w.hub, 0);
    assert_int_equal(io_hub_cards(w.hub), 1);
    assert_string_equal(w.last_to, "/other"); /* the last one heard */
    assert_non_null(strstr(w.said, "0001 is now /other, not /0001"));
    io_hub_free(w.hub);
}

static void odd_paths(void **state)
{
    (void)state;
    struct world w;
    u8 frame[IO_NET_HEADER];
    open_hub(&w, 0, 0, 0);
    io_net_put_header(frame, 1, sizeof frame, 0);
    io_hub_input(w.hub, "here/\x1b[2J\n", frame, sizeof frame, 0);
    assert_string_equal(w.said, "hub161: adding 0001 from here/?[2J?\n"
                                "hub161: (not absolute pathname, may not work)\n");
    io_hub_free(w.hub);
}

/* Whoever tries all addresses fills the table and no more; a card that speaks stays in it. */
static void the_table_is_bounded(void **state)
{
    (void)state;
    struct world w;
    open_hub(&w, 0, 0, 0);
    attach(&w, 1);
    for (u32 addr = 2; addr < IO_NET_BROADCAST; addr++) {
        sends(&w, addr, IO_NET_HUB, 8, addr * MS);
        if (addr % 200 == 0)
            sends(&w, 1, IO_NET_HUB, 8, addr * MS);
    }
    assert_int_equal(io_hub_cards(w.hub), IO_HUB_MAX_CARDS);
    w.sent = 0;
    sends(&w, 1, 1, 8, 70000 * MS);
    assert_int_equal(w.sent, IO_HUB_MAX_CARDS);
    w.lines = 0;
    sends(&w, 1, 1, 8, 70000 * MS);
    assert_int_equal(w.lines, 0); /* it had not been forgotten */
    io_hub_free(w.hub);
}

static void what_waits_is_bounded(void **state)
{
    (void)state;
    struct world w;
    open_hub(&w, 0, 1000 * MS, 0);
    for (u32 addr = 1; addr <= 100; addr++)
        attach(&w, addr);
    for (unsigned i = 0; i < 100; i++)
        sends(&w, 1, 2, IO_NET_MAX, 0);
    assert_int_equal(io_hub_counters(w.hub)->dropped, 100 * 100 - IO_HUB_MAX_FRAMES);
    io_hub_run(w.hub, 1000 * MS);
    assert_int_equal(w.sent, IO_HUB_MAX_FRAMES);
    io_hub_free(w.hub);
}

static void it_does_not_talk_too_much(void **state)
{
    (void)state;
    struct world w;
    open_hub(&w, 0, 0, 0);
    for (unsigned i = 0; i < 100000; i++)
        io_hub_input(w.hub, "/x", "?", 1, 0);
    assert_int_equal(w.lines, 21);
    assert_non_null(strstr(w.said, "left out"));
    io_hub_input(w.hub, "/x", "?", 1, 1000 * MS);
    assert_int_equal(w.lines, 22);
    io_hub_free(w.hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_gets_a_frame),
        cmocka_unit_test(what_is_no_frame_is_refused),
        cmocka_unit_test(the_dead_are_forgotten),
        cmocka_unit_test(a_slow_card_holds_up_nobody),
        cmocka_unit_test(a_deaf_card_costs_little),
        cmocka_unit_test(frames_are_delayed),
        cmocka_unit_test(frames_are_lost),
        cmocka_unit_test(two_cards_of_one_address),
        cmocka_unit_test(odd_paths),
        cmocka_unit_test(the_table_is_bounded),
        cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(it_does_not_talk_too_much),
    };
    return cmocka_run_group_tests_name("io_hub", tests, NULL, NULL);
}
