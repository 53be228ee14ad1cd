/* SPDX-License-Identifier: ISC */
/*
 * How a machine ends: each way by its name and with a reason a person understands. And what a
 * guest does wrong ends the guest, never the monitor.
 */
#include "machine_asm.h"

#include "lib/log.h"

#include <stdio.h>
#include <string.h>

#define TRACE_DEBUG  0x10
#define TIMER_BEEPER 0x14

static void assert_reason(const struct rig *r, enum machine_end end, const char *text)
{
    if (r->m.end != end || !strstr(r->m.reason, text))
        fail_msg("expected end %d (%s), got %d (%s)", (int)end, text, (int)r->m.end, r->m.reason);
}

static void ends(const struct rig_setup *setup, enum machine_end end, const char *text)
{
    struct rig *r = rig_new(setup);
    rig_run(r);
    assert_reason(r, end, text);
    rig_free(r);
}

/* ---- by the guest's will ---- */

static void power_off_has_a_code(void **state)
{
    (void)state;
    static const u32 codes[] = {0, 1, 77, 255, 256, 0x80000000u, 0xffffffffu};
    for (unsigned i = 0; i < ARRAY_LEN(codes); i++) {
        struct asm_code code = {.n = 0};
        asm_li(&code, ASM_T1, codes[i]);
        asm_power_off(&code, ASM_T1);
        struct rig_setup setup = asm_setup(&code, NULL);
        struct rig_result result = rig_run_all(&setup);
        assert_int_equal(result.end, MACHINE_POWER_OFF);
        assert_int_equal(result.code, codes[i]);
    }
}

static void the_real_board_has_no_code(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "halt 5", .plain = true};
    struct rig_result result = rig_run_all(&setup);
    assert_int_equal(result.end, MACHINE_POWER_OFF);
    assert_int_equal(result.code, 0);
}

static void a_guest_asks_for_a_debugger(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_store(&code, ASM_SLOT(RIG_TRACE) + TRACE_DEBUG, 1);
    asm_forever(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    ends(&setup, MACHINE_DEBUGGER, "debugger");
}

/* An ended machine stays ended, and stands where it ended. */
static void the_end_is_the_end(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "halt 5"};
    struct rig *r = rig_new(&setup);
    rig_run(r);
    struct rig_result result = rig_result(r);
    rig_run(r);
    rig_run_to(r, result.cycles + 1000000);
    rig_assert_same(result, rig_result(r));
    rig_free(r);
}

static void a_panic_is_a_failure(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "panic"};
    struct rig *r = rig_new(&setup);
    rig_run(r);
    assert_int_equal(r->m.end, MACHINE_POWER_OFF);
    assert_int_equal(r->m.exit_code, 1);
    rig_assert_printed(r, "panic on CPU 0");
    rig_free(r);
}

/* ---- when nothing can happen any more ---- */

static void waiting_for_nothing_is_noticed(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_wait(&code);
    asm_forever(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    ends(&setup, MACHINE_DEADLOCK, "no more input");
    setup.paced = true;
    setup.cpus = 8;
    ends(&setup, MACHINE_DEADLOCK, "no more input");
    ends(&(struct rig_setup){.words = "echo hello"}, MACHINE_DEADLOCK, "no more input");
    ends(&(struct rig_setup){.cpus = 4, .typed = "echo hello\n"}, MACHINE_DEADLOCK,
         "no more input");
}

/* A program that sleeps waits for something. */
static void waiting_for_something_is_not(void **state)
{
    (void)state;
    ends(&(struct rig_setup){.cpus = 2, .words = "sleep 100000; halt"}, MACHINE_POWER_OFF, "");
    ends(&(struct rig_setup){.cpus = 2, .words = "sleep 3000; halt", .paced = true},
         MACHINE_POWER_OFF, "");
}

/* ---- the watchdog ---- */

static void a_kernel_that_only_spins_is_noticed(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_forever(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    setup.progress_cycles = 2ull * BOARD_S161_HZ;
    struct rig *r = rig_new(&setup);
    rig_run(r);
    assert_reason(r, MACHINE_NO_PROGRESS, "no user program ran for 4 seconds");
    /* a warning after the time, the end after as much again */
    assert_true(machine_now(&r->m) > 2 * setup.progress_cycles);
    assert_true(machine_now(&r->m) < 2 * setup.progress_cycles + BOARD_S161_HZ / 10);
    rig_free(r);
}

static void a_user_program_that_spins_is_progress(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "bench sieve; bench crc32; halt",
                              .progress_cycles = BOARD_S161_HZ / 4};
    struct rig *r = rig_new(&setup);
    rig_run(r);
    assert_int_equal(r->m.end, MACHINE_POWER_OFF);
    assert_true(machine_now(&r->m) > 4 * setup.progress_cycles);
    rig_free(r);
}

static void sleeping_is_no_progress(void **state)
{
    (void)state;
    struct rig_setup setup = {.words = "sleep 9000; halt", .progress_cycles = 2ull * BOARD_S161_HZ};
    ends(&setup, MACHINE_NO_PROGRESS, "no user program ran");
    setup.words = "sleep 1500; echo x; sleep 1500; echo x; sleep 1500; halt";
    ends(&setup, MACHINE_POWER_OFF, "");
}

/* ---- the doom counter ---- */

/* Like the original's, it counts when a write begins, so the last one does not happen. */
static void the_doom_counter_counts_writes(void **state)
{
    (void)state;
    static const u64 counts[] = {1, 2, 10, 33};
    for (unsigned i = 0; i < ARRAY_LEN(counts); i++) {
        char name[16];
        snprintf(name, sizeof name, "doom%u.img", i);
        struct rig_setup setup = {
            .words = "format; write a hello; halt", .disk = rig_path(name), .doom = counts[i]};
        struct rig *r = rig_new(&setup);
        rig_run(r);
        assert_reason(r, MACHINE_INTERRUPTED, "doom counter");
        assert_int_equal(r->m.stats.disk_writes, counts[i] - 1);
        rig_free(r);
    }
}

static void enough_doom_is_none(void **state)
{
    (void)state;
    ends(&(struct rig_setup){.words = "format; halt", .disk = rig_path("fine.img"), .doom = 100000},
         MACHINE_POWER_OFF, "");
}

/* ---- what the CPU leaves undefined ---- */

static void isolate_caches(struct asm_code *code)
{
    asm_li(code, ASM_T0, MIPS_ST_ISC);
    asm_mtc0(code, ASM_T0, ASM_STATUS);
    asm_forever(code);
}

static void isolated_caches_stop_the_machine(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    isolate_caches(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    ends(&setup, MACHINE_STOPPED, "cpu0 at 0x8000100c: the kernel isolated or swapped the caches");
}

static void the_stop_names_its_cpu(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_start_cpu(&code, 2, ASM_AT + 4 * 12);
    asm_forever(&code);
    assert_int_equal(code.n, 12);
    isolate_caches(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    setup.cpus = 3;
    struct rig *r = rig_new(&setup);
    rig_run(r);
    assert_int_equal(r->m.end, MACHINE_STOPPED);
    assert_true(!strncmp(r->m.reason, "cpu1 at ", 8) || !strncmp(r->m.reason, "cpu2 at ", 8));
    rig_free(r);
}

static void two_equal_tlb_entries_stop_the_machine(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_li(&code, ASM_T0, 0x00400000);
    asm_mtc0(&code, ASM_T0, ASM_ENTRYHI);
    asm_li(&code, ASM_T1, 0x00002000 | MIPS_LO_V);
    asm_mtc0(&code, ASM_T1, ASM_ENTRYLO);
    for (u32 i = 3; i < 5; i++) {
        asm_li(&code, ASM_T1, i << 8);
        asm_mtc0(&code, ASM_T1, ASM_INDEX);
        asm_tlbwi(&code);
    }
    asm_lw(&code, ASM_T1, 0, ASM_T0);
    asm_forever(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    ends(&setup, MACHINE_STOPPED, "TLB");
}

/* A driver that does what hangs the real machine. */
static void misused_cards_stop_the_machine(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    asm_li(&code, ASM_T0, ASM_SLOT(RIG_TIMER));
    asm_lw(&code, ASM_T1, TIMER_BEEPER, ASM_T0);
    asm_forever(&code);
    struct rig_setup setup = asm_setup(&code, NULL);
    ends(&setup, MACHINE_STOPPED, "timer: ");
}

/* No card and no register: a bus error, which is the guest's to handle. */
static void absent_cards_are_bus_errors(void **state)
{
    (void)state;
    static const u32 nowhere[] = {ASM_SLOT(5), ASM_SLOT(RIG_TIMER) + 0x100, 0xbfd00000, 0xa8000000};
    for (unsigned i = 0; i < ARRAY_LEN(nowhere); i++) {
        struct asm_code code = {.n = 0}, handler = {.n = 0};
        asm_mtc0(&code, ASM_ZERO, ASM_STATUS);
        asm_li(&code, ASM_T0, nowhere[i]);
        asm_lw(&code, ASM_T1, 0, ASM_T0);
        asm_forever(&code);
        asm_mfc0(&handler, ASM_K1, ASM_CAUSE);
        asm_power_off(&handler, ASM_K1);
        struct rig_setup setup = asm_setup(&code, &handler);
        struct rig_result result = rig_run_all(&setup);
        assert_int_equal(result.end, MACHINE_POWER_OFF);
        assert_int_equal(result.code, MIPS_EXC_DBE << 2);
    }
}

/* ---- nonsense ---- */

/* Loads and stores all over the board, and words that are anything. */
static u32 garbage(u64 *seed)
{
    u32 word = rig_random(seed, 1u << 31) << 1 ^ rig_random(seed, 1u << 31);
    static const u32 ops[] = {0x20, 0x21, 0x23, 0x24, 0x28, 0x29, 0x2b, 0x22, 0x2e, 0x30, 0x38};
    switch (rig_random(seed, 4)) {
    case 0: /* near a register of a card */
        return ops[rig_random(seed, ARRAY_LEN(ops))] << 26 | (word & 0x03ff00ffu);
    case 1:
        return ops[rig_random(seed, ARRAY_LEN(ops))] << 26 | (word & 0x03ffffffu);
    case 2: /* coprocessor 0 */
        return 0x10u << 26 | (word & 0x02ffff3fu);
    default:
        return word;
    }
}

static u32 garbage_address(u64 *seed)
{
    static const u32 bases[] = {
        ASM_SLOT(0),         ASM_SLOT(RIG_DISK),     ASM_SLOT(RIG_EMUFS), ASM_SLOT(RIG_TIMER),
        ASM_SLOT(RIG_TRACE), ASM_SLOT(31) + 0x8000u, ASM_BOARD,           ASM_AT,
        0x80000000u};
    return bases[rig_random(seed, ARRAY_LEN(bases))] + 4 * rig_random(seed, 64);
}

static void nonsense(u64 seed, unsigned runs)
{
    for (unsigned i = 0; i < runs; i++) {
        struct asm_code code = {.n = 0};
        while (code.n < 500)
            asm_word(&code, garbage(&seed));
        struct rig_setup setup = asm_setup(&code, &code);
        setup.handler_len = 16;
        setup.cpus = 1 + rig_random(&seed, 3);
        setup.disk = rig_path("nonsense.img");
        setup.emufs = rig_path("nonsense");
        struct rig *r = rig_new(&setup);
        for (unsigned n = 1; n < 32; n++)
            r->m.cpu[0]->mips.r[n] = garbage_address(&seed);
        mips_set_pc(&r->m.cpu[0]->mips, ASM_AT + 4 * rig_random(&seed, 400));
        r->m.cpu[0]->mips.status = 0;
        mips_changed(&r->m.cpu[0]->mips);
        rig_run_to(r, 50000);
        rig_free(r);
    }
}

static void nonsense_does_no_harm(void **state)
{
    (void)state;
    nonsense(1, 300);
}

static void nonsense_does_no_harm_slow(void **state)
{
    (void)state;
    nonsense(2, 8000);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    rig_make_folder(rig_path("nonsense"));
    log_setup("guest", LOG_ERROR); /* nonsense makes trace cards talk */
    const struct CMUnitTest quick[] = {
        cmocka_unit_test(power_off_has_a_code),
        cmocka_unit_test(the_real_board_has_no_code),
        cmocka_unit_test(a_guest_asks_for_a_debugger),
        cmocka_unit_test(the_end_is_the_end),
        cmocka_unit_test(a_panic_is_a_failure),
        cmocka_unit_test(waiting_for_nothing_is_noticed),
        cmocka_unit_test(waiting_for_something_is_not),
        cmocka_unit_test(a_kernel_that_only_spins_is_noticed),
        cmocka_unit_test(a_user_program_that_spins_is_progress),
        cmocka_unit_test(sleeping_is_no_progress),
        cmocka_unit_test(the_doom_counter_counts_writes),
        cmocka_unit_test(enough_doom_is_none),
        cmocka_unit_test(isolated_caches_stop_the_machine),
        cmocka_unit_test(the_stop_names_its_cpu),
        cmocka_unit_test(two_equal_tlb_entries_stop_the_machine),
        cmocka_unit_test(misused_cards_stop_the_machine),
        cmocka_unit_test(absent_cards_are_bus_errors),
        cmocka_unit_test(nonsense_does_no_harm),
    };
    const struct CMUnitTest slow[] = {cmocka_unit_test(nonsense_does_no_harm_slow)};
    if (argc > 2 && !strcmp(argv[2], "slow"))
        return cmocka_run_group_tests_name("ends_slow", slow, NULL, NULL);
    return cmocka_run_group_tests_name("ends", quick, NULL, NULL);
}
