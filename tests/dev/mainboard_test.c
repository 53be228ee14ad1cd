/* SPDX-License-Identifier: ISC */
/* The backplane and both mainboards, register by register. */
#define RIG_CARD LB_MAINBOARD
#include "rig_card.h"

#define CONFIG(slot)  ((slot)*0x400u)
#define OWN(reg)      (CONFIG(LB_MAINBOARD) + (reg))
#define CPU(cpu, reg) (LB_BUFFER + (cpu)*0x400u + (reg))

enum {
    RAMSZ = OWN(0x200),
    IRQS = OWN(0x204),
    PWR = OWN(0x208),
    IRQE = OWN(0x20c),
    CPUS = OWN(0x210),
    CPUE = OWN(0x214),
    SELF = OWN(0x218),
    EXIT = OWN(0x21c),
    PLUGGED = 1u << RIG_SERIAL | 1u << RIG_EMUFS | 1u << RIG_DISK | 1u << RIG_SCREEN |
              1u << RIG_NET | 1u << RIG_RANDOM | 1u << RIG_TIMER | 1u << RIG_TRACE,
};

/* The serial card interrupts. */
static void raise_serial(struct lb_rig *r)
{
    rig_set(r, RIG_SERIAL, 4, 5);
    assert_true(lb_rig_line(r, RIG_SERIAL));
}

static void identities(void **state)
{
    (void)state;
    static const struct {
        u8 slot, device, revision;
    } card[] = {{RIG_SERIAL, 4, 1}, {RIG_EMUFS, 7, 1}, {RIG_DISK, 3, 2},     {RIG_RANDOM, 9, 1},
                {RIG_TIMER, 2, 1},  {RIG_TRACE, 8, 3}, {LB_MAINBOARD, 10, 2}};
    struct lb_rig *r = lb_rig_new(NULL);
    for (unsigned i = 0; i < ARRAY_LEN(card); i++) {
        assert_int_equal(get(r, CONFIG(card[i].slot)), 1);
        assert_int_equal(get(r, CONFIG(card[i].slot) + 4), card[i].device);
        assert_int_equal(get(r, CONFIG(card[i].slot) + 8), card[i].revision);
        rig_assert_error(r, LB_MAINBOARD, CONFIG(card[i].slot) + 12);
    }
    for (u32 reg = 0; reg < 12; reg += 4) {
        assert_int_equal(get(r, CONFIG(RIG_EMPTY) + reg), 0);
        assert_false(lb_rig_write(r, LB_MAINBOARD, CONFIG(RIG_EMPTY) + reg, 0));
    }
    rig_assert_error(r, RIG_EMPTY, 0);
    rig_assert_error(r, RIG_EMPTY, LB_BUFFER);
    lb_rig_free(r);
}

static void own_registers(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    u32 val = 0;
    assert_int_equal(get(r, RAMSZ), RIG_RAM);
    assert_int_equal(get(r, IRQS), 0);
    assert_int_equal(get(r, IRQE), 0xffffffff);
    assert_int_equal(get(r, CPUS), 0xf);
    assert_int_equal(get(r, CPUE), 1);
    assert_int_equal(get(r, PWR), PLUGGED | 1u << LB_MAINBOARD);
    for (u8 cpu = 0; cpu < RIG_CPUS; cpu++) {
        struct mem_access a = {.cpu = cpu, .size = 4};
        assert_true(lb_rig_access(r, false, a, LB_BASE + 31 * LB_SLOT_SIZE + SELF, &val));
        assert_int_equal(val, 1u << cpu);
    }
    assert_false(lb_rig_write(r, LB_MAINBOARD, RAMSZ, 0));
    assert_false(lb_rig_write(r, LB_MAINBOARD, IRQS, 0));
    assert_false(lb_rig_write(r, LB_MAINBOARD, CPUS, 0));
    assert_false(lb_rig_write(r, LB_MAINBOARD, SELF, 0));
    rig_assert_error(r, LB_MAINBOARD, OWN(0x220));
    rig_assert_error(r, LB_MAINBOARD, OWN(0x3fc));
    lb_rig_free(r);
}

static void all_cpus(void **state)
{
    (void)state;
    struct lb_rig_options o = {.mainboard = {.ncpus = 32}};
    struct lb_rig *r = lb_rig_new(&o);
    assert_int_equal(get(r, CPUS), 0xffffffff);
    set(r, CPU(31, 0x300), 0x80001000);
    set(r, CPUE, 0x80000001);
    assert_int_equal(r->running, 0x80000001);
    assert_int_equal(r->start[31].pc, 0x80001000);
    assert_int_equal(r->start[31].sp, 0xa0000000); /* the last byte of the bus in kseg0, and one */
    lb_rig_free(r);
}

static void exit_code(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, EXIT, 42);
    assert_int_equal(get(r, EXIT), 42);
    set(r, PWR, 0);
    lb_rig_run(r, 5 * RIG_MS - RIG_CYCLE);
    assert_false(r->off);
    lb_rig_run(r, RIG_CYCLE);
    assert_true(r->off);
    assert_int_equal(r->off_code, 42);
    rig_assert_misuse(r, 0);
    lb_rig_free(r);
}

static void no_exit_on_revision_1(void **state)
{
    (void)state;
    struct lb_rig_options o = {.mainboard = {.ncpus = 1}};
    struct lb_rig *r = lb_rig_new(&o);
    assert_int_equal(get(r, CONFIG(LB_MAINBOARD) + 8), 1);
    rig_assert_error(r, LB_MAINBOARD, EXIT);
    lb_rig_free(r);
}

static void routing(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    raise_serial(r);
    assert_int_equal(get(r, IRQS), 1u << RIG_SERIAL);
    assert_int_equal(r->irq, 0xf);
    set(r, IRQE, ~(1u << RIG_SERIAL));
    assert_int_equal(get(r, IRQS), 1u << RIG_SERIAL); /* masked, but visible */
    assert_int_equal(r->irq, 0);
    set(r, IRQE, ~0u);
    for (unsigned cpu = 0; cpu < RIG_CPUS; cpu++) {
        assert_int_equal(get(r, CPU(cpu, 0)), 0xffffffff);
        set(r, CPU(cpu, 0), cpu == 2 ? 1u << RIG_SERIAL : 0);
    }
    assert_int_equal(r->irq, 1u << 2);
    assert_int_equal(get(r, CPU(2, 0)), 1u << RIG_SERIAL);
    rig_set(r, RIG_SERIAL, 4, 0);
    assert_int_equal(r->irq, 0);
    lb_rig_free(r);
}

static void ipi(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, CPU(3, 4), 8);
    assert_int_equal(r->ipi, 1u << 3);
    assert_int_equal(get(r, CPU(3, 4)), 0xffffffff);
    assert_int_equal(get(r, CPU(2, 4)), 0);
    set(r, CPU(3, 4), 0);
    assert_int_equal(r->ipi, 0);
    assert_int_equal(get(r, CPU(3, 4)), 0);
    rig_assert_error(r, LB_MAINBOARD, CPU(3, 8));
    rig_assert_error(r, LB_MAINBOARD, CPU(3, 0x2fc));
    rig_assert_error(r, LB_MAINBOARD, CPU(RIG_CPUS, 0));
    rig_assert_error(r, LB_MAINBOARD, CPU(RIG_CPUS, 0x300));
    rig_assert_error(r, LB_MAINBOARD, CPU(31, 4));
    lb_rig_free(r);
}

static void cpu_start_and_stop(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, CPU(1, 0x300), 0x80002000);
    set(r, CPU(1, 0x304), 0x1234);
    set(r, CPU(1, 0x3fc), 7);
    assert_int_equal(get(r, CPU(1, 0x3fc)), 7);
    set(r, CPUE, 3);
    assert_int_equal(r->running, 3);
    assert_int_equal(r->start[1].pc, 0x80002000);
    assert_int_equal(r->start[1].a0, 0x1234);
    assert_int_equal(r->start[1].sp, 0x80000000u + LB_BASE + 31 * LB_SLOT_SIZE + CPU(2, 0));
    r->start[1].pc = 0;
    set(r, CPUE, 3); /* it runs already */
    assert_int_equal(r->start[1].pc, 0);
    set(r, CPUE, 1);
    assert_int_equal(r->running, 1);
    rig_assert_misuse(r, 0);
    set(r, CPUE, 0x11); /* absent */
    rig_assert_misuse(r, 1);
    assert_int_equal(get(r, CPUE), 1);
    assert_int_equal(r->running, 1);
    lb_rig_free(r);
}

static void reset_stops_secondary_cpus(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, CPUE, 0xf);
    set(r, CPU(1, 4), 1);
    set(r, IRQE, 0);
    set(r, PWR, 0);
    lb_bus_reset(&r->bus);
    assert_int_equal(r->running, 1);
    assert_int_equal(r->ipi, 0);
    assert_int_equal(get(r, IRQE), 0xffffffff);
    lb_rig_run(r, RIG_S);
    assert_false(r->off);
    lb_rig_free(r);
}

static void slot_power(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    rig_set(r, RIG_DISK, 8, 77);
    raise_serial(r);
    set(r, PWR, ~(1u << RIG_SERIAL | 1u << RIG_DISK));
    assert_int_equal(get(r, PWR),
                     (PLUGGED | 1u << LB_MAINBOARD) & ~(1u << RIG_SERIAL) & ~(1u << RIG_DISK));
    assert_int_equal(r->irq, 0);
    rig_assert_error(r, RIG_SERIAL, 4);
    rig_assert_error(r, RIG_DISK, 8);
    rig_assert_error(r, RIG_DISK, LB_BUFFER);
    assert_int_equal(get(r, CONFIG(RIG_DISK) + 4), 3); /* still identified */
    set(r, PWR, ~0u);
    assert_int_equal(get(r, PWR), PLUGGED | 1u << LB_MAINBOARD);
    assert_int_equal(rig_get(r, RIG_DISK, 8), 0); /* it was reset */
    assert_int_equal(rig_get(r, RIG_SERIAL, 4), 0);
    rig_assert_misuse(r, 0);
    lb_rig_free(r);
}

static void power_off_forgets_operation(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    rig_set(r, RIG_DISK, 4, 1);
    set(r, PWR, ~(1u << RIG_DISK));
    lb_rig_run(r, RIG_S);
    assert_int_equal(r->irq, 0);
    assert_int_equal(r->stats.disk_reads, 0);
    lb_rig_free(r);
}

static void power_off_without_the_rest(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    set(r, PWR, PLUGGED);
    rig_assert_misuse(r, 1);
    lb_rig_run(r, 5 * RIG_MS);
    assert_true(r->off);
    lb_rig_free(r);
}

static void old_board(void **state)
{
    (void)state;
    struct lb_rig_options o = {.mainboard = {.ncpus = 1, .old = true}};
    struct lb_rig *r = lb_rig_new(&o);
    assert_int_equal(get(r, CONFIG(LB_MAINBOARD) + 4), 1);
    assert_int_equal(get(r, CONFIG(LB_MAINBOARD) + 8), 2);
    assert_int_equal(get(r, RAMSZ), RIG_RAM);
    for (u32 reg = CPUS; reg <= EXIT; reg += 4)
        rig_assert_error(r, LB_MAINBOARD, reg);
    rig_assert_error(r, LB_MAINBOARD, CPU(0, 0));
    rig_assert_error(r, LB_MAINBOARD, CPU(0, 0x300));
    raise_serial(r);
    assert_int_equal(r->irq, 1);
    set(r, IRQE, 0);
    assert_int_equal(r->irq, 0);
    set(r, PWR, 1); /* no effect */
    lb_rig_run(r, RIG_S);
    assert_false(r->off);
    rig_assert_misuse(r, 0);
    get(r, PWR);
    rig_assert_misuse(r, 1);
    set(r, PWR, 0);
    lb_rig_run(r, 5 * RIG_MS);
    assert_true(r->off);
    lb_rig_free(r);
}

static void narrow(struct lb_rig *r, bool write, u8 size, gpa pa, u32 *val)
{
    struct mem_access a = {.cpu = 0, .size = size};
    assert_true(lb_rig_access(r, write, a, pa, val));
}

static void narrow_access(void **state)
{
    (void)state;
    static const gpa place[] = {LB_BASE + 31 * LB_SLOT_SIZE + CPU(0, 0x310),
                                LB_BASE + RIG_DISK * LB_SLOT_SIZE + LB_BUFFER + 0x1fc,
                                LB_BASE + RIG_EMUFS * LB_SLOT_SIZE + LB_BUFFER + 0x3ffc};
    struct lb_rig *r = lb_rig_new(NULL);
    for (unsigned i = 0; i < ARRAY_LEN(place); i++) {
        u32 val = 0x11223344;
        narrow(r, true, 4, place[i], &val);
        for (unsigned k = 0; k < 4; k++) {
            narrow(r, false, 1, place[i] + k, &val);
            assert_int_equal(val, 0x11 * (k + 1));
        }
        narrow(r, false, 2, place[i], &val);
        assert_int_equal(val, 0x1122);
        narrow(r, false, 2, place[i] + 2, &val);
        assert_int_equal(val, 0x3344);
        val = 0xffffffaa; /* only the low bits count */
        narrow(r, true, 1, place[i] + 1, &val);
        val = 0xffffbbcc;
        narrow(r, true, 2, place[i] + 2, &val);
        narrow(r, false, 4, place[i], &val);
        assert_int_equal(val, 0x11aabbcc);
    }
    rig_assert_error(r, RIG_DISK, LB_BUFFER + 0x200);
    rig_assert_error(r, RIG_EMUFS, LB_BUFFER + 0x4000);
    rig_assert_error(r, RIG_SERIAL, LB_BUFFER);
    lb_rig_free(r);
}

/* A narrow store reads its word first, and an error of that is the store's. */
static void narrow_store_reads(void **state)
{
    (void)state;
    struct lb_rig *r = lb_rig_new(NULL);
    struct mem_access a = {.cpu = 0, .size = 1};
    u32 val = 'x';
    gpa trace_on = LB_BASE + RIG_TRACE * LB_SLOT_SIZE + 3;
    assert_false(lb_rig_access(r, true, a, trace_on, &val)); /* write-only register */
    gpa serial = LB_BASE + RIG_SERIAL * LB_SLOT_SIZE + 3;
    assert_true(lb_rig_access(r, true, a, serial, &val));
    assert_int_equal(r->out[0], 'x');
    assert_int_equal(r->stats.console_reads, 1);
    a.size = 4;
    assert_false(lb_rig_access(r, false, a, serial - 1, &val)); /* unaligned */
    lb_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities),
        cmocka_unit_test(own_registers),
        cmocka_unit_test(all_cpus),
        cmocka_unit_test(exit_code),
        cmocka_unit_test(no_exit_on_revision_1),
        cmocka_unit_test(routing),
        cmocka_unit_test(ipi),
        cmocka_unit_test(cpu_start_and_stop),
        cmocka_unit_test(reset_stops_secondary_cpus),
        cmocka_unit_test(slot_power),
        cmocka_unit_test(power_off_forgets_operation),
        cmocka_unit_test(power_off_without_the_rest),
        cmocka_unit_test(old_board),
        cmocka_unit_test(narrow_access),
        cmocka_unit_test(narrow_store_reads),
    };
    return cmocka_run_group_tests_name("lb_mainboard", tests, NULL, NULL);
}
