/* SPDX-License-Identifier: ISC */
/*
 * What a terminal is sent, and what it makes of that: whatever changes, the picture read back is
 * the one that was drawn. The seed is printed; KUSEG_SEED repeats it.
 */
#include "rig_cmocka.h"

#include "io/io_vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static u64 seed;

struct view {
    u8 cell[IO_PICTURE_CELLS], read[IO_PICTURE_CELLS];
    struct io_picture p;
    struct io_vt_writer w;
    struct io_vt_reader r;
    size_t sent; /* by the last show */
};

static struct view *view_new(u32 columns, u32 rows)
{
    struct view *v = calloc(1, sizeof *v);
    assert_non_null(v);
    v->p = (struct io_picture){.cell = v->cell, .columns = columns, .rows = rows};
    io_vt_writer_init(&v->w, &v->p);
    return v;
}

static void view_free(struct view *v)
{
    io_vt_writer_fini(&v->w);
    free(v);
}

static void assert_shown(struct view *v)
{
    struct io_picture got = io_vt_picture(&v->r, v->read);
    bool visible = v->p.x < v->p.columns && v->p.y < v->p.rows;
    assert_true(v->r.complete);
    assert_int_equal(got.columns, v->p.columns);
    assert_int_equal(got.rows, v->p.rows);
    for (u32 i = 0; i < v->p.columns * v->p.rows; i++)
        assert_int_equal(got.cell[i], io_picture_char(v->cell[i]));
    assert_int_equal(got.x, visible ? v->p.x : v->p.columns);
    assert_int_equal(got.y, visible ? v->p.y : v->p.rows);
}

/* One draw; is it complete? */
static bool view_draw(struct view *v)
{
    struct buf out = {0};
    bool complete = io_vt_draw(&v->w, &v->p, &out);
    assert_true(out.len <= IO_VT_PORTION);
    v->sent += out.len;
    io_vt_read(&v->r, out.data, out.len);
    buf_fini(&out);
    return complete;
}

static void view_show(struct view *v)
{
    v->sent = 0;
    while (!view_draw(v))
        ;
    assert_shown(v);
}

static void the_whole_picture_first(void **state)
{
    (void)state;
    struct view *v = view_new(80, 24);
    memcpy(v->cell, "hello", 5);
    v->cell[80 * 24 - 1] = 'z';
    view_show(v);
    assert_true(v->sent >= 80 * 24 && v->sent < 80 * 24 + 24 * 10 + 64);
    view_free(v);
}

static void nothing_if_nothing_changed(void **state)
{
    (void)state;
    struct view *v = view_new(80, 24);
    view_show(v);
    view_show(v);
    assert_int_equal(v->sent, 0);
    v->cell[0] = 7; /* another blank */
    view_show(v);
    assert_int_equal(v->sent, 0);
    view_free(v);
}

static void expect_sent(struct view *v, const char *text)
{
    struct buf out = {0};
    assert_true(io_vt_draw(&v->w, &v->p, &out));
    assert_int_equal(out.len, strlen(text));
    assert_memory_equal(out.data, text, out.len);
    io_vt_read(&v->r, out.data, out.len);
    buf_fini(&out);
    assert_shown(v);
}

static void only_changed_cells(void **state)
{
    (void)state;
    struct view *v = view_new(80, 24);
    view_show(v);
    v->cell[80 * 3 + 9] = 'A';
    expect_sent(v, "\033[4;10HA\033[1;1H\033[?25h\033[m");
    v->cell[80 * 3 + 10] = 'B'; /* near each other: one run */
    v->cell[80 * 3 + 12] = 'C';
    expect_sent(v, "\033[4;11HB C\033[1;1H\033[?25h\033[m");
    v->cell[0] = 'x'; /* far: two */
    v->cell[79] = 'y';
    expect_sent(v, "\033[1;1Hx\033[1;80Hy\033[1;1H\033[?25h\033[m");
    view_free(v);
}

static void the_cursor(void **state)
{
    (void)state;
    struct view *v = view_new(80, 24);
    view_show(v);
    v->p.x = 79;
    v->p.y = 23;
    expect_sent(v, "\033[24;80H\033[?25h\033[m");
    v->p.y = 24; /* off: invisible */
    expect_sent(v, "\033[?25l\033[m");
    v->p.x = 0xffff;
    expect_sent(v, "");
    v->p.y = 0;
    expect_sent(v, "");
    v->p.x = 0;
    expect_sent(v, "\033[1;1H\033[?25h\033[m");
    view_free(v);
}

/* Control codes of the guest never reach a terminal. */
static void every_byte_is_harmless(void **state)
{
    (void)state;
    struct view *v = view_new(64, 4);
    for (unsigned i = 0; i < 256; i++)
        v->cell[i] = (u8)i;
    struct buf out = {0};
    assert_true(io_vt_draw(&v->w, &v->p, &out));
    unsigned escapes = 0;
    for (size_t i = 0; i < out.len; i++) {
        assert_true(out.data[i] == '\033' || (out.data[i] >= ' ' && out.data[i] < 127));
        escapes += out.data[i] == '\033';
    }
    assert_int_equal(escapes, 3 + 4 + 3); /* the beginning, a position a row, the cursor */
    buf_fini(&out);
    view_free(v);
}

static void large_pictures_come_in_portions(void **state)
{
    (void)state;
    struct view *v = view_new(IO_VT_MAX_COLUMNS, IO_VT_MAX_ROWS);
    unsigned portions = 1;
    for (u32 i = 0; i < IO_PICTURE_CELLS; i++)
        v->cell[i] = i % 7 ? ' ' : 'x';
    for (; !view_draw(v); portions++)
        assert_false(v->r.complete);
    assert_shown(v);
    assert_true(portions > 4 && portions < 10);
    for (u32 i = 0; i < IO_PICTURE_CELLS; i++) /* the most for a writer: all runs are short */
        v->cell[i] = i % 7 ? ' ' : 'y';
    view_show(v);
    view_free(v);
}

/* The picture changes between portions: in the end it is right all the same. */
static void a_moving_picture_is_caught(void **state)
{
    (void)state;
    u64 s = seed;
    struct view *v = view_new(200, 100);
    for (unsigned n = 0; n < 200; n++) {
        for (unsigned i = 0; i < 3000; i++)
            v->cell[lb_rig_random(&s, 200 * 100)] = (u8)lb_rig_random(&s, 256);
        view_draw(v);
    }
    view_show(v);
    view_free(v);
}

static void random_changes(void **state)
{
    (void)state;
    u64 s = seed;
    static const u32 size[][2] = {{1, 1}, {80, 24}, {132, 43}, {7, 128}, {256, 2}};
    for (unsigned k = 0; k < ARRAY_LEN(size); k++) {
        struct view *v = view_new(size[k][0], size[k][1]);
        u32 cells = size[k][0] * size[k][1];
        for (unsigned n = 0; n < 300; n++) {
            for (u32 i = lb_rig_random(&s, 60); i; i--)
                v->cell[lb_rig_random(&s, cells)] = (u8)lb_rig_random(&s, 256);
            v->p.x = lb_rig_random(&s, v->p.columns + 2);
            v->p.y = lb_rig_random(&s, v->p.rows + 2);
            view_show(v);
        }
        view_free(v);
    }
}

/* A stream cut anywhere reads the same. */
static void read_in_pieces(void **state)
{
    (void)state;
    struct view *v = view_new(20, 5);
    memcpy(v->cell, "some text", 9);
    v->p.x = 3;
    struct buf out = {0};
    assert_true(io_vt_draw(&v->w, &v->p, &out));
    for (size_t i = 0; i < out.len; i++) {
        assert_false(v->r.complete);
        io_vt_read(&v->r, out.data + i, 1);
    }
    assert_shown(v);
    buf_fini(&out);
    view_free(v);
}

static void hostile_streams(void **state)
{
    (void)state;
    u64 s = seed;
    static const char *const bad[] = {"\033[999999999999;99999999999Hx",
                                      "\033[0;0Hx",
                                      "\033[;;;;;;;;;;;;Hx",
                                      "\033[-1;-1Hx",
                                      "\033[?????25h",
                                      "\033\033\033[[[[",
                                      "\033[128;256Hxxxxxx",
                                      "\033[129;257Hx",
                                      "\033[1;1H\377\200\r\n\b\t\a"};
    struct view *v = view_new(80, 24);
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
        io_vt_read(&v->r, (const u8 *)bad[i], strlen(bad[i]));
    for (unsigned i = 0; i < 200000; i++) {
        static const u8 likely[] = "\033[;H?0123456789mJhl";
        u8 ch = lb_rig_random(&s, 3) ? likely[lb_rig_random(&s, sizeof likely - 1)]
                                     : (u8)lb_rig_random(&s, 256);
        io_vt_read(&v->r, &ch, 1);
    }
    struct io_picture p = io_vt_picture(&v->r, v->read);
    assert_true(p.columns <= IO_VT_MAX_COLUMNS && p.rows <= IO_VT_MAX_ROWS);
    view_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_picture_first),
        cmocka_unit_test(nothing_if_nothing_changed),
        cmocka_unit_test(only_changed_cells),
        cmocka_unit_test(the_cursor),
        cmocka_unit_test(every_byte_is_harmless),
        cmocka_unit_test(large_pictures_come_in_portions),
        cmocka_unit_test(a_moving_picture_is_caught),
        cmocka_unit_test(random_changes),
        cmocka_unit_test(read_in_pieces),
        cmocka_unit_test(hostile_streams),
    };
    seed = rig_seed();
    return cmocka_run_group_tests_name("io_vt", tests, NULL, NULL);
}
