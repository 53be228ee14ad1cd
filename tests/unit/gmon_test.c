/* SPDX-License-Identifier: ISC */
/* The bytes of gmon.out, as GNU's documents have them. That gprof takes them: boot/profile. */
#include "debug/gmon.h"
#include "lib/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
    HISTOGRAM = 20,
    BINS = HISTOGRAM + 33,
};

static u8 *as_bytes(const struct gmon *g, size_t *len)
{
    char *bytes = NULL;
    FILE *f = open_memstream(&bytes, len);
    assert_non_null(f);
    gmon_write(g, f);
    fclose(f);
    return (u8 *)bytes;
}

static void gmon_has_header_bins_and_arcs(void **state)
{
    (void)state;
    struct gmon g;
    size_t len;
    gmon_init(&g, 0x80000204, 0x80000231, 1000, true);
    gmon_sample(&g, 0x8000020c);
    gmon_sample(&g, 0x80000210);
    gmon_sample(&g, 0x80000210);
    gmon_call(&g, 0x80000220, 0x80000208);
    gmon_call(&g, 0x80000210, 0x80000230);
    gmon_call(&g, 0x80000220, 0x80000208);
    u8 *b = as_bytes(&g, &len);
    assert_int_equal(len, BINS + 4 * 2 + 2 * 13);
    assert_memory_equal(b, "gmon\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0", HISTOGRAM + 1);
    assert_int_equal(load_be32(b + HISTOGRAM + 1), 0x80000200);
    assert_int_equal(load_be32(b + HISTOGRAM + 5), 0x80000240);
    assert_int_equal(load_be32(b + HISTOGRAM + 9), 4);
    assert_int_equal(load_be32(b + HISTOGRAM + 13), 1000);
    assert_memory_equal(b + HISTOGRAM + 17, "seconds\0\0\0\0\0\0\0\0s", 16);
    assert_memory_equal(b + BINS, "\0\1\0\2\0\0\0\0", 8);
    assert_memory_equal(b + BINS + 8, "\1\x80\0\2\x10\x80\0\2\x30\0\0\0\1", 13);
    assert_memory_equal(b + BINS + 21, "\1\x80\0\2\x20\x80\0\2\x08\0\0\0\2", 13);
    free(b);
    gmon_fini(&g);
}

static void gmon_knows_both_byte_orders(void **state)
{
    (void)state;
    struct gmon g;
    size_t len;
    gmon_init(&g, 0x80000200, 0x80000210, 100, false);
    gmon_sample(&g, 0x80000200);
    u8 *b = as_bytes(&g, &len);
    assert_memory_equal(b, "gmon\1\0\0\0", 8);
    assert_int_equal(load_le32(b + HISTOGRAM + 13), 100);
    assert_memory_equal(b + BINS, "\1\0", 2);
    free(b);
    gmon_fini(&g);
}

static void what_is_outside_does_not_count(void **state)
{
    (void)state;
    static const u32 outside[] = {0, 0x400000, 0x800001ff, 0x80000300, 0xffffffff};
    struct gmon g;
    gmon_init(&g, 0x80000200, 0x80000300, 1000, true);
    for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
        gmon_sample(&g, outside[i]);
        gmon_call(&g, outside[i], 0x80000200);
        gmon_call(&g, 0x80000200, outside[i]);
    }
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(g.bin[i], 0);
    assert_int_equal(g.narcs, 0);
    gmon_fini(&g);
    gmon_init(&g, 0xfffffff0, 0xffffffff, 1000, true); /* nonsense is no code at all */
    gmon_sample(&g, 0xfffffff8);
    gmon_fini(&g);
}

static void full_bins_stay_full(void **state)
{
    (void)state;
    struct gmon g;
    gmon_init(&g, 0x80000200, 0x80000210, 1000, true);
    for (unsigned i = 0; i < 70000; i++)
        gmon_sample(&g, 0x80000204);
    assert_int_equal(g.bin[0], 65535);
    gmon_fini(&g);
}

static void cleared_it_is_empty(void **state)
{
    (void)state;
    struct gmon g;
    gmon_init(&g, 0x80000200, 0x80000300, 1000, true);
    for (u32 i = 0; i < 5000; i++)
        gmon_call(&g, 0x80000200 + i % 64 * 4, 0x80000200 + i % 61 * 4);
    gmon_sample(&g, 0x80000204);
    assert_true(g.narcs > 1000);
    gmon_clear(&g);
    assert_int_equal(g.narcs, 0);
    assert_int_equal(g.bin[0], 0);
    gmon_call(&g, 0x80000200, 0x80000204);
    assert_int_equal(g.narcs, 1);
    gmon_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gmon_has_header_bins_and_arcs),
        cmocka_unit_test(gmon_knows_both_byte_orders),
        cmocka_unit_test(what_is_outside_does_not_count),
        cmocka_unit_test(full_bins_stay_full),
        cmocka_unit_test(cleared_it_is_empty),
    };
    return cmocka_run_group_tests_name("gmon", tests, NULL, NULL);
}
