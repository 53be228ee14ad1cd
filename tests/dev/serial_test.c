/* SPDX-License-Identifier: ISC */
#define RIG_CARD RIG_SERIAL
#include "rig_card.h"

enum {
    CHAR = 0,
    WIRQ = 4,
    RIRQ = 8,
    IRQEN = 1,
    CMPL = 2,
    FORCE = 4,
    CHAR_NS = 20840, /* 1/48000 s, rounded up to a cycle */
};

static void writes(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, WIRQ, IRQEN);
    set(r, CHAR, 0x100 | 'a');
    assert_int_equal(r->nout, 1);
    assert_int_equal(r->out[0], 'a');
    assert_int_equal(get(r, WIRQ), IRQEN);
    lb_rig_run(r, CHAR_NS - RIG_CYCLE);
    assert_false(line(r));
    lb_rig_run(r, RIG_CYCLE);
    assert_true(line(r));
    assert_int_equal(get(r, WIRQ), IRQEN | CMPL);
    set(r, WIRQ, IRQEN);
    assert_false(line(r));
    set(r, CHAR, 'b');
    assert_int_equal(r->stats.console_writes, 2);
    lb_rig_free(r);
}

static void write_while_busy(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, CHAR, 'a');
    set(r, CHAR, 'b');
    rig_assert_misuse(r, 1);
    lb_rig_run(r, CHAR_NS);
    set(r, CHAR, 'c');
    assert_int_equal(r->nout, 2);
    assert_memory_equal(r->out, "ac", 2);
    assert_int_equal(r->stats.console_writes, 2);
    lb_rig_free(r);
}

static void irq_registers(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u32 reg = WIRQ; reg <= RIRQ; reg += 4)
        for (u32 bits = 0; bits < 8; bits++) {
            set(r, reg, bits | 0xf0);
            assert_int_equal(get(r, reg), bits);
            assert_int_equal(line(r), bits & IRQEN && bits & (CMPL | FORCE));
            set(r, reg, 0);
            assert_false(line(r));
        }
    rig_assert_error(r, RIG_SERIAL, 12);
    lb_rig_free(r);
}

static void reads(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, RIRQ, IRQEN);
    lb_serial_input(r->serial, 'x');
    assert_true(line(r));
    assert_int_equal(get(r, RIRQ), IRQEN | CMPL);
    assert_int_equal(get(r, CHAR), 'x');
    assert_true(line(r)); /* reading doesn't clear */
    set(r, RIRQ, IRQEN);
    assert_false(line(r));
    assert_int_equal(get(r, CHAR), 'x'); /* still the last one */
    assert_int_equal(r->stats.console_reads, 2);
    lb_serial_input(r->serial, 0xff);
    assert_false(line(r)); /* not before a character time is over */
    lb_rig_run(r, CHAR_NS);
    assert_true(line(r));
    assert_int_equal(get(r, CHAR), 0xff);
    lb_rig_free(r);
}

static void paced(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    for (u8 i = 0; i < 10; i++)
        lb_serial_input(r->serial, 'a' + i);
    for (u8 i = 0; i < 10; i++) {
        assert_int_equal(get(r, RIRQ), CMPL);
        assert_int_equal(get(r, CHAR), 'a' + i);
        set(r, RIRQ, 0);
        lb_rig_run(r, CHAR_NS - RIG_CYCLE);
        assert_int_equal(get(r, RIRQ), 0);
        lb_rig_run(r, RIG_CYCLE);
    }
    lb_rig_run(r, RIG_S);
    assert_int_equal(get(r, RIRQ), 0);
    lb_rig_free(r);
}

/* A driver starts by clearing what it finds, and still gets all that was typed before it. */
static void typed_before_the_driver(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u32 n = 0;
    for (; lb_serial_input_room(r->serial); n++)
        lb_serial_input(r->serial, (u8)n);
    lb_rig_run(r, RIG_S);
    assert_int_equal(get(r, RIRQ), CMPL);
    set(r, RIRQ, IRQEN);
    assert_false(line(r));
    for (u32 i = 0; i < n; i++) {
        lb_rig_run(r, CHAR_NS);
        assert_true(line(r));
        assert_int_equal(get(r, CHAR), (u8)i);
        set(r, RIRQ, IRQEN);
    }
    lb_rig_run(r, RIG_S);
    assert_false(line(r));
    lb_rig_free(r);
}

/* Nothing is lost while the guest looks away, and no event keeps the machine awake. */
static void held(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    lb_serial_input(r->serial, 'a');
    lb_serial_input(r->serial, 'b');
    lb_serial_input(r->serial, 'c');
    lb_rig_run(r, RIG_S);
    assert_int_equal(r->clock.next, CLOCK_NEVER);
    assert_int_equal(get(r, CHAR), 'a');
    lb_rig_run(r, CHAR_NS);
    assert_int_equal(get(r, RIRQ), CMPL);
    set(r, RIRQ, 0); /* 'b' is dropped unread, as the guest wishes */
    lb_rig_run(r, CHAR_NS);
    assert_int_equal(get(r, CHAR), 'c');
    lb_rig_free(r);
}

static void queue_is_bounded(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    unsigned n = 0;
    for (; lb_serial_input_room(r->serial); n++)
        lb_serial_input(r->serial, (u8)n);
    assert_int_equal(n, 512); /* the one delivered, and the queue */
    lb_serial_input(r->serial, 'x');
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(get(r, CHAR), i & 0xff);
        lb_rig_run(r, CHAR_NS);
    }
    assert_int_equal(get(r, CHAR), (n - 1) & 0xff);
    lb_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes),        cmocka_unit_test(write_while_busy),
        cmocka_unit_test(irq_registers), cmocka_unit_test(reads),
        cmocka_unit_test(paced),         cmocka_unit_test(typed_before_the_driver),
        cmocka_unit_test(held),          cmocka_unit_test(queue_is_bounded),
    };
    return cmocka_run_group_tests_name("lb_serial", tests, NULL, NULL);
}
