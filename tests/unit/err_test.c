/* SPDX-License-Identifier: ISC */
#include "lib/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void err_names_place_and_reason(void **state)
{
    (void)state;
    struct error e;
    errno = ENOENT;
    assert_int_equal(err_set(&e, ERR_IO, "%s: %m", "a"), ERR_IO);
    assert_int_equal(err_prefix(&e, "%s:%d", "conf", 3), ERR_IO);
    assert_string_equal(e.msg, "conf:3: a: No such file or directory");
    assert_int_equal(err_set(NULL, ERR_LIMIT, "nobody wants it"), ERR_LIMIT);
    assert_int_equal(err_prefix(NULL, "nor this"), ERR_OK);
}

/* However long a name is, begin and end are there. */
static void err_keeps_the_reason_of_a_long_name(void **state)
{
    (void)state;
    static char name[20000];
    static const size_t lengths[] = {480, 510, 511, 512, 513, 4096};
    memset(name, 'x', sizeof name - 1);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct error e;
        err_set(&e, ERR_IO, "open %.*s: gone", (int)lengths[i], name);
        err_prefix(&e, "here");
        assert_true(strlen(e.msg) < sizeof e.msg);
        assert_memory_equal(e.msg, "here: open xxx", 14);
        assert_string_equal(e.msg + strlen(e.msg) - 7, "x: gone");
        err_prefix(&e, "%s", name); /* beyond all reason */
        assert_true(strlen(e.msg) < sizeof e.msg);
        assert_string_equal(e.msg + strlen(e.msg) - 7, "x: gone");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_names_place_and_reason),
        cmocka_unit_test(err_keeps_the_reason_of_a_long_name),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
