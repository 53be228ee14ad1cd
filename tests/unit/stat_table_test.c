/* SPDX-License-Identifier: ISC */
/* What stat161 prints about what a meter says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/stat_table.h"

#include <stdlib.h>
#include <string.h>

#define START "HELLO 2\r\nHEAD nsec con\r\nWIDTH 6 3\r\n"

struct printed {
    struct stat_table t;
    char *out, *err;
    size_t out_len, err_len;
};

static int printed_begin(void **state)
{
    struct printed *p = calloc(1, sizeof *p);
    p->t.program = "stat161";
    p->t.out = open_memstream(&p->out, &p->out_len);
    p->t.err = open_memstream(&p->err, &p->err_len);
    stat_table_reset(&p->t);
    *state = p;
    return 0;
}

static int printed_end(void **state)
{
    struct printed *p = *state;
    fclose(p->t.out);
    fclose(p->t.err);
    free(p->out);
    free(p->err);
    free(p);
    return 0;
}

static void receive(struct printed *p, const char *text)
{
    stat_table_received(&p->t, (const u8 *)text, strlen(text));
    fflush(p->t.err);
}

static void table_shows_how_much_was_added(void **state)
{
    struct printed *p = *state;
    receive(p, START "DATA 100 5\r\nDATA 350 5\r\nDATA 1000400 12\r\n");
    assert_string_equal(p->out, "\n"
                                "nsec   con \n"
                                "100    5   \n"
                                "250    0   \n"
                                "1000050 7   \n");
    assert_string_equal(p->err, "");
}

static void table_takes_bytes_as_they_come(void **state)
{
    struct printed *p = *state;
    for (const char *c = "hello 2\nhead a\nok\ndata 3\ndata 4\n"; *c; c++)
        receive(p, (const char[]){*c, 0});
    assert_string_equal(p->out, "\na \n3 \n1 \n");
}

static void table_repeats_its_head(void **state)
{
    struct printed *p = *state;
    receive(p, START);
    for (unsigned i = 0; i < 23; i++)
        receive(p, "DATA 1 1\n");
    const char *second = strstr(p->out + 1, "\n\nnsec");
    assert_non_null(second);
    unsigned rows = 0;
    for (const char *c = p->out + 1; c < second; c++)
        rows += *c == '\n';
    assert_int_equal(rows, 22); /* the head's own line, and all but the last row's end */
}

static void table_shows_what_the_meter_refuses(void **state)
{
    struct printed *p = *state;
    receive(p, "BAD Interval too small\r\nERROR who knows\n");
    assert_string_equal(p->out, "stat161: sys161 error: Interval too small\n");
}

static void table_refuses_what_makes_no_sense(void **state)
{
    struct printed *p = *state;
    receive(p, START "DATA 1\nDATA 1 2 3\nDATA\nHEAD\nWORDS\nHELLO\nHELLO 2 2\n\n");
    static const char fields[] = "stat161: Invalid packet (wrong number of fields)\n";
    static const char head[] = "stat161: Invalid packet (improper header)\n";
    assert_int_equal(strncmp(p->out, fields, strlen(fields)), 0);
    assert_int_equal(strncmp(p->out + strlen(fields), fields, strlen(fields)), 0);
    assert_int_equal(p->out_len, 2 * strlen(fields) + 5 * strlen(head));
}

static void table_stops_at_another_version(void **state)
{
    struct printed *p = *state;
    receive(p, "HELLO 3\nHEAD a\nDATA 1\n");
    assert_true(p->t.wrong_version);
    assert_string_equal(p->out, "");
    assert_string_equal(p->err, "stat161: Wrong protocol version 3\n");
}

static void table_bounds_what_it_is_sent(void **state)
{
    struct printed *p = *state;
    receive(p, "HELLO 2\nHEAD 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
    assert_non_null(strstr(p->err, "Too many data fields"));
    receive(p, "HEAD abcdefghijklmnopqrstuvwxyz\nWIDTH 4000000000\nWIDTH -1\nDATA 1\n");
    assert_string_equal(p->out, "\nabcdefghijklmno \n1               \n");
    for (unsigned i = 0; i < STAT_TABLE_LINE; i++)
        receive(p, "y");
    receive(p, "\n");
    assert_non_null(strstr(p->err, "Input overrun"));
}

static void table_ends_after_so_many_rows(void **state)
{
    struct printed *p = *state;
    p->t.max_rows = 2;
    receive(p, START "DATA 1 1\r\nDATA 2 1\r\nDATA 3 1\r\n"); /* all at once */
    assert_int_equal(p->t.rows, 2);
    assert_true(stat_table_is_done(&p->t));
    receive(p, "DATA 4 1\r\n");
    assert_int_equal(p->t.rows, 2);
}

static void table_prints_json(void **state)
{
    struct printed *p = *state;
    p->t.json = true;
    receive(p, START "DATA 100 5\r\nDATA 350 6\r\n");
    assert_string_equal(p->out, "{\"nsec\":100,\"con\":5}\n{\"nsec\":350,\"con\":6}\n");
    assert_int_equal(p->t.rows, 2);
}

int main(void)
{
#define TABLE_TEST(name) cmocka_unit_test_setup_teardown(name, printed_begin, printed_end)
    const struct CMUnitTest tests[] = {
        TABLE_TEST(table_shows_how_much_was_added),
        TABLE_TEST(table_takes_bytes_as_they_come),
        TABLE_TEST(table_repeats_its_head),
        TABLE_TEST(table_shows_what_the_meter_refuses),
        TABLE_TEST(table_refuses_what_makes_no_sense),
        TABLE_TEST(table_stops_at_another_version),
        TABLE_TEST(table_bounds_what_it_is_sent),
        TABLE_TEST(table_prints_json),
        TABLE_TEST(table_ends_after_so_many_rows),
    };
    return cmocka_run_group_tests_name("stat_table", tests, NULL, NULL);
}
