/* SPDX-License-Identifier: ISC */
/* The words of --virtio. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine/vio_conf.h"

#include <string.h>

static void words_are_read(void **state)
{
    (void)state;
    struct vio_conf c;
    struct error e;
    assert_int_equal(vio_conf_parse(&c, "rng", &e), ERR_OK);
    assert_int_equal(c.kind, VIO_RNG);
    vio_conf_fini(&c);
    assert_int_equal(vio_conf_parse(&c, "blk,serial=x,file=a,,b=c,read-only,serial=y", &e), ERR_OK);
    assert_int_equal(c.kind, VIO_BLK);
    assert_string_equal(c.blk.file, "a,b=c");
    assert_string_equal(c.blk.serial, "y"); /* the last counts */
    assert_true(c.blk.read_only);
    assert_null(c.blk.on_error);
    vio_conf_fini(&c);
    vio_conf_fini(&c);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *words, *msg;
    } bad[] = {
        {"", "there is no virtio device '' (known: "},
        {"disk", "there is no virtio device 'disk'"},
        {"blkk,file=x", "there is no virtio device 'blkk'"},
        {",file=x", "there is no virtio device ''"},
        {"rng,", "rng: takes no arguments, not ''"},
        {"rng,x", "rng: takes no arguments, not 'x'"},
        {"blk,", "blk: unknown argument '' (known: file=, read-only, "},
        {"blk,fil=x", "blk: unknown argument 'fil=x'"},
        {"blk,file", "blk: unknown argument 'file'"},
        {"blk,file=", "blk: file: needs a value"},
        {"blk,read-only=1", "blk: unknown argument 'read-only=1'"},
        {"blk,file=x,", "blk: unknown argument ''"},
    };
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        struct vio_conf c;
        struct error e = {0};
        assert_int_not_equal(vio_conf_parse(&c, bad[i].words, &e), ERR_OK);
        if (!strstr(e.msg, bad[i].msg))
            fail_msg("%s: %s", bad[i].words, e.msg);
    }
}

static void long_words_are_refused(void **state)
{
    (void)state;
    char words[10000] = "blk,file=";
    struct vio_conf c;
    struct error e;
    memset(words + 9, 'x', sizeof words - 10);
    assert_int_equal(vio_conf_parse(&c, words, &e), ERR_LIMIT);
}

static void lists_grow(void **state)
{
    (void)state;
    struct vio_conf_list l = {0};
    struct error e;
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(vio_conf_parse(vio_conf_list_add(&l), "blk,file=x", &e), ERR_OK);
    assert_int_equal(l.n, 100);
    assert_string_equal(l.item[99].blk.file, "x");
    vio_conf_list_fini(&l);
    assert_int_equal(l.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(long_words_are_refused),
        cmocka_unit_test(lists_grow),
    };
    return cmocka_run_group_tests_name("vio_conf", tests, NULL, NULL);
}
