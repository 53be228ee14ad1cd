/* SPDX-License-Identifier: ISC */
/* Tables that grew: streams between an older and a newer version of a program. */
#include "state/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct chip {
    u32 a;
    u16 b;
};

static const struct state_field old_fields[] = {STATE_FIELD(struct chip, a, U32, 1)};
static const struct state_field new_fields[] = {STATE_FIELD(struct chip, a, U32, 1),
                                                STATE_FIELD_SINCE(2, struct chip, b, U16, 1)};

static const struct state_desc old_table = {
    .name = "chip", .version = 1, .nfields = 1, .size = sizeof(struct chip), .fields = old_fields};
static const struct state_desc new_table = {
    .name = "chip", .version = 2, .nfields = 2, .size = sizeof(struct chip), .fields = new_fields};
/* As new_table, but nobody thought of the older streams. */
static const struct state_desc careless_table = {
    .name = "chip",
    .version = 2,
    .nfields = 2,
    .size = sizeof(struct chip),
    .fields = (const struct state_field[]){STATE_FIELD(struct chip, a, U32, 1),
                                           STATE_FIELD(struct chip, b, U16, 1)}};

static struct error last;

/* Saves one chip by a table, loads it into another by another table. */
static enum err move(const struct state_desc *from, const struct chip *src,
                     const struct state_desc *to, struct chip *dst)
{
    struct state_set out = {0}, in = {0};
    struct buf stream = {0};
    state_set_add(&out, from, 0, (void *)(uintptr_t)src);
    state_set_add(&in, to, 0, dst);
    state_set_save(&out, &stream);
    enum err err = state_set_load(&in, stream.data, stream.len, &last);
    buf_fini(&stream);
    state_set_fini(&out);
    state_set_fini(&in);
    return err;
}

static void state_older_streams_load(void **state)
{
    (void)state;
    struct chip src = {.a = 7, .b = 8}, dst = {.a = 1, .b = 2};
    assert_int_equal(move(&old_table, &src, &new_table, &dst), ERR_OK);
    assert_int_equal(dst.a, 7);
    assert_int_equal(dst.b, 2); /* as at power-on */
    assert_int_equal(move(&new_table, &src, &new_table, &dst), ERR_OK);
    assert_int_equal(dst.b, 8);
}

static void state_newer_streams_are_refused(void **state)
{
    (void)state;
    struct chip src = {.a = 7, .b = 8}, dst = {.a = 1, .b = 2};
    assert_int_equal(move(&new_table, &src, &old_table, &dst), ERR_FORMAT);
    assert_string_equal(last.msg, "section 'chip' is of version 2; this program knows up to 1");
    assert_int_equal(dst.a, 1);
}

static void state_fields_that_are_due_are_missed(void **state)
{
    (void)state;
    struct chip src = {.a = 7, .b = 8}, dst = {.a = 1, .b = 2};
    struct state_desc lacking = old_table;
    lacking.version = 2;
    assert_int_equal(move(&lacking, &src, &new_table, &dst), ERR_FORMAT);
    assert_string_equal(last.msg, "section 'chip' lacks the field 'b'");
    assert_int_equal(move(&old_table, &src, &careless_table, &dst), ERR_FORMAT);
    assert_string_equal(last.msg, "section 'chip' lacks the field 'b'");
    assert_int_equal(dst.a, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_older_streams_load),
        cmocka_unit_test(state_newer_streams_are_refused),
        cmocka_unit_test(state_fields_that_are_due_are_missed),
    };
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
