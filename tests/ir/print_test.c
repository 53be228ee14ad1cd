/* SPDX-License-Identifier: ISC */
/* The listing of a region. */
#include "ir_small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char *listing(const struct ir_region *r)
{
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    assert_non_null(f);
    ir_print(r, f);
    fclose(f);
    return text;
}

static void build(struct ir_region *r)
{
    static const struct ir_case cases[] = {{3, 0}, {0x80000000, 1}};
    struct ir_builder b;
    u16 i = ir_slot_at(r, 0x20, IR_I32), x = ir_slot_at(r, 0, IR_I64);
    u16 byte = ir_slot_at(r, 0x30, IR_I8);
    u16 home = ir_add_point(r, &(struct ir_point){.reason = 7, .n = 1, .map = {{i, 0x1000}}});
    u16 fault =
        ir_add_point(r, &(struct ir_point){.unspent = 2, .n = 2, .map = {{i, 4}, {byte, 0x10}}});
    ir_begin(&b, r, ir_new_block(r));
    r->block[0].charge = 3;
    r->block[0].depth = 1;
    r->block[0].point = home;
    ir_ref v = ir_get(&b, i), sum = ir_binary(&b, IR_ADD, v, ir_const(&b, IR_I32, 0x14));
    ir_ref wide = ir_unary(&b, IR_SX32, ir_load(&b, IR_S16, sum, fault));
    ir_store(&b, IR_W32, ir_const(&b, IR_I32, 8), sum, fault);
    ir_put(&b, x, wide);
    ir_ref less = ir_cmp(&b, IR_LTU, wide, ir_const(&b, IR_I64, ~0ull));
    ir_put(&b, byte, ir_select(&b, less, v, ir_cmp(&b, IR_NE, v, sum)));
    ir_guard(&b, less, fault);
    ir_do_call(&b, ir_add_call(r, 1, 0x99), home);
    ir_switch(&b, v, cases, 2, 1);
    ir_begin(&b, r, ir_new_block(r));
    ir_branch(&b, ir_get(&b, byte), 0, 2);
    ir_begin(&b, r, ir_new_block(r));
    ir_chain(&b, 0x2000);
    ir_begin(&b, r, r->check = ir_new_block(r));
    ir_jump(&b, 0);
}

static const char expected[] = "slot s0@0x20: i32\n"
                               "slot s1@0x0: i64\n"
                               "slot s2@0x30: i8\n"
                               "point 1: unspent 0, reason 7, s0@0x20 = 0x1000\n"
                               "point 2: unspent 2, reason 0, s0@0x20 = 4, s2@0x30 = 0x10\n"
                               "block 0: charge 3, depth 1, point 1, the entry\n"
                               "    v1 = get s0@0x20\n"
                               "    v3 = add v1, 0x14\n"
                               "    v4 = load.s16 v3 at point 2\n"
                               "    v5:i64 = sx32 v4\n"
                               "    store.w32 8, v3 at point 2\n"
                               "    put s1@0x0, v5\n"
                               "    v10 = cmp.ltu.i64 v5, 0xffffffffffffffff\n"
                               "    v11 = cmp.ne v1, v3\n"
                               "    v12 = select v10, v1, v11\n"
                               "    put s2@0x30, v12\n"
                               "    guard v10 at point 2\n"
                               "    call helper 0(0x99) at point 1\n"
                               "    switch v1, 3: block 0, 0x80000000: block 1, else block 1\n"
                               "block 1: charge 0, depth 0, point 0\n"
                               "    v17 = get s2@0x30\n"
                               "    branch v17, block 0, else block 2\n"
                               "block 2: charge 0, depth 0, point 0\n"
                               "    chain 0x2000\n"
                               "block 3: charge 0, depth 0, point 0, the check\n"
                               "    jump block 0\n";

static void it_is_readable(void **state)
{
    (void)state;
    struct ir_region *r = ir_region_new();
    build(r);
    assert_null(ir_verify(r));
    char *text = listing(r);
    assert_string_equal(text, expected);
    free(text);
    ir_region_free(r);
}

/* A listing is asked for most when something is wrong. */
static void broken_regions_are_printed(void **state)
{
    (void)state;
    struct ir_region *r = ir_region_new();
    build(r);
    r->insn[3] = (struct ir_insn){.op = 0xee};
    r->insn[4] = (struct ir_insn){.op = IR_LOAD, .type = 99, .size = 99, .a = 0xffff, .point = 9};
    r->insn[5] = (struct ir_insn){.op = IR_GET, .imm = ~0ull};
    r->block[2].last = 0xffff;
    char *text = listing(r);
    assert_non_null(strstr(text, "    operation 238\n"));
    assert_non_null(strstr(text, "    v4:? = load.? v65535 at point 9\n"));
    free(text);
    ir_region_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_readable),
        cmocka_unit_test(broken_regions_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
