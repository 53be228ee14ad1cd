/* SPDX-License-Identifier: ISC */
/* Breakpoints and watchpoints, case by case; random programs with them are in diff_debug.c. */
#include "isa/mips_int.h"
#include "isa_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define PROGRAM(g, pa, ...)                                                                        \
    do {                                                                                           \
        const u32 words_[] = {__VA_ARGS__};                                                        \
        rig_program(g, pa, words_, ARRAY_LEN(words_));                                             \
    } while (0)

#define BREAK_AT(g, va) assert_true(mips_debug_add_break((g)->code, va, MIPS_ASID_ANY))

/* Runs n instructions at most and must end so. */
#define RUN(c, n, how) assert_int_equal(mips_run(c, n), MIPS_EXIT_##how)

#define STOPPED(c, n, at)                                                                          \
    do {                                                                                           \
        assert_int_equal((c)->retired, n);                                                         \
        assert_int_equal((c)->pc, at);                                                             \
    } while (0)

static void add_watch(struct rig *g, u32 at, u32 len, enum mips_watch_kind kind)
{
    struct mips_watch w = {.at = at, .len = len, .kind = kind, .asid = MIPS_ASID_ANY};
    assert_true(mips_debug_add_watch(g->code, &w));
}

static void enter_space(struct mips *c, u32 pc, u32 asid)
{
    mips_set_pc(c, pc);
    c->entryhi = asid << 6;
    mips_changed(c);
}

/* ---- breakpoints ---- */

static void break_stops_before_and_goes_on(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, ADDIU(T0, 0, 1), ADDIU(T0, T0, 1), ADDIU(T0, T0, 1), BEQ(0, 0, -3), NOP);
    BREAK_AT(g, RIG_CODE + 8);
    RUN(c, 100, BREAK);
    STOPPED(c, 2, RIG_CODE + 8);
    assert_int_equal(c->r[T0], 2);
    assert_int_equal(c->hit.va, RIG_CODE + 8);
    RUN(c, 100, BREAK); /* passes over it, and meets it again */
    STOPPED(c, 6, RIG_CODE + 8);
    assert_true(mips_debug_remove_break(g->code, RIG_CODE + 8, MIPS_ASID_ANY));
    RUN(c, 100, BUDGET);
    assert_int_equal(c->retired, 106);
}

static void break_at_the_end_of_a_budget_stops_the_next_run(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, NOP, NOP);
    BREAK_AT(g, RIG_CODE + 4);
    BREAK_AT(g, RIG_CODE + 8);
    RUN(c, 1, BUDGET);
    RUN(c, 1, BREAK);
    STOPPED(c, 1, RIG_CODE + 4);
    RUN(c, 1, BUDGET);
    STOPPED(c, 2, RIG_CODE + 8);
    RUN(c, 5, BREAK);
    STOPPED(c, 2, RIG_CODE + 8);
}

static void break_in_a_delay_slot_keeps_the_branch(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, BEQ(0, 0, 3), ADDIU(T0, T0, 1), NOP, NOP, ADDIU(T1, T1, 1));
    BREAK_AT(g, RIG_CODE + 8);
    RUN(c, 100, BREAK);
    STOPPED(c, 2, RIG_CODE + 8);
    assert_true(c->bd);
    assert_int_equal(c->npc, RIG_CODE + 20);
    assert_int_equal(c->r[T0], 0);
    RUN(c, 1, BUDGET);
    STOPPED(c, 3, RIG_CODE + 20);
    assert_int_equal(c->r[T0], 1);
}

static void break_on_a_branch_and_its_delay_slot(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, BNE(0, 0, 3), ADDIU(T0, T0, 1), NOP);
    BREAK_AT(g, RIG_CODE + 4);
    BREAK_AT(g, RIG_CODE + 8);
    RUN(c, 100, BREAK);
    STOPPED(c, 1, RIG_CODE + 4);
    assert_false(c->bd);
    RUN(c, 100, BREAK);
    STOPPED(c, 2, RIG_CODE + 8);
    assert_true(c->bd); /* not taken, and still a delay slot */
    assert_int_equal(c->npc, RIG_CODE + 12);
    RUN(c, 100, BUDGET);
}

static void break_in_a_delay_slot_on_the_next_page(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1ff8, NOP, BEQ(0, 0, 7), ADDIU(T0, T0, 1));
    mips_set_pc(c, 0x80001ff8u);
    BREAK_AT(g, 0x80002000u);
    RUN(c, 100, BREAK);
    STOPPED(c, 2, 0x80002000u);
    assert_true(c->bd);
    assert_int_equal(c->npc, 0x8000201cu);
}

static void break_at_one_alias_only(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, ADDIU(T0, T0, 1), NOP);
    rig_map(c, 0, 0x00003000, 0, 0x1000);
    BREAK_AT(g, 0xa0001004u);
    RUN(c, 50, BUDGET);
    enter_space(c, 0x00003000, 0);
    RUN(c, 50, BUDGET);
    enter_space(c, 0xa0001000u, 0);
    RUN(c, 50, BREAK);
    STOPPED(c, 101, 0xa0001004u);
    enter_space(c, RIG_CODE, 0); /* the page has its mark now, and still it is another address */
    RUN(c, 50, BUDGET);
    assert_int_equal(c->r[T0], 3);
}

static void break_in_one_address_space_only(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, ADDIU(T0, T0, 1), NOP);
    rig_map(c, 0, 0x00400000, 1, 0x1000);
    rig_map(c, 1, 0x00400000, 2, 0x1000);
    assert_true(mips_debug_add_break(g->code, 0x00400004, 2));
    enter_space(c, 0x00400000, 1);
    RUN(c, 20, BUDGET);
    enter_space(c, 0x00400000, 2);
    RUN(c, 20, BREAK);
    STOPPED(c, 21, 0x00400004);
    enter_space(c, 0x00400000, 1);
    RUN(c, 20, BUDGET);
}

/* In kernel segments the identifier is ignored: the kernel is in every space. */
static void break_bound_to_a_space_in_the_kernel(void **state)
{
    struct rig *g = *state;
    PROGRAM(g, 0x1000, NOP, NOP);
    assert_true(mips_debug_add_break(g->code, RIG_CODE + 4, 5));
    RUN(g->cpu[0], 20, BREAK);
}

static void break_outlives_a_store_over_it(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, SW(T2, 8, T1), NOP, ADDIU(T0, T0, 1), BEQ(0, 0, -4), NOP);
    c->r[T1] = RIG_CODE;
    c->r[T2] = ADDIU(T0, T0, 100);
    RUN(c, 7, BUDGET); /* decoded before */
    BREAK_AT(g, RIG_CODE + 8);
    for (unsigned i = 0; i < 3; i++) {
        RUN(c, 100, BREAK);
        assert_int_equal(c->pc, RIG_CODE + 8);
    }
    assert_int_equal(c->r[T0], 300);
}

static void break_set_and_removed_in_decoded_loops(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, ADDIU(T0, T0, 1), ADDIU(T1, T1, 1), BEQ(0, 0, -3), NOP);
    for (unsigned i = 0; i < 4; i++) {
        RUN(c, 4000, BUDGET);
        BREAK_AT(g, RIG_CODE + 4);
        RUN(c, 4000, BREAK);
        RUN(c, 3, BUDGET);
        assert_true(mips_debug_remove_break(g->code, RIG_CODE + 4, MIPS_ASID_ANY));
        assert_false(mips_debug_remove_break(g->code, RIG_CODE + 4, MIPS_ASID_ANY));
    }
    assert_int_equal(c->r[T0] - c->r[T1], (c->pc == RIG_CODE + 4));
}

static void break_comes_after_a_pending_interrupt(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, ADDIU(T0, T0, 1));
    PROGRAM(g, 0x80, MTC0(0, 13), MFC0(26, 14), JR(26), RFE);
    c->status = MIPS_ST_IEC | 0x100;
    c->cause = 0x100;
    BREAK_AT(g, RIG_CODE);
    RUN(c, 100, BREAK);
    STOPPED(c, 4, RIG_CODE); /* after the handler */
    assert_int_equal(c->stats.irqs, 1);
    RUN(c, 100, BUDGET);
    assert_int_equal(c->r[T0], 1);
}

/* An interrupt that comes while stopped: its handler is another instruction, not passed over. */
static void break_in_the_handler_of_an_interrupt_while_stopped(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, ADDIU(T0, T0, 1));
    PROGRAM(g, 0x80, MTC0(0, 12), MFC0(26, 14), JR(26), RFE);
    c->status = MIPS_ST_IEC | 0x400;
    BREAK_AT(g, RIG_CODE);
    BREAK_AT(g, 0x80000080u);
    RUN(c, 100, BREAK);
    STOPPED(c, 0, RIG_CODE);
    mips_set_irq(c, 0x400, true);
    RUN(c, 100, BREAK);
    STOPPED(c, 0, 0x80000080u);
    RUN(c, 100, BREAK); /* the instruction has not run yet */
    STOPPED(c, 4, RIG_CODE);
}

static void break_comes_after_the_fetch_has_failed(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0, NOP);
    enter_space(c, 0x00400000, 0);
    BREAK_AT(g, 0x00400000);
    RUN(c, 10, BUDGET);
    assert_int_equal(c->stats.exceptions, 1);
}

static void break_stops_every_cpu(void **state)
{
    struct rig *g = *state;
    PROGRAM(g, 0x1000, NOP, NOP, NOP);
    RUN(g->cpu[1], 2, BUDGET);
    BREAK_AT(g, RIG_CODE + 8);
    RUN(g->cpu[0], 10, BREAK);
    RUN(g->cpu[1], 10, BREAK);
    STOPPED(g->cpu[0], 2, RIG_CODE + 8);
    STOPPED(g->cpu[1], 2, RIG_CODE + 8);
    RUN(g->cpu[1], 10, BUDGET); /* each passes over it for itself */
    RUN(g->cpu[0], 10, BUDGET);
}

static void break_is_passed_over_on_request(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, NOP);
    BREAK_AT(g, RIG_CODE);
    BREAK_AT(g, RIG_CODE + 4);
    mips_debug_pass(c);
    RUN(c, 10, BREAK);
    STOPPED(c, 1, RIG_CODE + 4);
    mips_set_pc(c, RIG_CODE); /* what was to be passed over is elsewhere */
    RUN(c, 10, BREAK);
    STOPPED(c, 1, RIG_CODE);
}

static void break_traced_programs_stop_too(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, NOP, NOP);
    g->trace.on = 1u << TRACE_UINSN; /* kernel code: nothing is printed */
    BREAK_AT(g, RIG_CODE + 4);
    RUN(c, 10, BREAK);
    STOPPED(c, 1, RIG_CODE + 4);
    RUN(c, 3, BUDGET);
}

static bool is_marked(const struct rig *g, u32 page)
{
    u32 any = 0;
    for (unsigned i = 0; i < ARRAY_LEN(g->code->page[page]->marks); i++)
        any |= g->code->page[page]->marks[i];
    return any;
}

/* What is decoded of a page does not change for breakpoints at which it is not mapped. */
static void break_elsewhere_leaves_code_alone(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, NOP, NOP);
    RUN(c, 100, BUDGET);
    const struct mips_code_page *page = g->code->page[1];
    BREAK_AT(g, 0x80002004u);
    BREAK_AT(g, 0xa0001004u);
    BREAK_AT(g, 0x00001004u);
    RUN(c, 100, BUDGET);
    mips_set_pc(c, RIG_CODE);
    RUN(c, 100, BUDGET);
    assert_ptr_equal(g->code->page[1], page);
    assert_false(is_marked(g, 1));
    BREAK_AT(g, RIG_CODE + 4);
    mips_set_pc(c, RIG_CODE);
    RUN(c, 100, BREAK);
    assert_true(is_marked(g, 1));
    assert_true(mips_debug_remove_break(g->code, RIG_CODE + 4, MIPS_ASID_ANY));
    RUN(c, 100, BUDGET);
    assert_false(is_marked(g, 1));
}

static void break_table_is_bounded(void **state)
{
    struct rig *g = *state;
    for (u32 i = 0; i < MIPS_DEBUG_BREAKS; i++)
        BREAK_AT(g, 0x80001000u + 4 * (i * 7919 % MIPS_DEBUG_BREAKS));
    BREAK_AT(g, 0x80001000u); /* again is no more */
    assert_false(mips_debug_add_break(g->code, 0x80008000u, MIPS_ASID_ANY));
    assert_true(mips_debug_remove_break(g->code, 0x80001004u, MIPS_ASID_ANY));
    assert_false(mips_debug_add_break(g->code, 0x80008002u, MIPS_ASID_ANY));
    assert_false(mips_debug_add_break(g->code, 0x80008000u, 64));
    assert_false(mips_debug_add_break(g->code, 0x80008000u, -2));
    BREAK_AT(g, 0x80008000u);
    mips_debug_remove_all(g->code);
    RUN(g->cpu[0], 5, BUDGET);
}

/* ---- watchpoints ---- */

static void watch_stops_before_the_access(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, LW(T0, 0, T1), SW(T2, 4, T1), SB(T2, 11, T1), NOP);
    c->r[T1] = 0x80003000u;
    c->r[T2] = 0x12345678;
    add_watch(g, 0x80003004u, 8, MIPS_WATCH_WRITE);
    RUN(c, 100, WATCH);
    STOPPED(c, 1, RIG_CODE + 4);
    assert_int_equal(c->hit.va, 0x80003004u);
    assert_int_equal(c->hit.by, MIPS_WATCH_WRITE);
    assert_int_equal(c->hit.watch.len, 8);
    assert_int_equal(rig_peek(g, 0x3004), 0);
    RUN(c, 100, WATCH);
    STOPPED(c, 2, RIG_CODE + 8);
    assert_int_equal(c->hit.va, 0x8000300bu);
    assert_int_equal(rig_peek(g, 0x3004), 0x12345678);
    RUN(c, 100, BUDGET);
}

static void watch_tells_reads_from_writes(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, LW(T0, 0, T1), SW(T0, 4, T1), LW(T0, 8, T1), SW(T0, 8, T1));
    c->r[T1] = 0x80003000u;
    add_watch(g, 0x80003000u, 4, MIPS_WATCH_WRITE);
    add_watch(g, 0x80003004u, 4, MIPS_WATCH_READ);
    add_watch(g, 0x80003008u, 4, MIPS_WATCH_ACCESS);
    RUN(c, 100, WATCH);
    STOPPED(c, 2, RIG_CODE + 8);
    assert_int_equal(c->hit.by, MIPS_WATCH_READ);
    RUN(c, 100, WATCH);
    STOPPED(c, 3, RIG_CODE + 12);
    assert_int_equal(c->hit.by, MIPS_WATCH_WRITE);
    RUN(c, 100, BUDGET);
}

/* Whatever the software TLB knew before. */
static void watch_set_on_a_page_in_use(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, SW(T0, 0, T1), LW(T2, 4, T1), BEQ(0, 0, -3), ADDIU(T0, T0, 1));
    c->r[T1] = 0x80003000u;
    RUN(c, 400, BUDGET);
    add_watch(g, 0x80003004u, 1, MIPS_WATCH_READ);
    RUN(c, 400, WATCH);
    STOPPED(c, 401, RIG_CODE + 4);
    RUN(c, 400, WATCH);
    STOPPED(c, 405, RIG_CODE + 4);
    struct mips_watch w = c->hit.watch;
    assert_true(mips_debug_remove_watch(g->code, &w));
    assert_false(mips_debug_remove_watch(g->code, &w));
    RUN(c, 400, BUDGET);
    assert_int_equal(rig_peek(g, 0x3000), 201);
}

static void watch_stops_every_cpu(void **state)
{
    struct rig *g = *state;
    PROGRAM(g, 0x1000, SW(T0, 0, T1), LW(T0, 0, T1), BEQ(0, 0, -3), NOP);
    for (unsigned i = 0; i < 2; i++) {
        g->cpu[i]->r[T1] = 0x80003000u;
        RUN(g->cpu[i], 40, BUDGET);
    }
    add_watch(g, 0x80003000u, 4, MIPS_WATCH_WRITE);
    for (unsigned i = 0; i < 2; i++) {
        RUN(g->cpu[i], 40, WATCH);
        STOPPED(g->cpu[i], 40, RIG_CODE);
        RUN(g->cpu[i], 4, BUDGET);
    }
}

static void watch_in_a_delay_slot(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, NOP, BEQ(0, 0, 3), SW(T0, 0, T1), NOP, NOP, NOP);
    c->r[T1] = 0x80003000u;
    add_watch(g, 0x80003000u, 4, MIPS_WATCH_WRITE);
    RUN(c, 100, WATCH);
    STOPPED(c, 2, RIG_CODE + 8);
    assert_true(c->bd);
    assert_int_equal(c->npc, RIG_CODE + 20);
    RUN(c, 1, BUDGET);
    STOPPED(c, 3, RIG_CODE + 20);
}

/* The bytes that lwl and its like at va + off touch: first and number, by byte order. */
static void check_unaligned(struct rig *g, u32 insn, u32 first, u32 n, enum mips_watch_kind by)
{
    struct mips *c = g->cpu[0];
    for (u32 at = 0; at < 4; at++) {
        struct mips_watch w = {
            .at = 0x80003000u + at, .len = 1, .kind = MIPS_WATCH_ACCESS, .asid = MIPS_ASID_ANY};
        rig_program(g, 0x1000, &insn, 1);
        mips_code_flush(g->code);
        mips_set_pc(c, RIG_CODE);
        c->r[T1] = 0x80003000u;
        assert_true(mips_debug_add_watch(g->code, &w));
        bool touched = at >= first && at < first + n;
        assert_int_equal(mips_run(c, 3), touched ? MIPS_EXIT_WATCH : MIPS_EXIT_BUDGET);
        if (touched) {
            assert_int_equal(c->hit.va, w.at);
            assert_int_equal(c->hit.by, by);
            RUN(c, 1, BUDGET);
        }
        assert_true(mips_debug_remove_watch(g->code, &w));
    }
}

static void watch_sees_the_bytes_of_unaligned_pairs(void **state)
{
    struct rig *g = *state;
    for (u32 off = 0; off < 4; off++) {
        u32 up = 4 - off, down = off + 1;
        u32 left = g->big ? off : 0, nleft = g->big ? up : down;
        u32 right = g->big ? 0 : off, nright = g->big ? down : up;
        check_unaligned(g, LWL(T0, off, T1), left, nleft, MIPS_WATCH_READ);
        check_unaligned(g, LWR(T0, off, T1), right, nright, MIPS_WATCH_READ);
        check_unaligned(g, SWL(T0, off, T1), left, nleft, MIPS_WATCH_WRITE);
        check_unaligned(g, SWR(T0, off, T1), right, nright, MIPS_WATCH_WRITE);
    }
}

static void watch_sees_sc_only_if_it_stores(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, SC(T0, 0, T1), LL(T2, 0, T1), SC(T0, 0, T1));
    c->r[T1] = 0x80003000u;
    c->r[T0] = 7;
    add_watch(g, 0x80003000u, 4, MIPS_WATCH_WRITE);
    RUN(c, 2, BUDGET); /* without LL it fails */
    assert_int_equal(c->r[T0], 0);
    c->r[T0] = 7;
    RUN(c, 100, WATCH);
    STOPPED(c, 2, RIG_CODE + 8);
    assert_int_equal(c->r[T0], 7);
    rig_word(g, 0x3000, 1); /* another CPU was faster */
    RUN(c, 1, BUDGET);
    assert_int_equal(c->r[T0], 0);
    mips_set_pc(c, RIG_CODE + 4);
    RUN(c, 1, BUDGET);
    rig_word(g, 0x3000, 2);
    RUN(c, 1, BUDGET); /* fails, so nothing was about to be written */
    assert_int_equal(c->stats.scs_failed, 3);
}

static void watch_sees_ll_and_not_what_sc_compares(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, LL(T2, 0, T1), SC(T0, 0, T1));
    c->r[T1] = 0x80003000u;
    c->r[T0] = 7;
    add_watch(g, 0x80003000u, 4, MIPS_WATCH_READ);
    RUN(c, 100, WATCH);
    STOPPED(c, 0, RIG_CODE);
    assert_false(c->ll);
    RUN(c, 100, BUDGET);
    assert_int_equal(rig_peek(g, 0x3000), 7);
}

static void watch_physical_addresses(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    struct mips_watch w = {.at = 0x3002, .len = 1, .physical = true, .kind = MIPS_WATCH_WRITE};
    PROGRAM(g, 0x1000, SH(T0, 0, T1), SH(T0, 2, T1), SH(T0, 2, T2), SW(T0, 0, T3));
    c->r[T1] = 0x80003000u;
    c->r[T2] = 0xa0003000u;
    c->r[T3] = 0x00405000u;
    rig_map(c, 0, 0x00405000, 0, 0x3000);
    assert_true(mips_debug_add_watch(g->code, &w));
    RUN(c, 100, WATCH);
    assert_int_equal(c->hit.va, 0x80003002u);
    RUN(c, 100, WATCH);
    assert_int_equal(c->hit.va, 0xa0003002u);
    RUN(c, 100, WATCH);
    assert_int_equal(c->hit.va, 0x00405002u);
    STOPPED(c, 3, RIG_CODE + 12);
    RUN(c, 100, BUDGET);
}

static void watch_in_one_address_space_only(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    struct mips_watch w = {.at = 0x00405000, .len = 4, .kind = MIPS_WATCH_READ, .asid = 2};
    PROGRAM(g, 0x1000, LW(T0, 0, T1));
    c->r[T1] = 0x00405000;
    rig_map(c, 0, 0x00405000, 1, 0x3000);
    rig_map(c, 1, 0x00405000, 2, 0x3000);
    assert_true(mips_debug_add_watch(g->code, &w));
    enter_space(c, RIG_CODE, 1);
    RUN(c, 5, BUDGET);
    enter_space(c, RIG_CODE, 2);
    RUN(c, 5, WATCH);
    enter_space(c, RIG_CODE, 1);
    RUN(c, 5, BUDGET);
}

static void watch_comes_before_the_device_and_after_exceptions(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, LW(T0, 0, T1), LW(T0, 1, T2));
    c->r[T1] = 0xa0000000u + RIG_MMIO;
    c->r[T2] = 0x80003000u;
    add_watch(g, 0xa0000000u + RIG_MMIO, 4, MIPS_WATCH_READ);
    add_watch(g, 0x80003000u, 8, MIPS_WATCH_READ);
    RUN(c, 100, WATCH);
    assert_int_equal(g->device_accesses, 0);
    RUN(c, 1, BUDGET);
    assert_int_equal(g->device_accesses, 1);
    RUN(c, 1, BUDGET); /* misaligned: an address error, no access */
    assert_int_equal(c->stats.exceptions, 1);
}

static void watch_does_not_see_fetches(void **state)
{
    struct rig *g = *state;
    PROGRAM(g, 0x1000, NOP, NOP);
    add_watch(g, RIG_CODE, 64, MIPS_WATCH_ACCESS);
    RUN(g->cpu[0], 100, BUDGET);
}

/* A breakpoint on the instruction comes first, and its watchpoint is not passed over with it. */
static void watch_and_breakpoint_at_one_instruction(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    PROGRAM(g, 0x1000, LW(T0, 0, T1), NOP);
    c->r[T1] = 0x80003000u;
    BREAK_AT(g, RIG_CODE);
    add_watch(g, 0x80003000u, 1, MIPS_WATCH_READ);
    RUN(c, 100, BREAK);
    RUN(c, 100, WATCH);
    STOPPED(c, 0, RIG_CODE);
    RUN(c, 100, BUDGET);
}

static void watch_table_is_bounded(void **state)
{
    struct rig *g = *state;
    struct mips_watch w = {.at = 0x80003000u, .len = 1, .kind = MIPS_WATCH_READ, .asid = -1};
    for (u32 i = 0; i < MIPS_DEBUG_WATCHES; i++)
        add_watch(g, 0x80004000u + i, 1, MIPS_WATCH_READ);
    assert_false(mips_debug_add_watch(g->code, &w));
    mips_debug_remove_all(g->code);
    w.len = 0;
    assert_false(mips_debug_add_watch(g->code, &w));
    w.len = 1;
    w.kind = (enum mips_watch_kind)4;
    assert_false(mips_debug_add_watch(g->code, &w));
    w.kind = MIPS_WATCH_READ;
    w.asid = 64;
    assert_false(mips_debug_add_watch(g->code, &w));
    w.asid = 63;
    w.at = 0xfffffffcu; /* up to the very end, and as far as one likes */
    w.len = 0xffffffffu;
    assert_true(mips_debug_add_watch(g->code, &w));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_CASE(break_stops_before_and_goes_on),
        RIG_CASE_EL(break_stops_before_and_goes_on),
        RIG_CASE(break_at_the_end_of_a_budget_stops_the_next_run),
        RIG_CASE_EL(break_at_the_end_of_a_budget_stops_the_next_run),
        RIG_CASE(break_in_a_delay_slot_keeps_the_branch),
        RIG_CASE_EL(break_in_a_delay_slot_keeps_the_branch),
        RIG_CASE(break_on_a_branch_and_its_delay_slot),
        RIG_CASE_EL(break_on_a_branch_and_its_delay_slot),
        RIG_CASE(break_in_a_delay_slot_on_the_next_page),
        RIG_CASE_EL(break_in_a_delay_slot_on_the_next_page),
        RIG_CASE(break_at_one_alias_only),
        RIG_CASE_EL(break_at_one_alias_only),
        RIG_CASE(break_in_one_address_space_only),
        RIG_CASE_EL(break_in_one_address_space_only),
        RIG_CASE(break_bound_to_a_space_in_the_kernel),
        RIG_CASE_EL(break_bound_to_a_space_in_the_kernel),
        RIG_CASE(break_outlives_a_store_over_it),
        RIG_CASE_EL(break_outlives_a_store_over_it),
        RIG_CASE(break_set_and_removed_in_decoded_loops),
        RIG_CASE_EL(break_set_and_removed_in_decoded_loops),
        RIG_CASE(break_comes_after_a_pending_interrupt),
        RIG_CASE_EL(break_comes_after_a_pending_interrupt),
        RIG_CASE(break_in_the_handler_of_an_interrupt_while_stopped),
        RIG_CASE_EL(break_in_the_handler_of_an_interrupt_while_stopped),
        RIG_CASE(break_comes_after_the_fetch_has_failed),
        RIG_CASE_EL(break_comes_after_the_fetch_has_failed),
        RIG_CASE(break_stops_every_cpu),
        RIG_CASE_EL(break_stops_every_cpu),
        RIG_CASE(break_is_passed_over_on_request),
        RIG_CASE_EL(break_is_passed_over_on_request),
        RIG_CASE(break_traced_programs_stop_too),
        RIG_CASE_EL(break_traced_programs_stop_too),
        RIG_CASE(break_elsewhere_leaves_code_alone),
        RIG_CASE_EL(break_elsewhere_leaves_code_alone),
        RIG_CASE(break_table_is_bounded),
        RIG_CASE_EL(break_table_is_bounded),
        RIG_CASE(watch_stops_before_the_access),
        RIG_CASE_EL(watch_stops_before_the_access),
        RIG_CASE(watch_tells_reads_from_writes),
        RIG_CASE_EL(watch_tells_reads_from_writes),
        RIG_CASE(watch_set_on_a_page_in_use),
        RIG_CASE_EL(watch_set_on_a_page_in_use),
        RIG_CASE(watch_stops_every_cpu),
        RIG_CASE_EL(watch_stops_every_cpu),
        RIG_CASE(watch_in_a_delay_slot),
        RIG_CASE_EL(watch_in_a_delay_slot),
        RIG_CASE(watch_sees_the_bytes_of_unaligned_pairs),
        RIG_CASE_EL(watch_sees_the_bytes_of_unaligned_pairs),
        RIG_CASE(watch_sees_sc_only_if_it_stores),
        RIG_CASE_EL(watch_sees_sc_only_if_it_stores),
        RIG_CASE(watch_sees_ll_and_not_what_sc_compares),
        RIG_CASE_EL(watch_sees_ll_and_not_what_sc_compares),
        RIG_CASE(watch_physical_addresses),
        RIG_CASE_EL(watch_physical_addresses),
        RIG_CASE(watch_in_one_address_space_only),
        RIG_CASE_EL(watch_in_one_address_space_only),
        RIG_CASE(watch_comes_before_the_device_and_after_exceptions),
        RIG_CASE_EL(watch_comes_before_the_device_and_after_exceptions),
        RIG_CASE(watch_does_not_see_fetches),
        RIG_CASE_EL(watch_does_not_see_fetches),
        RIG_CASE(watch_and_breakpoint_at_one_instruction),
        RIG_CASE_EL(watch_and_breakpoint_at_one_instruction),
        RIG_CASE(watch_table_is_bounded),
        RIG_CASE_EL(watch_table_is_bounded),
    };
    return cmocka_run_group_tests_name("mips_debug", tests, NULL, NULL);
}
