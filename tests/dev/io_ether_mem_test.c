/* SPDX-License-Identifier: ISC */
#include "io/io_ether_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static u32 poll_one(struct io_ether *end, u8 data[IO_ETHER_MAX])
{
    u32 len = IO_ETHER_MAX;
    return end->poll(end->ctx, data, &len) ? len : 0;
}

static void assert_carrier(struct io_ether *end, bool carrier)
{
    u8 data[IO_ETHER_MAX];
    assert_int_equal(poll_one(end, data), 1);
    assert_int_equal(data[0], carrier);
}

static void frames_cross(void **state)
{
    (void)state;
    struct io_ether end[2];
    u8 frame[IO_ETHER_MAX], got[IO_ETHER_MAX];
    io_ether_mem_open(end);
    for (unsigned i = 0; i < 2; i++)
        assert_carrier(&end[i], true);
    for (u32 len = IO_ETHER_HEADER; len <= IO_ETHER_MAX; len += 188) {
        memset(frame, (int)len, len);
        for (unsigned i = 0; i < 2; i++) {
            end[i].send(end[i].ctx, frame, len);
            assert_int_equal(poll_one(&end[!i], got), len);
            assert_memory_equal(got, frame, len);
            assert_int_equal(poll_one(&end[!i], got), 0);
        }
    }
    assert_int_equal(end[0].counters(end[0].ctx)->in, 9);
    assert_int_equal(end[0].counters(end[0].ctx)->out, 9);
    for (unsigned i = 0; i < 2; i++)
        end[i].close(end[i].ctx);
}

static void what_cannot_cross_is_counted(void **state)
{
    (void)state;
    struct io_ether end[2];
    u8 frame[IO_ETHER_MAX + 1] = {0}, got[IO_ETHER_MAX];
    unsigned n = 0;
    io_ether_mem_open(end);
    assert_carrier(&end[1], true);
    end[0].send(end[0].ctx, frame, IO_ETHER_HEADER - 1);
    end[0].send(end[0].ctx, frame, IO_ETHER_MAX + 1);
    for (unsigned i = 0; i < 100; i++)
        end[0].send(end[0].ctx, frame, 60);
    while (poll_one(&end[1], got) == 60)
        n++;
    assert_int_equal(n, IO_ETHER_MEM_QUEUE);
    assert_int_equal(end[0].counters(end[0].ctx)->out, IO_ETHER_MEM_QUEUE);
    assert_int_equal(end[0].counters(end[0].ctx)->lost_out, 102 - IO_ETHER_MEM_QUEUE);
    for (unsigned i = 0; i < 2; i++)
        end[i].close(end[i].ctx);
}

static void the_carrier_follows_the_cable(void **state)
{
    (void)state;
    struct io_ether end[2];
    u8 frame[60] = {0}, got[IO_ETHER_MAX];
    io_ether_mem_open(end);
    for (unsigned i = 0; i < 2; i++)
        assert_carrier(&end[i], true);
    io_ether_mem_unplug(&end[0], true);
    for (unsigned i = 0; i < 2; i++)
        assert_carrier(&end[i], false);
    end[1].send(end[1].ctx, frame, sizeof frame);
    io_ether_mem_unplug(&end[0], false);
    for (unsigned i = 0; i < 2; i++)
        assert_carrier(&end[i], true);
    assert_int_equal(poll_one(&end[0], got), 0);
    end[1].close(end[1].ctx);
    assert_carrier(&end[0], false);
    end[0].send(end[0].ctx, frame, sizeof frame);
    end[0].close(end[0].ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_cross),
        cmocka_unit_test(what_cannot_cross_is_counted),
        cmocka_unit_test(the_carrier_follows_the_cable),
    };
    return cmocka_run_group_tests_name("io_ether_mem", tests, NULL, NULL);
}
