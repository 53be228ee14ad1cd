/* SPDX-License-Identifier: ISC */
#include "tc_cmocka.h"

#include <string.h>

enum {
    SEC = 0,
    SEC_ALARM = 1,
    MIN = 2,
    MIN_ALARM = 3,
    HOUR = 4,
    HOUR_ALARM = 5,
    WEEKDAY = 6,
    DATE = 7,
    MONTH = 8,
    YEAR = 9,
    A = 10,
    B = 11,
    C = 12,
    D = 13,
    DEC_YEAR = 63,

    SET = 0x80,
    PIE = 0x40,
    AIE = 0x20,
    UIE = 0x10,
    BINARY = 4,
    H24 = 2,
    IRQF = 0x80,
};

static u32 get(struct tc_rig *r, unsigned reg)
{
    return rig_get(r, 1, TC_KN02_RTC + 4 * reg);
}

static void set(struct tc_rig *r, unsigned reg, u32 val)
{
    rig_set(r, 1, TC_KN02_RTC + 4 * reg, val);
}

static void assert_time(struct tc_rig *r, u32 hour, u32 min, u32 sec)
{
    assert_int_equal(get(r, HOUR), hour);
    assert_int_equal(get(r, MIN), min);
    assert_int_equal(get(r, SEC), sec);
}

static void assert_date(struct tc_rig *r, u32 year, u32 month, u32 date, u32 weekday)
{
    assert_int_equal(get(r, YEAR), year);
    assert_int_equal(get(r, MONTH), month);
    assert_int_equal(get(r, DATE), date);
    assert_int_equal(get(r, WEEKDAY), weekday);
}

static void power_on(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    assert_int_equal(get(r, A), 0x20);
    assert_int_equal(get(r, B), BINARY | H24);
    assert_int_equal(get(r, C), 0);
    assert_int_equal(get(r, D), 0x80);
    assert_time(r, 12, 34, 56);
    assert_date(r, 72, 2, 29, 5);
    assert_int_equal(get(r, DEC_YEAR), 24); /* 2024, as Linux reckons: 2000 + 24 + 72 - 72 */
    tc_rig_run(r, 4 * RIG_S - RIG_CYCLE);
    assert_time(r, 12, 34, 59);
    tc_rig_run(r, RIG_CYCLE);
    assert_time(r, 12, 35, 0);
    tc_rig_run(r, 12 * 3600 * RIG_S);
    assert_date(r, 72, 3, 1, 6);
    tc_rig_free(r);
}

static void other_years(void **state)
{
    (void)state;
    /* 31 December 2025, 23:59:59, a Wednesday */
    struct tc_rig *r = tc_rig_new(1767225599ull * RIG_S);
    assert_date(r, 73, 12, 31, 4);
    assert_int_equal(get(r, DEC_YEAR), 24); /* 2025 = 2000 + 24 + 73 - 72 */
    tc_rig_run(r, RIG_S);
    assert_date(r, 74, 1, 1, 5);
    tc_rig_run(r, 365ull * 86400 * RIG_S);
    assert_date(r, 75, 1, 1, 6);
    tc_rig_free(r);
}

static void written_while_running(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    tc_rig_run(r, 300 * RIG_MS);
    set(r, HOUR, 23);
    set(r, MIN, 59);
    assert_time(r, 23, 59, 56);
    set(r, YEAR, 99);
    set(r, MONTH, 12);
    set(r, DATE, 31);
    set(r, WEEKDAY, 7);
    assert_date(r, 99, 12, 31, 7);
    tc_rig_run(r, 3700 * RIG_MS);
    assert_time(r, 0, 0, 0);
    assert_date(r, 0, 1, 1, 1);
    tc_rig_free(r);
}

static void set_and_go(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    tc_rig_run(r, 250 * RIG_MS);
    set(r, B, SET | UIE | BINARY | H24);
    assert_int_equal(get(r, B), SET | BINARY | H24);
    tc_rig_run(r, 10 * RIG_S);
    assert_time(r, 12, 34, 56);
    set(r, DATE, 31); /* no such day, yet */
    set(r, MONTH, 1);
    set(r, SEC, 0);
    assert_date(r, 72, 1, 31, 5);
    set(r, B, BINARY | H24);
    assert_time(r, 12, 34, 0);
    assert_date(r, 72, 1, 31, 5);
    tc_rig_run(r, 750 * RIG_MS);
    assert_time(r, 12, 34, 1);
    set(r, A, 0x70);
    tc_rig_run(r, 5 * RIG_S);
    assert_time(r, 12, 34, 1);
    set(r, A, 0x20); /* the first update comes after half a second */
    tc_rig_run(r, 500 * RIG_MS - RIG_CYCLE);
    assert_time(r, 12, 34, 1);
    tc_rig_run(r, RIG_CYCLE);
    assert_time(r, 12, 34, 2);
    tc_rig_free(r);
}

static void bcd_and_12_hours(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    set(r, B, 0);
    assert_time(r, 0x92, 0x34, 0x56);
    tc_rig_run(r, 12 * 3600 * RIG_S);
    assert_int_equal(get(r, HOUR), 0x12);
    set(r, HOUR, 0x81);
    set(r, YEAR, 0x89);
    set(r, B, BINARY | H24);
    assert_int_equal(get(r, HOUR), 13);
    assert_int_equal(get(r, YEAR), 89);
    tc_rig_free(r);
}

static void update_in_progress(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    tc_rig_run(r, RIG_S - 244 * RIG_US - RIG_CYCLE);
    assert_int_equal(get(r, A) & 0x80, 0);
    tc_rig_run(r, RIG_CYCLE);
    assert_int_equal(get(r, A) & 0x80, 0x80);
    tc_rig_run(r, 244 * RIG_US);
    assert_int_equal(get(r, A) & 0x80, 0);
    tc_rig_free(r);
}

/* 128 a second, which is no whole number of cycles: none is lost in the long run. */
static void periodic(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    set(r, A, 0x29);
    set(r, B, PIE | BINARY | H24);
    unsigned n = 0;
    u64 end = clock_ns_to_cycles(&r->clock, RIG_S);
    while (r->clock.next <= end) {
        tc_rig_run(r, (r->clock.next - r->clock.now_base) * RIG_CYCLE);
        assert_true(r->tick);
        assert_int_equal(get(r, C) & ~(u32)UIE, IRQF | PIE);
        assert_false(r->tick);
        assert_int_equal(get(r, C), 0);
        n++;
    }
    assert_int_equal(n, 128);
    tc_rig_run(r, RIG_S); /* unanswered it waits, and nothing is due */
    assert_true(r->tick);
    assert_true(r->clock.next == CLOCK_NEVER);
    tc_rig_free(r);
}

/* A kernel may poll the flag without the interrupt. */
static void periodic_flag(void **state)
{
    (void)state;
    static const struct {
        u32 rate, hz;
    } rates[] = {{1, 256}, {2, 128}, {3, 8192}, {6, 1024}, {9, 128}, {15, 2}};
    for (unsigned i = 0; i < ARRAY_LEN(rates); i++) {
        struct tc_rig *r = tc_rig_new(0);
        set(r, A, 0x20 | rates[i].rate);
        tc_rig_run(r, RIG_S / rates[i].hz - RIG_CYCLE);
        assert_int_equal(get(r, C), 0);
        tc_rig_run(r, 2 * RIG_CYCLE);
        assert_int_equal(get(r, C), PIE);
        assert_false(r->tick);
        tc_rig_free(r);
    }
}

static void updates(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    tc_rig_run(r, 700 * RIG_MS);
    set(r, B, UIE | BINARY | H24);
    tc_rig_run(r, 300 * RIG_MS - RIG_CYCLE);
    assert_false(r->tick);
    tc_rig_run(r, RIG_CYCLE);
    assert_true(r->tick);
    assert_int_equal(get(r, C), IRQF | UIE);
    tc_rig_run(r, RIG_S);
    assert_int_equal(get(r, C), IRQF | UIE);
    tc_rig_free(r);
}

static void alarms(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    set(r, SEC_ALARM, 5);
    set(r, MIN_ALARM, 0);
    set(r, HOUR_ALARM, 13);
    set(r, B, AIE | BINARY | H24);
    tc_rig_run(r, (25 * 60 + 9) * RIG_S - RIG_CYCLE);
    assert_false(r->tick);
    tc_rig_run(r, RIG_CYCLE);
    assert_true(r->tick);
    assert_time(r, 13, 0, 5);
    assert_int_equal(get(r, C), IRQF | AIE | UIE);
    tc_rig_run(r, 86399 * RIG_S);
    assert_int_equal(get(r, C) & AIE, 0);
    tc_rig_run(r, RIG_S);
    assert_int_equal(get(r, C) & AIE, AIE);
    set(r, HOUR_ALARM, 0xff); /* every hour */
    tc_rig_run(r, 3600 * RIG_S);
    assert_int_equal(get(r, C) & AIE, AIE);
    set(r, SEC_ALARM, 60); /* never */
    assert_true(r->clock.next == CLOCK_NEVER);
    tc_rig_run(r, 2 * 86400 * RIG_S);
    assert_int_equal(get(r, C) & AIE, 0);
    tc_rig_free(r);
}

static void memory(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    for (unsigned i = 14; i < 64; i++)
        set(r, i, i * 3);
    tc_rig_reset(r);
    for (unsigned i = 14; i < 64; i++)
        assert_int_equal(get(r, i), i * 3);
    assert_int_equal(rig_get(r, 1, TC_KN02_RTC + 4 * 20 + 1), 0); /* only the low byte lane */
    tc_rig_free(r);
}

/* The years' byte is the clock's. */
static void memory_at_power_on(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    u8 memory[TC_DS1287_RAM];
    memset(memory, 0xee, sizeof memory);
    tc_ds1287_set_memory(r->rtc, memory);
    assert_int_equal(get(r, 14), 0xee);
    assert_int_equal(get(r, 62), 0xee);
    assert_int_equal(get(r, DEC_YEAR), 24);
    set(r, 14, 1);
    assert_int_equal(tc_ds1287_memory(r->rtc)[0], 1);
    assert_int_equal(tc_ds1287_memory(r->rtc)[49], 24);
    tc_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_on),
        cmocka_unit_test(other_years),
        cmocka_unit_test(written_while_running),
        cmocka_unit_test(set_and_go),
        cmocka_unit_test(bcd_and_12_hours),
        cmocka_unit_test(update_in_progress),
        cmocka_unit_test(periodic),
        cmocka_unit_test(periodic_flag),
        cmocka_unit_test(updates),
        cmocka_unit_test(alarms),
        cmocka_unit_test(memory),
        cmocka_unit_test(memory_at_power_on),
    };
    return cmocka_run_group_tests_name("tc_ds1287", tests, NULL, NULL);
}
