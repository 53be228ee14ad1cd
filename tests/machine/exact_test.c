/* SPDX-License-Identifier: ISC */
/*
 * Counts are exact: with one CPU whatever happens falls on its very cycle, and no CPU ever runs
 * more than the time there was.
 */
#include "machine_asm.h"

#include <string.h>

#define CYCLES_OF_US 25u
#define TIMER_COUNT  0x10
#define IM_BUS       0x401u  /* Status: interrupts on, those of the LAMEbus let in */
#define IM_TIMER     0x8001u /* ...those of the on-chip timer */
#define VECTOR       0x80000080u

/* The code ends with `code` for the monitor: where the exception came from. */
static void tell_epc(struct asm_code *handler)
{
    asm_mfc0(handler, ASM_K1, ASM_EPC);
    asm_power_off(handler, ASM_K1);
}

static void card_timer(struct asm_code *a, u32 us)
{
    asm_li(a, ASM_T0, ASM_SLOT(RIG_TIMER));
    asm_li(a, ASM_T1, us);
    asm_sw(a, ASM_T1, TIMER_COUNT, ASM_T0);
}

/* The store that starts the card counts as the first cycle. */
static void a_card_interrupts_on_its_cycle(void **state)
{
    (void)state;
    for (u32 us = 1; us <= 60; us++) {
        struct asm_code code = {.n = 0}, handler = {.n = 0};
        asm_interrupts(&code, RIG_TIMER, IM_BUS);
        card_timer(&code, us);
        size_t store = code.n - 1;
        while (code.n < 2000)
            asm_addiu(&code, ASM_S0, 1);
        tell_epc(&handler);
        struct rig_setup setup = asm_setup(&code, &handler);
        struct rig_result result = rig_run_all(&setup);
        assert_int_equal(result.end, MACHINE_POWER_OFF);
        assert_int_equal(result.code, ASM_AT + 4 * (store + us * CYCLES_OF_US));
    }
}

/* In a loop of two, half of the interrupts meet the delay slot. */
static void a_delay_slot_counts_too(void **state)
{
    (void)state;
    for (u32 us = 1; us <= 8; us++) {
        struct asm_code code = {.n = 0}, handler = {.n = 0};
        asm_interrupts(&code, RIG_TIMER, IM_BUS);
        card_timer(&code, us);
        size_t loop = code.n;
        asm_branch(&code, loop);
        asm_addiu(&code, ASM_S0, 1);
        tell_epc(&handler);
        struct rig_setup setup = asm_setup(&code, &handler);
        struct rig *r = rig_new(&setup);
        rig_run_to(r, loop - 1 + us * CYCLES_OF_US);
        const struct mips *c = &r->m.cpu[0]->mips;
        u32 ran = us * CYCLES_OF_US - 1;
        assert_int_equal(c->r[ASM_S0], ran / 2);
        assert_int_equal(c->bd, ran % 2);
        assert_int_equal(c->stats.irqs, 0);
        rig_run(r);
        assert_int_equal(c->stats.irqs, 1);
        assert_int_equal(c->r[ASM_S0], ran / 2);
        assert_int_equal(r->m.exit_code, ASM_AT + 4 * loop); /* of the branch */
        rig_free(r);
    }
}

static void stop_at_is_exact(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_addiu(&code, ASM_S0, 1);
    asm_branch(&code, 0);
    asm_addiu(&code, ASM_S1, 1);
    struct rig_setup setup = asm_setup(&code, NULL);
    struct rig *r = rig_new(&setup);
    const struct mips *c = &r->m.cpu[0]->mips;
    u64 seed = 3;
    for (u64 to = 0; to < 5000000; to += 1 + rig_random(&seed, 1 + (u32)to)) {
        rig_run_to(r, to);
        assert_int_equal(machine_now(&r->m), to);
        assert_int_equal(c->retired, to);
        assert_int_equal(c->r[ASM_S0], (to + 2) / 3);
        assert_int_equal(c->r[ASM_S1], to / 3);
    }
    rig_free(r);
}

/* Count is 0 when it is written, and Compare is reached `n` cycles after that instruction; the
 * interrupt is taken before the next. Then Count is 0 again. */
static void the_timer_on_the_chip_is_exact(void **state)
{
    (void)state;
    const u32 n = 1000;
    struct asm_code code = {.n = 0}, handler = {.n = 0};
    asm_li(&code, ASM_S1, n);
    asm_li(&code, ASM_T0, IM_TIMER);
    asm_mtc0(&code, ASM_T0, ASM_STATUS);
    u64 start = code.n;
    asm_mtc0(&code, ASM_ZERO, ASM_COUNT);
    asm_mtc0(&code, ASM_S1, ASM_COMPARE);
    asm_forever(&code);
    asm_mtc0(&handler, ASM_S1, ASM_COMPARE);
    asm_return(&handler);
    struct rig_setup setup = asm_setup(&code, &handler);
    struct rig *r = rig_new(&setup);
    const struct mips *c = &r->m.cpu[0]->mips;
    for (u32 i = 1; i < 50; i++) {
        rig_run_to(r, start + (u64)i * n);
        assert_int_equal(c->stats.irqs, i - 1);
        rig_run_to(r, start + (u64)i * n + 1);
        assert_int_equal(c->stats.irqs, i);
        assert_int_equal(c->pc, VECTOR + 4);
    }
    rig_free(r);
}

/* WAIT: time goes on without instructions, to the cycle of the event; Count stands still. */
static void waiting_ends_on_its_cycle(void **state)
{
    (void)state;
    const u32 us = 1234567;
    struct asm_code code = {.n = 0}, handler = {.n = 0};
    asm_interrupts(&code, RIG_TIMER, IM_BUS);
    card_timer(&code, us);
    u64 store = code.n - 1;
    asm_mtc0(&code, ASM_ZERO, ASM_COUNT);
    asm_wait(&code);
    asm_forever(&code);
    asm_mfc0(&handler, ASM_K1, ASM_COUNT);
    asm_power_off(&handler, ASM_K1);
    struct rig_setup setup = asm_setup(&code, &handler);
    u64 due = store + (u64)us * CYCLES_OF_US;
    struct rig *r = rig_new(&setup);
    const struct mips *c = &r->m.cpu[0]->mips;
    rig_run_to(r, due);
    assert_int_equal(machine_now(&r->m), due);
    assert_true(vcpu_idle(r->m.cpu[0]));
    assert_int_equal(c->retired, store + 3);
    assert_int_equal(r->m.idle_cycles, due - c->retired);
    rig_run_to(r, due + 1);
    assert_int_equal(c->pc, VECTOR + 4);
    rig_run(r);
    assert_int_equal(r->m.exit_code, 2);
    rig_free(r);
}

/* As on System/161, a short delay ends where a slice of 2 ms does, a longer one where it should. */
static void short_delays_end_late_if_asked(void **state)
{
    (void)state;
    const u64 slice = 50000;
    const u32 delays[] = {1, 100, 1900, 2500, 12345};
    for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
        struct asm_code code = {.n = 0};
        asm_interrupts(&code, RIG_TIMER, IM_BUS);
        card_timer(&code, delays[i]);
        u64 due = code.n - 1 + (u64)delays[i] * CYCLES_OF_US;
        asm_wait(&code);
        asm_forever(&code);
        struct rig_setup setup = asm_setup(&code, NULL);
        setup.s161_time = true;
        struct rig *r = rig_new(&setup);
        const struct mips *c = &r->m.cpu[0]->mips;
        due = due < slice ? slice : due;
        rig_run_to(r, due);
        assert_int_equal(c->stats.irqs, 0);
        rig_run_to(r, due + 1);
        assert_int_equal(c->stats.irqs, 1);
        rig_free(r);
    }
}

/* As on System/161, whose runs repeat although guests look at the clock. */
static void the_clock_starts_on_a_whole_second_if_asked(void **state)
{
    (void)state;
    for (unsigned whole = 0; whole < 2; whole++) {
        struct asm_code code = {.n = 0};
        asm_li(&code, ASM_T0, ASM_SLOT(RIG_TIMER));
        u32 at = (u32)code.n;
        asm_lw(&code, ASM_T1, 4, ASM_T0);
        asm_power_off(&code, ASM_T1);
        struct rig_setup setup = asm_setup(&code, NULL);
        setup.wall_ns = 1700000000000000000u + 987654321;
        setup.s161_time = whole;
        struct rig_result result = rig_run_all(&setup);
        assert_int_equal(result.end, MACHINE_POWER_OFF);
        assert_int_equal(result.code, (whole ? 0 : 987654321) + at * 1000 / CYCLES_OF_US);
    }
}

static void switching_off_takes_5_ms(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_li(&code, ASM_T1, 77);
    asm_power_off(&code, ASM_T1);
    struct rig_setup setup = asm_setup(&code, NULL);
    struct rig_result result = rig_run_all(&setup);
    assert_int_equal(result.end, MACHINE_POWER_OFF);
    assert_int_equal(result.code, 77);
    assert_int_equal(result.cycles, code.n - 3 + 5000 * CYCLES_OF_US);
}

/* A character that a log brings comes at its very cycle. */
static void replayed_input_is_exact(void **state)
{
    (void)state;
    for (u64 at = 1000; at < 1010; at++) {
        struct asm_code code = {.n = 0}, handler = {.n = 0};
        struct buf log = {0};
        buf_put_le64(&log, 0);
        buf_put_u8(&log, INTAKE_EPOCH);
        buf_put_le32(&log, 8);
        buf_put_le64(&log, 0);
        buf_put_le64(&log, at);
        buf_put_u8(&log, INTAKE_INPUT);
        buf_put_le32(&log, 2);
        buf_put_u8(&log, 0); /* the console is the first source */
        buf_put_u8(&log, 'x');
        asm_store(&code, ASM_SLOT(RIG_SERIAL) + 8, 1); /* read interrupts on */
        asm_interrupts(&code, RIG_SERIAL, IM_BUS);
        while (code.n < 2000)
            asm_addiu(&code, ASM_S0, 1);
        tell_epc(&handler);
        struct rig_setup setup = asm_setup(&code, &handler);
        setup.replay = &log;
        struct rig_result result = rig_run_all(&setup);
        assert_int_equal(result.end, MACHINE_POWER_OFF);
        assert_int_equal(result.code, ASM_AT + 4 * at);
        buf_fini(&log);
    }
}

/* ---- several CPUs ---- */

/* CPU 1 is switched on late. It has no past to catch up on. */
static void a_cpu_starts_when_it_is_started(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_li(&code, ASM_S0, 200000);
    size_t loop = code.n;
    asm_addiu(&code, ASM_S0, (u32)-1);
    asm_bne(&code, ASM_S0, ASM_ZERO, loop);
    asm_nop(&code);
    u64 started = code.n + 3 * 199999;
    asm_start_cpu(&code, 1, asm_here(&code) + 4 * 10);
    started += 10;
    asm_forever(&code); /* both end here */
    struct rig_setup setup = asm_setup(&code, NULL);
    setup.cpus = 2;
    struct rig *r = rig_new(&setup);
    rig_run_to(r, started - 1);
    assert_int_equal(vcpu_retired(r->m.cpu[1]), 0);
    rig_run_to(r, 2 * started);
    u64 now = machine_now(&r->m);
    assert_int_equal(vcpu_retired(r->m.cpu[0]), now);
    assert_int_equal(vcpu_retired(r->m.cpu[1]), now - started);
    rig_free(r);
}

static void busy_cpus_run_side_by_side(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_start_cpu(&code, 1, ASM_AT + 4 * 30);
    asm_start_cpu(&code, 2, ASM_AT + 4 * 30);
    asm_start_cpu(&code, 3, ASM_AT + 4 * 30);
    assert_int_equal(code.n, 30);
    asm_forever(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    setup.cpus = 4;
    struct rig *r = rig_new(&setup);
    for (u64 to = 1000; to < 3000000; to += 777) {
        rig_run_to(r, to);
        for (unsigned i = 0; i < 4; i++) {
            u64 retired = vcpu_retired(r->m.cpu[i]), now = machine_now(&r->m);
            assert_true(retired <= now && now - retired <= 30 + 3 * MACHINE_TURN);
        }
    }
    rig_free(r);
}

/* ---- a real kernel ---- */

static void time_is_what_ran_and_what_idled(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "selftest; sleep 7; bench pipe 10; halt"};
    struct rig *r = rig_new(&setup);
    u64 seed = 9;
    while (rig_run_to(r, machine_now(&r->m) + rig_random(&seed, 5000)) == MACHINE_RUNS)
        assert_int_equal(vcpu_retired(r->m.cpu[0]) + r->m.idle_cycles, machine_now(&r->m));
    assert_int_equal(vcpu_retired(r->m.cpu[0]) + r->m.idle_cycles, machine_now(&r->m));
    assert_true(r->m.idle_cycles > 0);
    rig_free(r);
}

static void no_cpu_runs_more_than_the_time(void **state)
{
    (void)state;
    struct rig_setup setup = {
        .cpus = 4, .ram = "2M", .words = "stress 3 1; sleep 7; bench pipe 10; halt"};
    struct rig *r = rig_new(&setup);
    u64 seed = 10;
    do {
        rig_run_to(r, machine_now(&r->m) + rig_random(&seed, 5000));
        for (unsigned i = 0; i < 4; i++)
            assert_true(vcpu_retired(r->m.cpu[i]) + r->m.idle_cycles <= machine_now(&r->m));
    } while (r->m.end == MACHINE_RUNS);
    rig_free(r);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_interrupts_on_its_cycle),
        cmocka_unit_test(a_delay_slot_counts_too),
        cmocka_unit_test(stop_at_is_exact),
        cmocka_unit_test(the_timer_on_the_chip_is_exact),
        cmocka_unit_test(waiting_ends_on_its_cycle),
        cmocka_unit_test(short_delays_end_late_if_asked),
        cmocka_unit_test(the_clock_starts_on_a_whole_second_if_asked),
        cmocka_unit_test(switching_off_takes_5_ms),
        cmocka_unit_test(replayed_input_is_exact),
        cmocka_unit_test(a_cpu_starts_when_it_is_started),
        cmocka_unit_test(busy_cpus_run_side_by_side),
        cmocka_unit_test(time_is_what_ran_and_what_idled),
        cmocka_unit_test(no_cpu_runs_more_than_the_time),
    };
    return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}
