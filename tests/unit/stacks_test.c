/* SPDX-License-Identifier: ISC */
#include "debug/stacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char *as_text(const struct stacks *s, unsigned top)
{
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    assert_non_null(f);
    if (top)
        stacks_table(s, top, f);
    else
        stacks_write(s, f);
    fclose(f);
    return text;
}

static void assert_text(const struct stacks *s, unsigned top, const char *expected)
{
    char *text = as_text(s, top);
    assert_string_equal(text, expected);
    free(text);
}

static void stacks_are_counted_and_sorted(void **state)
{
    (void)state;
    struct stacks s = {0};
    assert_text(&s, 0, "");
    stacks_add(&s, "kernel;main;b", 1);
    stacks_add(&s, "kernel;main;a", 2);
    stacks_add(&s, "kernel;main;b", 3);
    assert_text(&s, 0, "kernel;main;a 2\nkernel;main;b 4\n");
    assert_int_equal(s.samples, 6);
    stacks_clear(&s);
    assert_text(&s, 0, "");
    stacks_fini(&s);
}

static void what_is_written_reads_the_same(void **state)
{
    (void)state;
    struct stacks s = {0}, t = {0};
    for (unsigned i = 0; i < 3000; i++) {
        char text[64];
        snprintf(text, sizeof text, "kernel;f%u with blanks;g%u", i % 700, i % 11);
        stacks_add(&s, text, i + 1);
    }
    char *text = as_text(&s, 0);
    struct error e;
    assert_int_equal(stacks_read(&t, text, strlen(text), &e), ERR_OK);
    assert_text(&t, 0, text);
    assert_int_equal(t.samples, s.samples);
    free(text);
    stacks_fini(&s);
    stacks_fini(&t);
}

static void bad_files_are_named_by_line(void **state)
{
    (void)state;
    static const char *const bad[] = {"main",    "main ",      " 5",         "main 0",
                                      "main -1", "main 1x",    "main;f 1e9", "main 99999999999999",
                                      "main\n",  "ma;in five", "\177ELF\1\1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct stacks s = {0};
        struct error e;
        char text[100];
        snprintf(text, sizeof text, "kernel;main 5\n\n%s", bad[i]);
        assert_int_equal(stacks_read(&s, text, strlen(text), &e), ERR_FORMAT);
        assert_non_null(strstr(e.msg, "line 3"));
        stacks_fini(&s);
    }
    struct stacks s = {0};
    struct error e;
    assert_int_equal(stacks_read(&s, "a\0b 1\n", 6, &e), ERR_FORMAT);
    char *large = malloc(100000);
    memset(large, 'x', 100000);
    assert_int_equal(stacks_read(&s, large, 100000, &e), ERR_FORMAT);
    free(large);
    stacks_fini(&s);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    struct stacks s = {0};
    for (unsigned i = 0; i < STACKS_MAX + 1000; i++) {
        char text[32];
        snprintf(text, sizeof text, "kernel;f%u", i);
        stacks_add(&s, text, 1);
    }
    assert_true(s.n <= STACKS_MAX + 1);
    assert_int_equal(s.samples, STACKS_MAX + 1000);
    char *text = as_text(&s, 0);
    assert_non_null(strstr(text, "(other) 1000\n"));
    free(text);
    stacks_fini(&s);
}

static void the_table_knows_self_and_total(void **state)
{
    (void)state;
    struct stacks s = {0};
    stacks_add(&s, "(idle)", 10);
    stacks_add(&s, "kernel;main;again;again;again", 6);
    stacks_add(&s, "kernel;main", 1);
    stacks_add(&s, "sort;sort:main;(exception);handler;main", 3);
    assert_text(&s, 9,
                "20 samples, 10 of them idle\n\n"
                " self % total %       self      total  function\n"
                " 60.00  60.00          6          6  again\n"
                " 40.00 100.00          4         10  main\n"
                "  0.00  30.00          0          3  handler\n"
                "  0.00  30.00          0          3  sort:main\n");
    assert_text(&s, 1,
                "20 samples, 10 of them idle\n\n"
                " self % total %       self      total  function\n"
                " 60.00  60.00          6          6  again\n");
    stacks_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_are_counted_and_sorted),
        cmocka_unit_test(what_is_written_reads_the_same),
        cmocka_unit_test(bad_files_are_named_by_line),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(the_table_knows_self_and_total),
    };
    return cmocka_run_group_tests_name("stacks", tests, NULL, NULL);
}
