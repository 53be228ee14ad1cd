/* SPDX-License-Identifier: ISC */
#include "lib/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void num_accepts_numbers(void **state)
{
    (void)state;
    u64 v = 0;
    assert_int_equal(num_parse("0", 0, 9, &v, NULL), ERR_OK);
    assert_int_equal(num_parse("0x1f", 0, 99, &v, NULL), ERR_OK);
    assert_int_equal(v, 31);
    assert_int_equal(num_parse("18446744073709551615", 0, UINT64_MAX, &v, NULL), ERR_OK);
    assert_true(v == UINT64_MAX);
}

static void num_refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const bad[] = {"",  " 1", "-1", "+1",  "1 ",
                                      "x", "1x", "0x", "1e3", "18446744073709551616"};
    u64 v = 77;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_not_equal(num_parse(bad[i], 0, UINT64_MAX, &v, NULL), ERR_OK);
    assert_int_equal(v, 77);
}

static void num_names_the_range(void **state)
{
    (void)state;
    struct error e;
    u64 v;
    assert_int_equal(num_parse("33", 1, 32, &v, &e), ERR_LIMIT);
    assert_string_equal(e.msg, "'33' is out of range (1 to 32)");
    assert_int_equal(num_parse_size("16", KIB(512), MIB(508), &v, &e), ERR_LIMIT);
    assert_string_equal(e.msg, "'16' is out of range (512 KB to 508 MB)");
}

static void num_knows_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        u64 bytes;
    } good[] = {{"512", 512},       {"512b", 512},    {"3s", 1536},        {"512K", KIB(512)},
                {"512k", KIB(512)}, {"16M", MIB(16)}, {"2g", KIB(MIB(2))}, {"0x10M", MIB(16)}};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        u64 v = 0;
        assert_int_equal(num_parse_size(good[i].text, 0, UINT64_MAX, &v, NULL), ERR_OK);
        assert_true(v == good[i].bytes);
    }
    static const char *const bad[] = {"", "M", "1KB", "1 M", "-1M", "99999999999G", "1.5M"};
    u64 v;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(num_parse_size(bad[i], 0, UINT64_MAX, &v, NULL), ERR_USAGE);
}

static void num_knows_units(void **state)
{
    (void)state;
    u64 v = 0;
    assert_true(num_size_unit("s", &v));
    assert_int_equal(v, 512);
    assert_true(num_size_unit("", &v));
    assert_int_equal(v, 1);
    assert_false(num_size_unit("kb", &v));
}

static void num_knows_times(void **state)
{
    (void)state;
    u64 v = 0;
    assert_int_equal(num_parse_time("250ms", 0, UINT64_MAX, &v, NULL), ERR_OK);
    assert_true(v == 250000000);
    assert_int_equal(num_parse_time("2", 0, UINT64_MAX, &v, NULL), ERR_OK);
    assert_true(v == 2000000000);
    assert_int_equal(num_parse_time("2h", 0, UINT64_MAX, &v, NULL), ERR_USAGE);
}

static void num_formats_sizes(void **state)
{
    (void)state;
    char buf[NUM_SIZE_LEN];
    assert_string_equal(num_format_size(buf, 0), "0 bytes");
    assert_string_equal(num_format_size(buf, 1000), "1000 bytes");
    assert_string_equal(num_format_size(buf, MIB(508)), "508 MB");
    assert_string_equal(num_format_size(buf, UINT64_MAX), "18446744073709551615 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(num_accepts_numbers), cmocka_unit_test(num_refuses_what_is_no_number),
        cmocka_unit_test(num_names_the_range), cmocka_unit_test(num_knows_sizes),
        cmocka_unit_test(num_knows_times),     cmocka_unit_test(num_formats_sizes),
        cmocka_unit_test(num_knows_units),
    };
    return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
