/* SPDX-License-Identifier: ISC */
#include "io/io_ether_wire.h"
#include "lib/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct io_ether_wire *wire_new(void)
{
    struct io_ether_wire *w = malloc(sizeof *w);
    assert_non_null(w);
    io_ether_wire_reset(w);
    return w;
}

static u32 message(u8 *at, u32 len, u8 mark)
{
    store_be32(at, len);
    memset(at + IO_ETHER_WIRE_PREFIX, mark, len);
    return IO_ETHER_WIRE_PREFIX + len;
}

/* In pieces of every size, of which none may matter. */
static void frames_come_whole(void **state)
{
    (void)state;
    static const u32 lens[] = {IO_ETHER_HEADER, 60, IO_ETHER_MAX, 777};
    u8 stream[4096];
    u32 total = 0;
    for (u8 i = 0; i < ARRAY_LEN(lens); i++)
        total += message(stream + total, lens[i], i);
    for (u32 piece = 1; piece < 1700; piece += piece < 20 ? 1 : 97) {
        struct io_ether_wire *w = wire_new();
        struct io_ether_counters c = {0};
        const u8 *frame;
        u8 next = 0;
        for (u32 at = 0; at < total; at += piece) {
            io_ether_wire_add(w, stream + at, at + piece < total ? piece : total - at);
            for (u32 len; (len = io_ether_wire_take(w, &frame, &c)); next++) {
                assert_int_equal(len, lens[next]);
                assert_int_equal(frame[0], next);
                assert_int_equal(frame[len - 1], next);
            }
        }
        assert_int_equal(next, ARRAY_LEN(lens));
        assert_int_equal(c.in, ARRAY_LEN(lens));
        assert_int_equal(c.too_long, 0);
        free(w);
    }
}

static void others_are_passed_over(void **state)
{
    (void)state;
    static const u32 bad[] = {
        0, 1, IO_ETHER_HEADER - 1, IO_ETHER_MAX + 1, 9000, IO_ETHER_WIRE_SANE};
    static u8 stream[IO_ETHER_WIRE_SANE + 1024];
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct io_ether_wire *w = wire_new();
        struct io_ether_counters c = {0};
        const u8 *frame;
        unsigned got = 0;
        u32 total = message(stream, bad[i], 1);
        total += message(stream + total, 100, 2);
        for (u32 at = 0; at < total; at += 1000) {
            io_ether_wire_add(w, stream + at, at + 1000 < total ? 1000 : total - at);
            while (io_ether_wire_take(w, &frame, &c) == 100) {
                assert_int_equal(frame[50], 2);
                got++;
            }
        }
        assert_int_equal(got, 1);
        assert_int_equal(c.too_long, 1);
        assert_false(w->broken);
        free(w);
    }
}

static void what_is_no_stream_ends(void **state)
{
    (void)state;
    struct io_ether_wire *w = wire_new();
    struct io_ether_counters c = {0};
    const u8 *frame;
    io_ether_wire_add(w, "GET / HTTP/1.1\r\n\r\n", 18);
    assert_int_equal(io_ether_wire_take(w, &frame, &c), 0);
    assert_true(w->broken);
    assert_int_equal(io_ether_wire_room(w), 0);
    assert_int_equal(io_ether_wire_take(w, &frame, &c), 0);
    io_ether_wire_reset(w);
    assert_int_equal(io_ether_wire_room(w), IO_ETHER_WIRE_BUFFER);
    free(w);
}

/* Round and round through the buffer, filled to its last byte. */
static void the_buffer_is_used_up(void **state)
{
    (void)state;
    struct io_ether_wire *w = wire_new();
    struct io_ether_counters c = {0};
    const u8 *frame;
    u8 one[IO_ETHER_WIRE_PREFIX + IO_ETHER_MAX];
    u32 sent = 0, got = 0, len = message(one, 1500, 3), partial = 0;
    for (unsigned round = 0; round < 100; round++) {
        for (u32 room; (room = io_ether_wire_room(w));) {
            u32 n = len - partial < room ? len - partial : room;
            io_ether_wire_add(w, one + partial, n);
            partial = (partial + n) % len;
            sent += partial == 0;
        }
        for (unsigned i = 0; i < 13; i++)
            got += io_ether_wire_take(w, &frame, &c) == 1500;
    }
    while (io_ether_wire_take(w, &frame, &c) == 1500)
        got++;
    assert_int_equal(got, sent);
    assert_true(sent > 1300);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_whole),
        cmocka_unit_test(others_are_passed_over),
        cmocka_unit_test(what_is_no_stream_ends),
        cmocka_unit_test(the_buffer_is_used_up),
    };
    return cmocka_run_group_tests_name("io_ether_wire", tests, NULL, NULL);
}
