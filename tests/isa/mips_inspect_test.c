/* SPDX-License-Identifier: ISC */
/* Memory and registers of a CPU, seen and written from outside. */
#include "isa_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct mips_view kernel = {.asid = MIPS_ASID_CURRENT, .user = false};

static void translate_as_any_address_space(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    gpa pa;
    rig_map(c, 0, 0x00400000, 1, 0x3000);
    rig_map(c, 1, 0x00400000, 2, 0x4000);
    rig_map(c, 2, 0x00401000, 3, 0x5000);
    c->tlb_lo[2] |= MIPS_LO_G;
    c->entryhi = 1 << 6;
    mips_changed(c);
    assert_true(mips_translate_as(c, kernel, 0x00400123, &pa));
    assert_int_equal(pa, 0x3123);
    assert_true(mips_translate_as(c, (struct mips_view){.asid = 2}, 0x00400123, &pa));
    assert_int_equal(pa, 0x4123);
    assert_false(mips_translate_as(c, (struct mips_view){.asid = 3}, 0x00400123, &pa));
    assert_true(mips_translate_as(c, (struct mips_view){.asid = 9}, 0x00401004, &pa));
    assert_int_equal(pa, 0x5004);
    assert_int_equal(c->entryhi, 1 << 6);
}

static void translate_as_user_or_kernel(void **state)
{
    struct rig *g = *state;
    struct mips_view user = {.asid = MIPS_ASID_CURRENT, .user = true};
    gpa pa;
    assert_true(mips_translate_as(g->cpu[0], kernel, 0xa0001234u, &pa));
    assert_int_equal(pa, 0x1234);
    assert_false(mips_translate_as(g->cpu[0], user, 0x80001234u, &pa));
    rig_map(g->cpu[0], 0, 0xc0000000u, 0, 0x2000);
    assert_true(mips_translate_as(g->cpu[0], kernel, 0xc0000004u, &pa));
    assert_false(mips_translate_as(g->cpu[0], user, 0xc0000004u, &pa));
}

static void peek_goes_as_far_as_memory_does(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    u8 buf[0x2000];
    memcpy(mem_ram_ptr(g->mem, 0x3ffe, 2), "ab", 2);
    memcpy(mem_ram_ptr(g->mem, 0x6000, 2), "cd", 2);
    rig_map(c, 0, 0x00400000, 0, 0x3000);
    rig_map(c, 1, 0x00401000, 0, 0x6000);
    assert_int_equal(mips_peek(c, kernel, 0x00400ffe, buf, 4), 4);
    assert_memory_equal(buf, "abcd", 4);
    assert_int_equal(mips_peek(c, kernel, 0x00401ff0, buf, 64), 16); /* unmapped */
    assert_int_equal(mips_peek(c, kernel, 0x00402000, buf, 4), 0);
    assert_int_equal(mips_peek(c, kernel, 0x80000000u + RIG_RAM_SIZE - 3, buf, 8), 3);
    assert_int_equal(mips_peek(c, kernel, 0xbfc00ff0u, buf, 64), 16);
    rig_map(c, 2, 0xfffff000u, 0, 0x7000);
    rig_map(c, 3, 0x00000000, 0, 0x8000);
    assert_int_equal(mips_peek(c, kernel, 0xfffffffcu, buf, 8), 4);
    assert_int_equal(mips_peek_physical(c, 0xfffe, buf, 8), 2);
    assert_int_equal(mips_peek_physical(c, ~(gpa)0, buf, 8), 0);
    assert_int_equal(c->stats.exceptions, 0);
}

static void peek_and_poke_never_reach_a_device(void **state)
{
    struct rig *g = *state;
    u8 buf[4] = {0};
    assert_int_equal(mips_peek(g->cpu[0], kernel, 0xa0000000u + RIG_MMIO, buf, 4), 0);
    assert_int_equal(mips_poke(g->cpu[0], kernel, 0xa0000000u + RIG_MMIO, buf, 4), 0);
    assert_int_equal(mips_poke_physical(g->cpu[0], RIG_MMIO, buf, 4), 0);
    assert_int_equal(g->device_accesses, 0);
}

/* Big- or little-endian words for poke. */
static void word_bytes(const struct rig *g, u32 word, u8 *p)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (u8)(word >> 8 * (g->big ? 3 - i : i));
}

static void poke_changes_code_of_every_cpu(void **state)
{
    struct rig *g = *state;
    const u32 words[] = {ADDIU(T0, T0, 1), BEQ(0, 0, -2), NOP};
    u8 bytes[4];
    rig_program(g, 0x1000, words, ARRAY_LEN(words));
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(mips_run(g->cpu[i], 300), MIPS_EXIT_BUDGET);
    word_bytes(g, ADDIU(T0, T0, 1000), bytes);
    assert_int_equal(mips_poke(g->cpu[0], kernel, 0xa0001000u, bytes, 4), 4);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(mips_run(g->cpu[i], 3), MIPS_EXIT_BUDGET);
        assert_int_equal(g->cpu[i]->r[T0], 1100);
    }
}

static void poke_writes_where_the_guest_may_not(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    rig_map(c, 0, 0x00400000, 0, 0x3000);
    c->tlb_lo[0] &= ~(u32)MIPS_LO_D;
    assert_int_equal(mips_poke(c, kernel, 0x00400ffe, "abcd", 4), 2);
    assert_memory_equal(mem_ram_ptr(g->mem, 0x3ffe, 2), "ab", 2);
    assert_int_equal(mips_poke(c, kernel, 0xbfc00000u, "rom", 3), 3);
    assert_memory_equal(mem_ram_ptr(g->mem, RIG_ROM, 3), "rom", 3);
}

static void registers_read_as_written(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    for (unsigned i = 1; i < MIPS_NUM_REGS; i++) {
        enum mips_reg reg = (enum mips_reg)i;
        if (reg == MIPS_REG_NPC || reg == MIPS_REG_BD || reg == MIPS_REG_RANDOM ||
            reg == MIPS_REG_PRID || !mips_reg_exists(c, reg))
            continue;
        u32 v = reg == MIPS_REG_INDEX ? 0x2300 : 0x10000100u + i * 0x1000000u;
        v &= reg == MIPS_REG_CAUSE ? 0xb000037cu : reg == MIPS_REG_STATUS ? 0xf040ff3fu : ~0u;
        assert_true(mips_reg_write(c, reg, v));
        assert_int_equal(mips_reg_read(c, reg), reg == MIPS_REG_ENTRYHI ? v & 0xffffffc0u : v);
        assert_non_null(mips_reg_name(reg));
    }
    assert_false(mips_reg_write(c, MIPS_REG_R0, 1));
    assert_false(mips_reg_write(c, MIPS_REG_PRID, 1));
    assert_false(mips_reg_write(c, MIPS_REG_RANDOM, 1));
    assert_false(mips_reg_write(c, MIPS_REG_F0, 1));
    assert_int_equal(c->r[0], 0);
    assert_int_equal(c->stats.exceptions, 0);
}

/* Of a CPU that has them; a trap that is due shows on the interrupt line. */
static void floating_point_registers_read_as_written(void **state)
{
    struct rig g;
    (void)state;
    rig_init_model(&g, false, &mips_r3000a_fpu);
    struct mips *c = g.cpu[0];
    for (unsigned i = 0; i < 32; i++)
        assert_true(mips_reg_write(c, MIPS_REG_F0 + i, 0x3f800000u + i));
    for (unsigned i = 0; i < 32; i++)
        assert_int_equal(mips_reg_read(c, MIPS_REG_F0 + i), 0x3f800000u + i);
    assert_int_equal(c->fpr[31], 0x3f80001fu);
    assert_true(mips_reg_write(c, MIPS_REG_FCSR, 0xfffc8401u));
    assert_int_equal(mips_reg_read(c, MIPS_REG_FCSR), 0x00808401u);
    assert_int_equal(c->irq_lines, 0x8000);
    assert_true(mips_reg_write(c, MIPS_REG_FCSR, 0));
    assert_int_equal(c->irq_lines, 0);
    assert_int_equal(mips_reg_read(c, MIPS_REG_FIR), 0x340);
    assert_false(mips_reg_write(c, MIPS_REG_FIR, 0));
    rig_fini(&g);
}

static void register_pc_keeps_or_leaves_a_delay_slot(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    const u32 words[] = {BEQ(0, 0, 7), ADDIU(T0, T0, 1)};
    rig_program(g, 0x1000, words, ARRAY_LEN(words));
    assert_int_equal(mips_run(c, 1), MIPS_EXIT_BUDGET);
    assert_int_equal(mips_reg_read(c, MIPS_REG_BD), 1);
    assert_int_equal(mips_reg_read(c, MIPS_REG_NPC), RIG_CODE + 32);
    assert_true(mips_reg_write(c, MIPS_REG_PC, RIG_CODE + 4));
    assert_true(c->bd);
    assert_true(mips_reg_write(c, MIPS_REG_NPC, RIG_CODE + 64));
    assert_int_equal(mips_run(c, 1), MIPS_EXIT_BUDGET);
    assert_int_equal(c->pc, RIG_CODE + 64);
    assert_false(mips_reg_write(c, MIPS_REG_NPC, RIG_CODE)); /* no delay slot */
    mips_set_pc(c, RIG_CODE);
    assert_int_equal(mips_run(c, 1), MIPS_EXIT_BUDGET);
    assert_true(mips_reg_write(c, MIPS_REG_PC, RIG_CODE));
    assert_false(c->bd);
    assert_int_equal(c->npc, RIG_CODE + 4);
}

static void register_pc_ends_a_wait(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    const u32 words[] = {WAIT, NOP};
    rig_program(g, 0x1000, words, ARRAY_LEN(words));
    assert_int_equal(mips_run(c, 10), MIPS_EXIT_WAIT);
    assert_true(mips_reg_write(c, MIPS_REG_PC, c->pc)); /* as it is */
    assert_int_equal(mips_run(c, 10), MIPS_EXIT_WAIT);
    assert_true(mips_reg_write(c, MIPS_REG_PC, RIG_CODE + 8));
    assert_int_equal(mips_run(c, 10), MIPS_EXIT_BUDGET);
}

/* Mode and address space change with the registers that say so. */
static void registers_change_what_is_derived(void **state)
{
    struct rig *g = *state;
    struct mips *c = g->cpu[0];
    const u32 words[] = {LW(T0, 0, T1), BEQ(0, 0, -2), NOP};
    rig_program(g, 0x1000, words, ARRAY_LEN(words));
    rig_map(c, 0, 0x00400000, 1, 0x3000);
    rig_map(c, 1, 0x00400000, 2, 0x4000);
    rig_word(g, 0x3000, 31);
    rig_word(g, 0x4000, 42);
    c->r[T1] = 0x00400000;
    assert_true(mips_reg_write(c, MIPS_REG_ENTRYHI, 1 << 6));
    assert_int_equal(mips_run(c, 30), MIPS_EXIT_BUDGET);
    assert_int_equal(c->r[T0], 31);
    assert_true(mips_reg_write(c, MIPS_REG_ENTRYHI, 2 << 6));
    assert_int_equal(mips_run(c, 30), MIPS_EXIT_BUDGET);
    assert_int_equal(c->r[T0], 42);
    assert_true(mips_reg_write(c, MIPS_REG_STATUS, MIPS_ST_KUC));
    assert_int_equal(mips_user_cycles(c), 0);
    assert_int_equal(mips_run(c, 1), MIPS_EXIT_BUDGET); /* a user in the kernel's segment */
    assert_int_equal(c->stats.exceptions, 1);
    assert_int_equal(mips_user_cycles(c), 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RIG_CASE(translate_as_any_address_space),
        RIG_CASE(translate_as_user_or_kernel),
        RIG_CASE(peek_goes_as_far_as_memory_does),
        RIG_CASE(peek_and_poke_never_reach_a_device),
        RIG_CASE(poke_changes_code_of_every_cpu),
        RIG_CASE_EL(poke_changes_code_of_every_cpu),
        RIG_CASE(poke_writes_where_the_guest_may_not),
        RIG_CASE(registers_read_as_written),
        cmocka_unit_test(floating_point_registers_read_as_written),
        RIG_CASE(register_pc_keeps_or_leaves_a_delay_slot),
        RIG_CASE(register_pc_ends_a_wait),
        RIG_CASE(registers_change_what_is_derived),
    };
    return cmocka_run_group_tests_name("mips_inspect", tests, NULL, NULL);
}
