/* SPDX-License-Identifier: ISC */
/*
 * What translated code must notice, case by case; what fuzzing found and might find late. Two CPUs,
 * as the random programs have one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cpu/cpu_jit.h"
#include "cpu/vcpu.h"
#include "isa/mips_debug.h"
#include "isa/mips_int.h"
#include "isa_rig.h"
#include "lib/bug.h"

#include <stdlib.h>

#define BGEZAL(off) INSN_I(1, 0, 17, off)
#define J(pa)       (2u << 26 | (pa) >> 2)
#define SPIN        400 /* instructions: all is hot by then */

struct hot_rig {
    struct rig g;
    struct vcpu cpu[2];
    u32 base; /* of the pages that hot_by_turns goes to */
};

static int hot_setup_knobs(void **state, const struct mips_model *model, struct cpu_jit_knobs k)
{
    struct hot_rig *t = xcalloc(1, sizeof *t);
    rig_init_model(&t->g, true, model);
    for (unsigned i = 0; i < 2; i++) {
        vcpu_init(&t->cpu[i], i, &vcpu_jit, model, true, t->g.mem, t->g.code, &t->g.trace);
        t->cpu[i].mips.status = 0;
        mips_set_pc(&t->cpu[i].mips, RIG_CODE);
        mips_changed(&t->cpu[i].mips);
    }
    assert_true(k.heat == 0 || cpu_jit_prepare(t->g.code, true, &k));
    *state = t;
    return 0;
}

static int hot_setup_model(void **state, const struct mips_model *model, u16 blocks, u16 trust)
{
    struct cpu_jit_knobs k = {.heat = 2, .code_bytes = KIB(256), .blocks = blocks, .trust = trust};
    return hot_setup_knobs(state, model, k);
}

/* As a machine does that nobody prepares: without a translator, until something has been hot for
 * a while. */
static int hot_setup_usual(void **state)
{
    return hot_setup_knobs(state, &mips_161, (struct cpu_jit_knobs){.heat = 0});
}

static int hot_setup_of(void **state, u16 blocks, u16 trust)
{
    return hot_setup_model(state, &mips_161, blocks, trust);
}

static int hot_setup_fpu(void **state)
{
    return hot_setup_model(state, &mips_r3000a_fpu, 0, 0);
}

/* Regions of one block, so that all ways are links. */
static int hot_setup(void **state)
{
    return hot_setup_of(state, 1, 0);
}

static int hot_setup_large(void **state)
{
    return hot_setup_of(state, 0, 0);
}

/* The first wrong hint of a place is its last. */
static int hot_setup_by_page(void **state)
{
    return hot_setup_of(state, 1, 1);
}

static int hot_teardown(void **state)
{
    struct hot_rig *t = *state;
    for (unsigned i = 0; i < 2; i++)
        vcpu_fini(&t->cpu[i]);
    rig_fini(&t->g);
    free(t);
    return 0;
}

static struct mips *hot_run(struct hot_rig *t, unsigned cpu, unsigned n)
{
    assert_int_equal(vcpu_run(&t->cpu[cpu], n), VCPU_BUDGET);
    return &t->cpu[cpu].mips;
}

static void hot_store(struct hot_rig *t, u32 pa, u32 word)
{
    struct mem_access a = {.size = 4};
    assert_true(mem_write(t->g.mem, a, true, pa, word));
}

/* Page `pa`: t0 = value, and on to `next`. */
static void hot_page(struct hot_rig *t, u32 pa, u32 value, u32 next)
{
    const u32 words[] = {ADDIU(T0, 0, value), ADDIU(T1, T1, 1), J(next), NOP};
    rig_program(&t->g, pa, words, ARRAY_LEN(words));
}

/* From 0x1000 to 0x2000 and back, mapped; there it is page 0x5000, 0x6000 also fits. */
static void hot_two_pages(struct hot_rig *t, unsigned cpu)
{
    hot_page(t, 0x4000, 100, 0x2000);
    hot_page(t, 0x5000, 1, 0x1000);
    hot_page(t, 0x6000, 2, 0x1000);
    rig_map(&t->cpu[cpu].mips, 8, 0x1000, 0, 0x4000);
    rig_map(&t->cpu[cpu].mips, 9, 0x2000, 0, 0x5000);
    mips_set_pc(&t->cpu[cpu].mips, 0x1000);
}

/* Up to the jump back: where t0 tells which page it was. */
static void hot_expect(struct hot_rig *t, unsigned cpu, u32 value)
{
    struct mips *c = hot_run(t, cpu, SPIN);
    while (c->pc != 0x1000)
        hot_run(t, cpu, 1);
    assert_int_equal(c->r[T0], value);
}

/* As TLBWI does, without the rest of the world forgotten. */
static void hot_remap(struct hot_rig *t, unsigned cpu, u32 pa)
{
    const u32 words[] = {0x42000002u};
    struct mips *c = &t->cpu[cpu].mips;
    rig_program(&t->g, 0x8000, words, 1);
    c->entryhi = 0x2000;
    c->entrylo = pa | MIPS_LO_V | MIPS_LO_D;
    c->index = 9 << 8;
    mips_set_pc(c, 0x80008000u);
    hot_run(t, cpu, 1);
    c->entryhi = 0;
    mips_set_pc(c, 0x1000);
}

static void an_alias_is_translated_anew(void **state)
{
    struct hot_rig *t = *state;
    const u32 words[] = {ADDIU(T0, T0, 1), BGEZAL(1), NOP, BEQ(0, 0, -4), NOP};
    static const u32 base[] = {0x80000000u, 0xa0000000u, 0x80000000u, 0, 0xa0000000u};
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    rig_map(&t->cpu[0].mips, 8, 0x1000, 0, 0x1000);
    for (unsigned i = 0; i < ARRAY_LEN(base); i++) {
        mips_set_pc(&t->cpu[0].mips, base[i] + 0x1000);
        const struct mips *c = hot_run(t, 0, SPIN);
        assert_int_equal(c->r[31], base[i] + 0x100c);
        assert_int_equal(c->pc & ~0xfffu, base[i] + 0x1000);
    }
}

static void links_notice_another_page(void **state)
{
    struct hot_rig *t = *state;
    hot_two_pages(t, 0);
    hot_expect(t, 0, 1);
    hot_remap(t, 0, 0x6000);
    hot_expect(t, 0, 2);
    hot_remap(t, 0, 0x5000);
    hot_expect(t, 0, 1);
}

/* Whoever still went to a region that was dropped goes to the one that took its place, and finds
 * out there, too. */
static void redirected_links_notice_another_page(void **state)
{
    struct hot_rig *t = *state;
    hot_two_pages(t, 0);
    hot_expect(t, 0, 1);
    hot_store(t, 0x5000, ADDIU(T0, 0, 3));
    hot_expect(t, 0, 3);
    hot_remap(t, 0, 0x6000);
    hot_expect(t, 0, 2);
    hot_store(t, 0x6000, ADDIU(T0, 0, 4));
    hot_expect(t, 0, 4);
    hot_remap(t, 0, 0x5000);
    hot_expect(t, 0, 3);
}

/* The same address is other code on another CPU. */
static void each_cpu_has_its_mapping(void **state)
{
    struct hot_rig *t = *state;
    hot_two_pages(t, 0);
    hot_two_pages(t, 1);
    rig_map(&t->cpu[1].mips, 9, 0x2000, 0, 0x6000);
    for (unsigned i = 0; i < 6; i++) {
        hot_expect(t, 0, 1);
        hot_expect(t, 1, 2);
    }
}

/* Code that one CPU changes is changed for the other. */
static void a_cpu_changes_anothers_code(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = &t->cpu[1].mips;
    const u32 words[] = {SW(T2, 0, T3)};
    rig_program(&t->g, 0x8000, words, 1);
    hot_two_pages(t, 0);
    for (u32 value = 10; value < 16; value++) {
        c->r[T2] = ADDIU(T0, 0, value);
        c->r[T3] = 0xa0005000u;
        mips_set_pc(c, 0x80008000u);
        hot_run(t, 1, SPIN);
        hot_expect(t, 0, value);
    }
}

/* An instruction that is stored into the very block that runs, behind the store, is the new one. */
static void the_running_block_changes_itself(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = &t->cpu[0].mips;
    const u32 words[] = {SW(T2, 0x1008, T3), NOP, ADDIU(T0, T0, 1), BEQ(0, 0, -4),
                         ADDIU(T2, T2, 1)};
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    c->r[T2] = ADDIU(T0, 0, 1);
    c->r[T3] = 0x80000000u;
    for (unsigned i = 0; i < 20; i++) {
        hot_run(t, 0, 5);
        assert_int_equal(c->r[T0], i + 1);
    }
}

/* What a debugger writes counts for the next instruction, on every CPU. */
static void a_debugger_changes_code(void **state)
{
    static const struct mips_view kernel = {.asid = MIPS_ASID_CURRENT};
    struct hot_rig *t = *state;
    const u32 words[] = {ADDIU(T0, T0, 1), BEQ(0, 0, -2), NOP};
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    u32 sum = 0;
    for (u32 by = 1; by < 6; by++) {
        const u8 bytes[] = {0x25, 0x08, 0, (u8)by}; /* addiu t0, t0, by */
        assert_int_equal(mips_poke(&t->cpu[0].mips, kernel, 0xa0001000u, bytes, 4), 4);
        sum += SPIN / 4 * by;
        for (unsigned i = 0; i < 2; i++)
            assert_int_equal(hot_run(t, i, 3 * (SPIN / 4))->r[T0], sum);
    }
}

/* On the R3000, whatever was written last. */
static void of_equal_entries_the_lowest_counts(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = &t->cpu[0].mips;
    const u32 words[] = {0x42000002u /* tlbwi */, LW(T0, 0, T3)};
    vcpu_fini(&t->cpu[0]);
    vcpu_init(&t->cpu[0], 0, &vcpu_jit, &mips_r3000a, true, t->g.mem, t->g.code, &t->g.trace);
    rig_program(&t->g, 0x8000, words, ARRAY_LEN(words));
    c->status = 0;
    c->tlb_hi[5] = c->entryhi = c->r[T3] = 0x2000;
    c->entrylo = 0x5000 | MIPS_LO_V | MIPS_LO_D;
    c->index = 9 << 8;
    mips_changed(c);
    mips_set_pc(c, 0x80008000u);
    hot_run(t, 0, 2);
    assert_int_equal(c->cause >> 2 & 31, MIPS_EXC_TLBL);
    assert_int_equal(c->epc, 0x80008004u);
}

/* A region that holds a call and its function knows where that returns to; it may not. */
static void a_function_returns_elsewhere(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = &t->cpu[0].mips;
    const u32 caller[] = {3u << 26 | 0x1040 >> 2, NOP, ADDIU(T0, T0, 1), NOP, BEQ(0, 0, -5)};
    const u32 function[] = {0x03eaf821u /* addu ra, ra, t2 */, JR(31), NOP};
    rig_program(&t->g, 0x1000, caller, ARRAY_LEN(caller));
    rig_program(&t->g, 0x1040, function, ARRAY_LEN(function));
    rig_word(&t->g, 0x1014, NOP);
    hot_run(t, 0, 9 * 60);
    assert_int_equal(c->r[T0], 60);
    for (u32 skip = 4; skip <= 8; skip += 4) {
        u32 before = c->r[T0];
        c->r[T2] = skip;
        hot_run(t, 0, 10 * (9 - skip / 4));
        assert_int_equal(c->r[T0], before);
    }
}

/* In ROM, too, whose pages do not count as its addresses do: an indirect jump is watched for a
 * while, not for ever. */
static void jumps_in_rom_are_watched_for_a_while(void **state)
{
    struct hot_rig *t = *state;
    struct cpu_jit_counters before, after;
    const u32 words[] = {ADDIU(T0, T0, 1), JR(T3), ADDIU(T1, T1, 1)};
    rig_program(&t->g, RIG_ROM + 0x100, words, ARRAY_LEN(words));
    t->cpu[0].mips.r[T3] = 0xbfc00100u;
    mips_set_pc(&t->cpu[0].mips, 0xbfc00100u);
    hot_run(t, 0, 10 * SPIN);
    assert_true(cpu_jit_counters(t->g.code, &before));
    assert_int_equal(hot_run(t, 0, 10 * SPIN)->r[T0], (20 * SPIN + 2) / 3);
    assert_true(cpu_jit_counters(t->g.code, &after));
    assert_int_equal(after.regions, before.regions);
}

/* Code that waits for a device is not left for every look at it. */
static void a_device_is_asked_from_translated_code(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = &t->cpu[0].mips;
    struct cpu_jit_counters before, after;
    const u32 words[] = {LW(T0, 0, T3), ADDIU(T1, T1, 1), BEQ(0, 0, -3), SW(T1, 4, T3)};
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    c->r[T3] = 0xa0000000u + RIG_MMIO;
    hot_run(t, 0, SPIN);
    assert_true(cpu_jit_counters(t->g.code, &before));
    hot_run(t, 0, SPIN);
    assert_true(cpu_jit_counters(t->g.code, &after));
    assert_int_equal(c->r[T1], 2 * SPIN / 4);
    assert_int_equal(t->g.device_accesses, 2 * c->r[T1]);
    assert_int_equal(after.interpreted, before.interpreted);
    assert_int_equal(after.runs, before.runs + 1);
}

/* A device that wants to be seen to at once: the value still goes where it belongs. */
static void a_device_answers_a_floating_point_register(void **state)
{
    struct hot_rig *t = *state;
    static const u32 words[] = {LUI(T0, 0xb000), INSN_I(0x31, T0, 12, 0), ADDIU(T1, T1, 1),
                                BEQ(0, 0, -3), NOP};
    struct mips *c = &t->cpu[0].mips;
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    c->status = MIPS_ST_CU1;
    mips_changed(c);
    hot_run(t, 0, SPIN);
    t->g.asks = c;
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(vcpu_run(&t->cpu[0], SPIN), VCPU_REQUEST);
        assert_int_equal(c->fpr[12], t->g.device_accesses);
        assert_int_equal(c->r[12], 0);
    }
}

/* A loop of five instructions loads from pages 0x1000 and 0x2000 by turns, and stores T3 there.
 * Ends after having been to 0x2000. */
static struct mips *hot_by_turns(struct hot_rig *t, unsigned times)
{
    struct mips *c = &t->cpu[0].mips;
    c->r[T1] = t->base + 0x1000;
    c->r[T2] = 0x3000;
    mips_set_pc(c, RIG_CODE);
    return hot_run(t, 0, 5 * times);
}

static void hot_program_by_turns(struct hot_rig *t)
{
    const u32 words[] = {0x012a4826u /* xor t1, t1, t2 */, LW(T0, 0, T1), SW(T3, 8, T1),
                         BEQ(0, 0, -4)};
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    rig_word(&t->g, 0x1010, NOP);
    rig_map(&t->cpu[0].mips, 8, 0x1000, 0, 0x4000);
    rig_map(&t->cpu[0].mips, 9, 0x2000, 0, 0x5000);
    for (u32 pa = 0x4000; pa <= 0x6000; pa += 0x1000)
        rig_word(&t->g, pa, pa);
}

static void pages_known_without_hints_are_forgotten(void **state)
{
    struct hot_rig *t = *state;
    hot_program_by_turns(t);
    assert_int_equal(hot_by_turns(t, 101)->r[T0], 0x5000);
    rig_map(&t->cpu[0].mips, 9, 0x2000, 0, 0x6000); /* as a debugger or a snapshot does */
    t->cpu[0].mips.r[T3] = 1;
    assert_int_equal(hot_by_turns(t, 101)->r[T0], 0x6000);
    assert_int_equal(rig_peek(&t->g, 0x5008), 0);
    assert_int_equal(rig_peek(&t->g, 0x6008), 1);
    hot_remap(t, 0, 0x5000);
    assert_int_equal(hot_by_turns(t, 101)->r[T0], 0x5000);
    t->cpu[0].mips.tlb_lo[9] &= ~(u32)MIPS_LO_D;
    mips_changed(&t->cpu[0].mips);
    assert_int_equal(hot_by_turns(t, 3)->cause & 0x7c, MIPS_EXC_MOD << 2);
}

static void hot_stores_become_code(struct hot_rig *t)
{
    struct mips *c = &t->cpu[0].mips;
    for (u32 value = 7; value < 10; value++) {
        c->r[T3] = ADDIU(T0, 0, value);
        hot_by_turns(t, 101);
        mips_set_pc(c, 0x80005008u);
        hot_run(t, 0, 1);
        assert_int_equal(c->r[T0], value);
    }
}

static void pages_known_without_hints_become_code(void **state)
{
    struct hot_rig *t = *state;
    hot_program_by_turns(t);
    hot_stores_become_code(t);
}

/* The same through kseg0. */
static void unmapped_pages_known_without_hints_become_code(void **state)
{
    struct hot_rig *t = *state;
    hot_program_by_turns(t);
    t->base = 0x80005000u; /* 0x6000 and 0x5000 */
    hot_stores_become_code(t);
}

static u64 hot_slow_stores(struct hot_rig *t)
{
    struct cpu_jit_counters n;
    hot_run(t, 0, SPIN);
    assert_true(cpu_jit_counters(t->g.code, &n));
    return n.slow_stores;
}

/* Stores beside code that is not run any more become fast, and the code is still what it was; so
 * it is if the very code that runs is what they are beside. */
static void stores_beside_old_code_become_fast(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = &t->cpu[0].mips;
    const u32 old[] = {ADDIU(T0, T0, 1), BEQ(0, 0, -2), NOP};
    const u32 words[] = {SW(T1, 0, T3), BEQ(0, 0, -2), ADDIU(T1, T1, 1)};
    rig_program(&t->g, 0x5000, old, ARRAY_LEN(old));
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    mips_set_pc(c, 0x80005000u);
    hot_run(t, 0, 300);
    assert_int_equal(c->r[T0], 100);
    c->r[T3] = 0x80005800u;
    mips_set_pc(c, RIG_CODE);
    u64 before = hot_slow_stores(t);
#ifndef KUSEG_CHAOS /* where few stores are many */
    assert_true(hot_slow_stores(t) > before);
#endif
    hot_run(t, 0, 6000 + SPIN);
    before = hot_slow_stores(t);
    assert_int_equal(hot_slow_stores(t), before);
    mips_set_pc(c, 0x80005000u);
    hot_run(t, 0, 300);
    assert_int_equal(c->r[T0], 200);
    c->r[T1] = 0;
    c->r[T3] = 0x80001800u;
    mips_set_pc(c, RIG_CODE);
    hot_run(t, 0, 30000);
    assert_int_equal(c->r[T1], 10000);
    assert_int_equal(rig_peek(&t->g, 0x1800), 9999);
}

/* f2 and f4 = f0 + f0, once computed, once after a branch; d: what f0 is, its high word. */
static struct mips *hot_float(struct hot_rig *t, u32 d)
{
    static const u32 words[] = {0x46200080u /* add.d f2, f0, f0 */, ADDIU(T0, T0, 1), BEQ(0, 0, -3),
                                0x46200100u /* add.d f4, f0, f0 */};
    struct mips *c = &t->cpu[0].mips;
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    c->status = MIPS_ST_CU1;
    c->fpr[1] = d;
    mips_changed(c);
    return hot_run(t, 0, 10 * SPIN);
}

static struct cpu_jit_counters hot_counters(const struct hot_rig *t)
{
    struct cpu_jit_counters n;
    assert_true(cpu_jit_counters(t->g.code, &n));
    return n;
}

/* Operands that are no numbers are not left to the interpreter for ever, and numbers are computed
 * in place again. */
static void odd_operands_are_left_for_a_while(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = hot_float(t, 0x7ff00001u);
    struct cpu_jit_counters before = hot_counters(t), after;
    assert_in_range(before.left_float, 1, SPIN);
    c->fpr[3] = c->fpr[5] = 0;
    hot_run(t, 0, SPIN);
    after = hot_counters(t);
    assert_int_equal(c->fpr[3], 0x7ff00001u);
    assert_int_equal(c->fpr[5], 0x7ff00001u);
    assert_int_equal(after.left_float, before.left_float);
    assert_int_equal(after.interpreted, before.interpreted);
    assert_int_equal(after.calls, before.calls + SPIN / 2);
    c->fpr[1] = 0x3ff00000u;
    hot_run(t, 0, SPIN);
    assert_in_range(hot_counters(t).calls, after.calls + 1, after.calls + 10);
    assert_int_equal(c->fpr[3], 0x40000000u);
    assert_int_equal(c->fpr[5], 0x40000000u);
}

/* The guest's rounding is not C's. */
static void c_rounds_as_usual(void **state)
{
    struct hot_rig *t = *state;
    for (u32 mode = 0; mode < 4; mode++) {
        mips_fpu_set_status(&t->cpu[0].mips, mode);
        struct mips *c = hot_float(t, 0x3ff00000u);
        assert_true(rig_rounds_as_usual());
        assert_int_equal(c->fpr[5], 0x40000000u);
        assert_int_equal(c->fcr31, mode);
    }
}

static void enabled_traps_are_left_for_a_while(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = hot_float(t, 0x3ff00000u);
    struct cpu_jit_counters before = hot_counters(t);
    assert_int_equal(before.left_float, 0);
    mips_fpu_set_status(c, 0x80); /* inexact */
    hot_run(t, 0, 10 * SPIN);
    before = hot_counters(t);
    assert_in_range(before.left_float, 1, SPIN);
    hot_run(t, 0, SPIN);
    assert_int_equal(hot_counters(t).left_float, before.left_float);
    c->fpr[0] = c->fpr[2] = 1;
    c->fpr[1] = 0x7fe00000u; /* too large: inexact, so f2 stays */
    c->fpr[3] = 0;
    hot_run(t, 0, SPIN);
    assert_int_equal(c->fpr[3], 0);
    assert_true(c->irq_lines & c->model->fp_irq);
    assert_int_equal(c->fcr31 >> 12 & 63, 5);
}

/* A loop of six instructions; `side`, of one more, is entered every 8192nd time, so not part of the
 * loop's region. */
static void hot_side_ways(struct hot_rig *t)
{
    const u32 words[] = {ADDIU(T0, T0, 1),
                         INSN_I(12, T0, T2, 0x1fff),
                         BEQ(T2, 0, 3),
                         NOP,
                         BEQ(0, 0, -5),
                         ADDIU(T1, T1, 1),
                         BEQ(0, 0, -7),
                         ADDIU(T3, T3, 1),
                         NOP};
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
}

/* ...to where it begins. */
static void hot_side_expect(struct hot_rig *t, unsigned cpu)
{
    const struct mips *c = &t->cpu[cpu].mips;
    for (unsigned n = 0; n < 8 && c->pc != RIG_CODE; n++)
        hot_run(t, cpu, 1);
    assert_int_equal(c->pc, RIG_CODE);
    assert_int_equal(c->retired, 6ull * c->r[T0]);
    assert_int_equal(c->r[T3], c->r[T0] / 8192);
    assert_int_equal(c->r[T1], c->r[T0] - c->r[T3]);
}

/* On two CPUs, of which one finds that it is time. */
static void what_is_hot_becomes_translated_as_usual(void **state)
{
    struct hot_rig *t = *state;
    hot_side_ways(t);
    for (unsigned i = 0; i < 40; i++) {
        hot_run(t, i & 1, 13107);
        hot_side_expect(t, i & 1);
        if (i < 10 && !cpu_jit_usual.heat)
            assert_int_equal(hot_counters(t).code_bytes, 0);
    }
    struct cpu_jit_counters n = hot_counters(t);
    assert_int_not_equal(n.regions, 0);
    assert_int_not_equal(n.left_chain, 0);
    assert_in_range(n.interpreted, 1, 300000);
}

/* Stores off one base share a check: a frame at 0x10100 that is stored into over and over. */
static struct mips *hot_frame(struct hot_rig *t)
{
    const u32 words[] = {SW(T0, 0, T2),
                         SW(T0, 4, T2),
                         SW(T0, 8, T2),
                         SW(T0, 12, T2),
                         ADDIU(T0, T0, 1),
                         BEQ(0, 0, -6),
                         NOP};
    struct mips *c = &t->cpu[0].mips;
    rig_program(&t->g, 0x1000, words, ARRAY_LEN(words));
    rig_map(c, 8, 0x10000, 0, 0x5000);
    c->r[T2] = 0x10100;
    mips_set_pc(c, RIG_CODE);
    return hot_run(t, 0, SPIN);
}

/* Once more, from the start. */
static void hot_frame_at(struct hot_rig *t, u32 sp, u32 value)
{
    struct mips *c = &t->cpu[0].mips;
    c->r[T2] = sp;
    c->r[T0] = value;
    c->epc = c->badvaddr = 0;
    mips_set_pc(c, RIG_CODE);
    hot_run(t, 0, 7);
}

static void each_store_of_a_frame_may_fault(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = hot_frame(t);
    for (u32 k = 0; k < 4; k++) {
        u32 value = 77 + k;
        hot_frame_at(t, 0x11000 - 4 * k, value);
        assert_int_equal(c->epc, RIG_CODE + 4 * k);
        assert_int_equal(c->badvaddr, 0x11000);
        for (u32 i = 1; i <= k; i++)
            assert_int_equal(rig_peek(&t->g, 0x6000 - 4 * i), value);
    }
    hot_frame_at(t, 0x10ff0, 7);
    assert_int_equal(c->badvaddr, 0);
    assert_int_equal(rig_peek(&t->g, 0x5ffc), 7);
    hot_frame_at(t, 0x10102, 1);
    assert_int_equal(c->cause & 0x7c, MIPS_EXC_ADES << 2);
    assert_int_equal(c->epc, RIG_CODE);
    c->tlb_lo[8] &= ~(u32)MIPS_LO_D;
    mips_changed(c);
    hot_frame_at(t, 0x10100, 1);
    assert_int_equal(c->cause & 0x7c, MIPS_EXC_MOD << 2);
    assert_int_equal(c->epc, RIG_CODE);
}

static void a_frame_becomes_code(void **state)
{
    struct hot_rig *t = *state;
    struct mips *c = hot_frame(t);
    for (u32 value = 7; value < 10; value++) {
        hot_frame_at(t, 0x10100, ADDIU(T1, 0, value));
        for (u32 at = 0x80005100u; at < 0x80005110u; at += 4) {
            c->r[T1] = 0;
            mips_set_pc(c, at);
            hot_run(t, 0, 1);
            assert_int_equal(c->r[T1], value);
        }
    }
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, hot_setup, hot_teardown)
    const struct CMUnitTest tests[] = {
        CASE(an_alias_is_translated_anew),
        CASE(links_notice_another_page),
        CASE(redirected_links_notice_another_page),
        CASE(each_cpu_has_its_mapping),
        CASE(a_cpu_changes_anothers_code),
        CASE(the_running_block_changes_itself),
        CASE(a_debugger_changes_code),
        CASE(of_equal_entries_the_lowest_counts),
        CASE(a_device_is_asked_from_translated_code),
        cmocka_unit_test_setup_teardown(a_device_answers_a_floating_point_register, hot_setup_fpu,
                                        hot_teardown),
        cmocka_unit_test_setup_teardown(pages_known_without_hints_are_forgotten, hot_setup_by_page,
                                        hot_teardown),
        cmocka_unit_test_setup_teardown(pages_known_without_hints_become_code, hot_setup_by_page,
                                        hot_teardown),
        cmocka_unit_test_setup_teardown(unmapped_pages_known_without_hints_become_code,
                                        hot_setup_by_page, hot_teardown),
        cmocka_unit_test_setup_teardown(odd_operands_are_left_for_a_while, hot_setup_fpu,
                                        hot_teardown),
        cmocka_unit_test_setup_teardown(c_rounds_as_usual, hot_setup_fpu, hot_teardown),
        cmocka_unit_test_setup_teardown(enabled_traps_are_left_for_a_while, hot_setup_fpu,
                                        hot_teardown),
        CASE(stores_beside_old_code_become_fast),
        CASE(jumps_in_rom_are_watched_for_a_while),
        cmocka_unit_test_setup_teardown(what_is_hot_becomes_translated_as_usual, hot_setup_usual,
                                        hot_teardown),
        CASE(each_store_of_a_frame_may_fault),
        CASE(a_frame_becomes_code),
        cmocka_unit_test_setup_teardown(a_frame_becomes_code, hot_setup_by_page, hot_teardown),
        cmocka_unit_test_setup_teardown(a_function_returns_elsewhere, hot_setup_large,
                                        hot_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
