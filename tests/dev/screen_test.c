/* SPDX-License-Identifier: ISC */
#define RIG_CARD RIG_SCREEN
#include "rig_card.h"

#include <string.h>

enum {
    POSN = 0x0,
    SIZE = 0x4,
    CHAR = 0x8,
    RIRQ = 0xc,
};

enum {
    IRQEN = 1,
    CMPL = 2,
    FORCE = 4,
};

#define CHAR_NS 20833u /* rounded up to cycles: 20840 */

static void registers(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    assert_int_equal(get(r, POSN), 0);
    assert_int_equal(get(r, SIZE), 80 << 16 | 24);
    assert_int_equal(get(r, CHAR), 0);
    assert_int_equal(get(r, RIRQ), 0);
    set(r, POSN, 79 << 16 | 23);
    assert_int_equal(get(r, POSN), 79 << 16 | 23);
    u32 val;
    assert_false(lb_rig_write(r, RIG_SCREEN, CHAR, 'x')); /* input only */
    for (u32 off = 16; off < LB_BUFFER; off += off < 64 ? 4 : 4096)
        assert_false(lb_rig_read(r, RIG_SCREEN, off, &val));
    rig_assert_misuse(r, 0);
    lb_rig_free(r);
}

static void the_size_stays(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, SIZE, 132 << 16 | 43);
    assert_int_equal(get(r, SIZE), 80 << 16 | 24);
    rig_assert_misuse(r, 1);
    lb_rig_free(r);
}

/* All 32 KB are there, whatever is shown, and reach to the end of the slot. */
static void the_buffer_is_memory(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u32 off = LB_BUFFER; off < LB_SLOT_SIZE; off += 4)
        assert_int_equal(get(r, off), 0);
    for (u32 off = LB_BUFFER; off < LB_SLOT_SIZE; off += 4)
        set(r, off, off * 0x01010101u);
    for (u32 off = LB_BUFFER; off < LB_SLOT_SIZE; off += 4)
        assert_int_equal(get(r, off), off * 0x01010101u);
    struct mem_access byte = {.cpu = 0, .size = 1}, half = {.cpu = 0, .size = 2};
    gpa at = LB_BASE + RIG_SCREEN * LB_SLOT_SIZE + LB_BUFFER;
    u32 val = 'A';
    assert_true(lb_rig_access(r, true, byte, at + 81, &val));
    val = 'B' << 8 | 'C';
    assert_true(lb_rig_access(r, true, half, at + 82, &val));
    assert_true(lb_rig_access(r, false, byte, at + 83, &val));
    assert_int_equal(val, 'C');
    set(r, LB_BUFFER + 80, get(r, LB_BUFFER + 80) & 0xffffffu);
    assert_int_equal(get(r, LB_BUFFER + 80), 'A' << 16 | 'B' << 8 | 'C');
    lb_rig_free(r);
}

static void the_picture(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, LB_BUFFER + 80, 'a' << 24 | 'b' << 16 | 'c' << 8 | 'd');
    set(r, POSN, 2 << 16 | 1);
    struct io_picture p = lb_screen_look(r->screen);
    assert_int_equal(p.columns, 80);
    assert_int_equal(p.rows, 24);
    assert_int_equal(p.x, 2);
    assert_int_equal(p.y, 1);
    assert_memory_equal(p.cell + 80, "abcd\0", 5);
    set(r, POSN, 0xffffffff); /* off the screen: invisible */
    p = lb_screen_look(r->screen);
    assert_true(p.x >= p.columns && p.y >= p.rows);
    lb_rig_free(r);
}

/* Looking at it changes nothing that the guest could see. */
static void looking_is_free(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, LB_BUFFER, 0x41424344);
    lb_screen_input(r->screen, 'k');
    u64 before = state_set_hash(&r->parts);
    for (unsigned i = 0; i < 10; i++)
        (void)lb_screen_look(r->screen);
    assert_true(state_set_hash(&r->parts) == before);
    lb_rig_free(r);
}

static void any_size(void **state)
{
    (void)state;
    static const struct {
        u32 columns, rows;
    } size[] = {{1, 1}, {132, 43}, {LB_SCREEN_MAX_COLUMNS, LB_SCREEN_MAX_ROWS}};
    struct lb_rig *r = lb_rig_new(NULL);
    for (unsigned i = 0; i < ARRAY_LEN(size); i++) {
        struct lb_screen *s =
            lb_screen_new(&r->env, lb_bus_line(&r->bus, RIG_EMPTY), size[i].columns, size[i].rows);
        u32 val = 0;
        assert_true(lb_screen_class.read(s, 0, SIZE, &val));
        assert_int_equal(val, size[i].columns << 16 | size[i].rows);
        struct io_picture p = lb_screen_look(s);
        assert_true(p.columns * p.rows <= IO_PICTURE_CELLS);
        lb_screen_free(s);
    }
    lb_rig_free(r);
}

static void irq_register(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u32 bits = 0; bits < 8; bits++) {
        set(r, RIRQ, bits | 0xf0);
        assert_int_equal(get(r, RIRQ), bits);
        assert_int_equal(line(r), bits & IRQEN && bits & (CMPL | FORCE));
        set(r, RIRQ, 0);
        assert_false(line(r));
    }
    lb_rig_free(r);
}

/* As the serial port's. */
static void keys(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, RIRQ, IRQEN);
    lb_screen_input(r->screen, 'x');
    lb_screen_input(r->screen, 0xff);
    assert_true(line(r));
    assert_int_equal(get(r, RIRQ), IRQEN | CMPL);
    assert_int_equal(get(r, CHAR), 'x');
    assert_true(line(r)); /* reading doesn't clear */
    set(r, RIRQ, IRQEN);
    assert_false(line(r));
    lb_rig_run(r, CHAR_NS - RIG_CYCLE);
    assert_false(line(r)); /* not before a character time is over */
    lb_rig_run(r, RIG_CYCLE);
    assert_true(line(r));
    assert_int_equal(get(r, CHAR), 0xff);
    assert_int_equal(r->stats.console_reads, 2);
    assert_int_equal(r->nout, 0); /* the serial port knows nothing of it */
    lb_rig_free(r);
}

static void keys_are_bounded(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    unsigned n = 0;
    for (; lb_screen_input_room(r->screen); n++)
        lb_screen_input(r->screen, (u8)n);
    assert_int_equal(n, 512); /* the one delivered, and the queue */
    lb_screen_input(r->screen, 'x');
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(get(r, CHAR), i & 0xff);
        lb_rig_run(r, CHAR_NS);
    }
    assert_int_equal(get(r, CHAR), (n - 1) & 0xff);
    lb_rig_free(r);
}

static void reset(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, POSN, 5);
    set(r, LB_BUFFER, 0x41424344);
    set(r, LB_SLOT_SIZE - 4, 1);
    set(r, RIRQ, IRQEN | FORCE);
    lb_screen_input(r->screen, 'k');
    lb_screen_input(r->screen, 'l');
    lb_bus_reset(&r->bus);
    assert_false(line(r));
    assert_int_equal(get(r, POSN) | get(r, RIRQ) | get(r, CHAR), 0);
    assert_int_equal(get(r, LB_BUFFER) | get(r, LB_SLOT_SIZE - 4), 0);
    lb_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers),
        cmocka_unit_test(the_size_stays),
        cmocka_unit_test(the_buffer_is_memory),
        cmocka_unit_test(the_picture),
        cmocka_unit_test(looking_is_free),
        cmocka_unit_test(any_size),
        cmocka_unit_test(irq_register),
        cmocka_unit_test(keys),
        cmocka_unit_test(keys_are_bounded),
        cmocka_unit_test(reset),
    };
    return cmocka_run_group_tests_name("lb_screen", tests, NULL, NULL);
}
