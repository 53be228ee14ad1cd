/* SPDX-License-Identifier: ISC */
/*
 * The translator and the interpreter are the same machine: equal states at equal counts, wherever
 * the run is cut; and what one has saved or recorded the other takes.
 */
#include "machine_asm.h"

#include "cpu/cpu_jit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORK                                                                                       \
    "bench sort 1; bench recurse 1; bench interp 1; bench dispatch 2; bench sha256 1; "            \
    "bench ledger 100; bench tree 1; "

static const struct rig_setup setups[] = {
    {.words = "echo x; halt 5"},
    {.words = WORK "halt 5"},
    {.words = "bench fork 2; bench switch 1; bench getpid 1; selftest; halt 5", .ram = "2M"},
    {.words = "bench chasefar 1; stress 3 1; halt 5", .ram = "1M"},
    {.words = "stress 3 2; bench fork 2; halt 5", .ram = "1M", .cpus = 2},
    {.words = "stress 4 1; selftest; " WORK "halt 5", .ram = "2M", .cpus = 4},
};

/* As bugs are likely. */
static const struct cpu_jit_knobs wild = {.seed = 3,
                                          .code_bytes = KIB(512),
                                          .chaos = {.seed = 7, .jumps = 4},
                                          .heat = 3,
                                          .watch = 2,
                                          .blocks = 6,
                                          .run = 12,
                                          .flush_every = 2500,
                                          .drop_every = 20000,
                                          .unlinked = 5};

static struct rig *engines_rig(const struct rig_setup *setup, const struct vcpu_engine *engine)
{
    struct rig_setup s = *setup;
    s.engine = engine;
    return rig_new(&s);
}

static struct rig *engines_wild_rig(const struct rig_setup *setup)
{
    struct rig *r = engines_rig(setup, &vcpu_jit);
    assert_true(cpu_jit_prepare(r->m.code, r->m.cpu[0]->mips.big, &wild));
    return r;
}

static bool engines_same(const struct rig *a, const struct rig *b)
{
    return machine_hash(&a->m) == machine_hash(&b->m) && machine_now(&a->m) == machine_now(&b->m);
}

static bool engines_agree_at(const struct rig_setup *setup, u64 cycle)
{
    struct rig *a = engines_rig(setup, &vcpu_interp), *b = engines_rig(setup, &vcpu_jit);
    rig_run_to(a, cycle);
    rig_run_to(b, cycle);
    bool same = engines_same(a, b);
    if (!same) {
        machine_log_cpu(&a->m, 0);
        machine_log_cpu(&b->m, 0);
    }
    rig_free(a);
    rig_free(b);
    return same;
}

static void engines_find(const struct rig_setup *setup, u64 good, u64 bad)
{
    while (bad - good > 1) {
        u64 mid = good + (bad - good) / 2;
        if (engines_agree_at(setup, mid))
            good = mid;
        else
            bad = mid;
    }
    engines_agree_at(setup, bad);
    fail_msg("the engines differ from cycle %llu on", (unsigned long long)bad);
}

static void engines_end_alike(struct rig *a, struct rig *b)
{
    rig_run(a);
    rig_run(b);
    rig_assert_same(rig_result(a), rig_result(b));
    assert_int_equal(a->m.exit_code, 5);
    rig_free(a);
    rig_free(b);
}

static void engines_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        struct rig *a = engines_rig(&setups[i], &vcpu_interp);
        struct rig *b = engines_rig(&setups[i], &vcpu_jit);
        u64 to = 0, good = 0, seed = i;
        do {
            good = to;
            to += 1 + rig_random(&seed, 1u << rig_random(&seed, 22));
            rig_run_to(a, to);
            rig_run_to(b, to);
            if (!engines_same(a, b))
                engines_find(&setups[i], good, to);
        } while (a->m.end == MACHINE_RUNS);
        engines_end_alike(a, b);
    }
}

/* Cycle by cycle through stretches of the run, which are few apart if `step` is small. */
static void engines_walk(const struct rig_setup *setup, u32 step, unsigned length, u64 seed)
{
    struct rig *a = engines_rig(setup, &vcpu_interp), *b = engines_wild_rig(setup);
    u64 to = 0;
    do {
        to += 1 + rig_random(&seed, step);
        for (unsigned i = 0; i < length && a->m.end == MACHINE_RUNS; i++, to++) {
            rig_run_to(a, to);
            rig_run_to(b, to);
            if (!engines_same(a, b))
                fail_msg("the engines differ at cycle %llu", (unsigned long long)to);
        }
    } while (a->m.end == MACHINE_RUNS);
    engines_end_alike(a, b);
}

static void engines_agree_cycle_by_cycle(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++)
        engines_walk(&setups[i], 3000000, 60, i);
}

static void engines_agree_cycle_by_cycle_slow(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++)
        engines_walk(&setups[i], 600000, 400, 10 + i);
}

/* What `from` is moves into a machine of another engine. */
static struct rig *engines_move(struct rig *from, const struct vcpu_engine *engine)
{
    struct buf stream = {0}, out = from->out;
    struct error e;
    u64 hash = machine_hash(&from->m);
    struct rig *to = engines_rig(&from->setup, engine);
    from->out = (struct buf){0};
    state_set_save(&from->m.parts, &stream);
    rig_free(from);
    if (state_set_load(&to->m.parts, stream.data, stream.len, &e))
        fail_msg("%s", e.msg);
    buf_fini(&stream);
    to->out = out;
    assert_int_equal(machine_hash(&to->m), hash);
    return to;
}

static void streams_move_between_engines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        u64 seed = i;
        struct rig *plain = engines_rig(&setups[i], &vcpu_interp);
        struct rig *r = engines_rig(&setups[i], &vcpu_jit);
        for (unsigned n = 0; r->m.end == MACHINE_RUNS; n++) {
            rig_run_to(r, machine_now(&r->m) + 1 + rig_random(&seed, 3000000));
            if (r->m.end == MACHINE_RUNS)
                r = engines_move(r, n % 2 ? &vcpu_jit : &vcpu_interp);
        }
        engines_end_alike(plain, r);
    }
}

static struct rig_result engines_record(const struct rig_setup *setup,
                                        const struct vcpu_engine *engine, struct buf *log)
{
    struct rig_setup own = *setup;
    own.record = true;
    struct rig *r = engines_rig(&own, engine);
    rig_run(r);
    struct rig_result result = rig_result(r);
    buf_put(log, r->m.intake.log.data, r->m.intake.log.len);
    rig_free(r);
    return result;
}

/* What one engine recorded the other replays. */
static void logs_replay_under_the_other_engine(void **state)
{
    (void)state;
    static const struct vcpu_engine *const engines[] = {&vcpu_interp, &vcpu_jit};
    for (unsigned i = 0; i < 4; i++) {
        struct rig_setup setup = {.cpus = i / 2 + 1,
                                  .ram = "2M",
                                  .typed = "ps\nbench sort 1\nselftest\nbench fork 2\nhalt 5\n",
                                  .autoseed = true,
                                  .paced = true};
        struct buf log = {0};
        struct rig_result live = engines_record(&setup, engines[i % 2], &log);
        setup.typed = NULL;
        setup.wall_ns = 1;
        setup.replay = &log;
        setup.engine = engines[1 - i % 2];
        rig_assert_same(live, rig_run_all(&setup));
        buf_fini(&log);
    }
}

/* ---- debuggers, traces, observers ---- */

static void engines_break(struct rig *r, u32 pc)
{
    struct mips_watch w = {
        .at = r->m.cpu[0]->mips.r[29] & ~0xfffu, .len = 4096, .kind = MIPS_WATCH_WRITE, .asid = -1};
    assert_true(mips_debug_add_break(r->m.code, pc & ~3u, -1));
    assert_true(mips_debug_add_watch(r->m.code, &w));
}

/* Both run until something stops them, and stop alike, then on without. */
static void engines_stop_alike(struct rig *a, struct rig *b, u64 to)
{
    for (unsigned i = 0; i < 20; i++) {
        rig_run_to(a, to);
        rig_run_to(b, to);
        assert_true(engines_same(a, b));
        assert_int_equal(a->m.control.paused, b->m.control.paused);
        if (a->m.control.paused != MACHINE_HIT)
            return;
        assert_int_equal(a->m.control.cpu, b->m.control.cpu);
        const struct mips *x = &a->m.cpu[a->m.control.cpu]->mips;
        const struct mips *y = &b->m.cpu[b->m.control.cpu]->mips;
        assert_int_equal(x->pc, y->pc);
        assert_int_equal(x->hit.va, y->hit.va);
    }
}

static void stops_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 1; i < ARRAY_LEN(setups); i++) {
        struct rig *a = engines_rig(&setups[i], &vcpu_interp);
        struct rig *b = engines_wild_rig(&setups[i]);
        u64 seed = i, to = 0;
        do {
            to = machine_now(&a->m) + 1 + rig_random(&seed, 5000000);
            rig_run_to(a, to);
            rig_run_to(b, to);
            u32 pc = a->m.cpu[rig_random(&seed, a->m.ncpus)]->mips.pc;
            engines_break(a, pc);
            engines_break(b, pc);
            engines_stop_alike(a, b, machine_now(&a->m) + 20000);
            mips_debug_remove_all(a->m.code);
            mips_debug_remove_all(b->m.code);
        } while (a->m.end == MACHINE_RUNS);
        engines_end_alike(a, b);
    }
}

static char *engines_trace(const struct rig_setup *setup, const struct vcpu_engine *engine,
                           const char *points, u64 from, u64 to)
{
    struct rig *r = engine == &vcpu_jit ? engines_wild_rig(setup) : engines_rig(setup, engine);
    struct error e;
    char *text = NULL;
    size_t len;
    rig_run_to(r, from);
    r->m.trace.out = open_memstream(&text, &len);
    assert_int_equal(trace_parse_words(&r->m.trace, points, &e), ERR_OK);
    rig_run_to(r, to);
    r->m.trace.on = 0;
    fclose(r->m.trace.out);
    r->m.trace.out = NULL;
    rig_run(r);
    assert_int_equal(r->m.exit_code, 5);
    rig_free(r);
    return text;
}

static void traces_are_the_same(void **state)
{
    (void)state;
    static const char *const points[] = {"exc,tlb,irq", "all", "jump"};
    for (size_t i = 0; i < ARRAY_LEN(points); i++) {
        u64 to = i ? 2020000 : 5000000;
        char *a = engines_trace(&setups[2], &vcpu_interp, points[i], 2000000, to);
        char *b = engines_trace(&setups[2], &vcpu_jit, points[i], 2000000, to);
        assert_true(strlen(a) > 100);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

/* A loop of so many turns, which is hot soon. */
static void engines_loop(struct asm_code *code, u32 turns)
{
    asm_li(code, ASM_S0, turns);
    asm_addiu(code, ASM_S1, 1);
    asm_addiu(code, ASM_S0, ~0u);
    asm_bne(code, ASM_S0, ASM_ZERO, code->n - 2);
    asm_nop(code);
}

static char *engines_traced(const struct asm_code *code, const struct vcpu_engine *engine)
{
    struct rig_setup setup = asm_setup(code, NULL);
    char *text = NULL;
    size_t len;
    setup.guest_tracing = true;
    struct rig *r = engine == &vcpu_jit ? engines_wild_rig(&setup) : engines_rig(&setup, engine);
    r->m.trace.out = open_memstream(&text, &len);
    rig_run(r);
    assert_int_equal(r->m.end, MACHINE_POWER_OFF);
    fclose(r->m.trace.out);
    r->m.trace.out = NULL;
    rig_free(r);
    return text;
}

/* Trace flags that the guest switches itself, by a store out of translated code, hold from the next
 * instruction on. */
static void the_guest_traces_its_hot_code(void **state)
{
    (void)state;
    struct asm_code code = {.n = 0};
    for (unsigned i = 0; i < 3; i++) {
        engines_loop(&code, 500);
        asm_store(&code, ASM_SLOT(RIG_TRACE), 'k');
        engines_loop(&code, 20 + i);
        asm_store(&code, ASM_SLOT(RIG_TRACE) + 4, 'k');
    }
    asm_power_off(&code, ASM_S1);
    char *a = engines_traced(&code, &vcpu_interp), *b = engines_traced(&code, &vcpu_jit);
    unsigned lines = 0;
    for (const char *p = a; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 4 * (20 + 21 + 22) + 3 * (2 + 5));
    assert_string_equal(a, b);
    free(a);
    free(b);
}

/* In the middle of work, at the same write. */
static void doom_comes_alike(void **state)
{
    (void)state;
    static const u64 counts[] = {3, 30, 60};
    for (unsigned i = 0; i < ARRAY_LEN(counts); i++) {
        struct rig *r[2];
        for (unsigned k = 0; k < 2; k++) {
            char name[16];
            snprintf(name, sizeof name, "doom%u.img", 2 * i + k);
            struct rig_setup setup = {.words = "bench sort 1; format; write a hello; bench tree 1; "
                                               "write b hello; write c hello; halt",
                                      .disk = rig_path(name),
                                      .doom = counts[i]};
            r[k] = k ? engines_wild_rig(&setup) : engines_rig(&setup, &vcpu_interp);
            rig_run(r[k]);
            assert_int_equal(r[k]->m.end, MACHINE_INTERRUPTED);
            assert_non_null(strstr(r[k]->m.reason, "doom counter"));
            assert_int_equal(r[k]->m.stats.disk_writes, counts[i] - 1);
        }
        rig_assert_same(rig_result(r[0]), rig_result(r[1]));
        rig_free(r[0]);
        rig_free(r[1]);
    }
}

struct looker {
    struct machine_observer o;
    struct machine *m;
    u64 seen, looks;
};

static void engines_look(void *ctx)
{
    struct looker *l = ctx;
    for (unsigned i = 0; i < l->m->ncpus; i++)
        l->seen = (l->seen ^ l->m->cpu[i]->mips.pc) * 0x100000001b3ull + machine_now(l->m);
    l->o.at += 777;
    l->looks++;
}

/* A profile takes its samples in the same places. */
static void observers_see_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        struct rig *r[] = {engines_rig(&setups[i], &vcpu_interp),
                           engines_rig(&setups[i], &vcpu_jit)};
        struct looker l[2] = {0};
        for (unsigned k = 0; k < 2; k++) {
            l[k].m = &r[k]->m;
            l[k].o = (struct machine_observer){.look = engines_look, .ctx = &l[k]};
            machine_observe(&r[k]->m, &l[k].o);
            rig_run(r[k]);
        }
        assert_true(l[0].looks > 100);
        assert_int_equal(l[0].seen, l[1].seen);
        engines_end_alike(r[0], r[1]);
    }
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_agree),
        cmocka_unit_test(engines_agree_cycle_by_cycle),
        cmocka_unit_test(streams_move_between_engines),
        cmocka_unit_test(logs_replay_under_the_other_engine),
        cmocka_unit_test(stops_are_the_same),
        cmocka_unit_test(traces_are_the_same),
        cmocka_unit_test(the_guest_traces_its_hot_code),
        cmocka_unit_test(doom_comes_alike),
        cmocka_unit_test(observers_see_the_same),
    };
    const struct CMUnitTest slow[] = {
        cmocka_unit_test(engines_agree_cycle_by_cycle_slow),
    };
    if (argc > 2)
        return cmocka_run_group_tests(slow, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
