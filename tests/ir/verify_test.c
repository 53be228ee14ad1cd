/* SPDX-License-Identifier: ISC */
/* A good region, broken in one place at a time: each rule has a sentence of its own. */
#include "ir_random.h"
#include "ir_rig.h"
#include "ir_small.h"
#include "rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* Blocks 0 to 3 with one of everything: 0 switches to 1, 2 or 3; 1 branches to 0 or 2; 2 chains;
 * 3 jumps to 1. Block 4 is the check, 5 is never filled. */
static struct {
    ir_ref get, get64, put, add, add64, shl, cmp, cmp64, select, widen, narrow, load, store, guard;
    ir_ref call, byte, end[5];
} at;

static ir_ref last(const struct small *s)
{
    return (ir_ref)(s->r->ninsns - 1);
}

static void values(struct small *s)
{
    struct ir_builder *b = &s->b;
    at.get = ir_get(b, s->i);
    at.get64 = ir_get(b, s->x);
    at.add = ir_binary(b, IR_ADD, at.get, ir_const(b, IR_I32, 5));
    at.add64 = ir_binary(b, IR_ADD, at.get64, ir_const(b, IR_I64, 5));
    at.shl = ir_binary(b, IR_SHL, at.get64, at.get);
    at.cmp = ir_cmp(b, IR_LTS, at.get, at.add);
    at.cmp64 = ir_cmp(b, IR_LTS, at.get64, at.add64);
    at.select = ir_select(b, at.cmp64, at.get64, at.add64);
    at.widen = ir_unary(b, IR_SX32, at.get);
    at.narrow = ir_unary(b, IR_HI32, at.get64);
    ir_put(b, s->k, at.add);
    at.put = last(s);
    ir_put(b, s->byte, at.cmp64);
    at.byte = last(s);
}

static void leavers(struct small *s)
{
    struct ir_builder *b = &s->b;
    at.load = ir_load(b, IR_U16, at.add, small_point(s, 4, 1, 0));
    ir_store(b, IR_W32, at.add, at.load, small_point(s, 8, 2, 0));
    at.store = last(s);
    ir_guard(b, at.cmp, small_point(s, 12, 3, 0));
    at.guard = last(s);
    ir_do_call(b, ir_add_call(s->r, 1, 2), small_point(s, 16, 0, 0));
    at.call = last(s);
}

static void begin(struct small *s, u16 block)
{
    ir_begin(&s->b, s->r, block);
}

static void good_region(struct small *s)
{
    static const struct ir_case cases[] = {{1, 1}, {2, 2}, {3, 3}};
    small_init(s);
    s->r->block[0].charge = 3;
    for (u16 i = 1; i < 6; i++)
        small_block(s, i == 3 || i == 4 ? 0 : 2);
    values(s);
    leavers(s);
    ir_switch(&s->b, at.get, cases, 3, 2);
    begin(s, 1);
    ir_branch(&s->b, ir_get(&s->b, s->i), 0, 2);
    begin(s, 2);
    ir_chain(&s->b, 0x40);
    begin(s, 3);
    ir_jump(&s->b, 1);
    begin(s, 4);
    ir_guard(&s->b, ir_get(&s->b, s->i), small_point(s, 20, 0, 0));
    ir_jump(&s->b, 0);
    for (unsigned i = 0; i < 5; i++)
        at.end[i] = s->r->block[i].last;
    s->r->check = 4;
}

/* ---- what is refused ---- */

/* Breaks the region in one of many ways; the sentence that is due, or NULL: no more ways. */
static const char *break_it(struct ir_region *r, unsigned how)
{
    unsigned n = 0;
#define BROKEN(sentence, ...)                                                                      \
    if (how == n++) {                                                                              \
        __VA_ARGS__;                                                                               \
        return sentence;                                                                           \
    }
#include "verify_broken.def"
#undef BROKEN
    return NULL;
}

static void the_good_region_is_taken(void **state)
{
    (void)state;
    struct small s;
    good_region(&s);
    assert_null(ir_verify(s.r));
    small_fini(&s);
}

static void broken_regions_are_refused(void **state)
{
    (void)state;
    const char *due = "";
    unsigned n = 0;
    for (; due; n++) {
        struct small s;
        good_region(&s);
        due = break_it(s.r, n);
        const char *said = ir_verify(s.r);
        if (due && (!said || strcmp(said, due) != 0))
            print_message("broken region %u\n", n);
        assert_string_equal(said ? said : "", due ? due : "");
        small_fini(&s);
    }
    assert_true(n > 100);
}

/* ---- what is taken ---- */

static void taken(void (*change)(struct ir_region *r))
{
    struct small s;
    good_region(&s);
    change(s.r);
    const char *said = ir_verify(s.r);
    assert_string_equal(said ? said : "", "");
    small_fini(&s);
}

static void no_check(struct ir_region *r)
{
    r->check = IR_NO_BLOCK;
}

static void free_block_without_point(struct ir_region *r)
{
    r->block[3].point = 0;
}

static void rubbish_out_of_reach(struct ir_region *r)
{
    r->block[5] = (struct ir_block){.first = 0xffff, .last = 1, .point = 0xffff, .cases = 0xffff};
}

static void all_is_given_back(struct ir_region *r)
{
    r->point[r->insn[at.guard].point].unspent = r->block[0].charge;
}

static void neighbours(struct ir_region *r)
{
    r->slot[7].offset = r->slot[0].offset + 8 * 3;
    r->slot[3].offset = r->slot[7].offset + 1;
    r->slot[4].offset = 100;
}

static void odd_but_right_is_taken(void **state)
{
    (void)state;
    taken(no_check);
    taken(free_block_without_point);
    taken(rubbish_out_of_reach);
    taken(all_is_given_back);
    taken(neighbours);
}

static void random_regions_are_taken(void **state)
{
    (void)state;
    for (u64 seed = 1; seed <= 300; seed++) {
        struct ir_random_options o = {.raw = seed % 2, .loose = seed % 3 == 0, .blocks = 16};
        struct ir_region *r = ir_random(seed, &o);
        const char *said = ir_verify(r);
        assert_string_equal(said ? said : "", "");
        ir_region_free(r);
    }
}

/* ---- what nobody thought of ---- */

/* Everything but where slots lie and which helpers there are. */
static void damage(struct ir_region *r, struct rng *rng)
{
    void *const parts[] = {r->insn, r->block, r->point, r->cases, &r->entry};
    const size_t sizes[] = {r->ninsns * sizeof *r->insn, r->nblocks * sizeof *r->block,
                            r->npoints * sizeof *r->point, r->ncases * sizeof *r->cases, 4};
    u32 part = rng_below(rng, ARRAY_LEN(parts));
    if (!sizes[part])
        return;
    u8 *byte = (u8 *)parts[part] + rng_below(rng, (u32)sizes[part]);
    *byte = rng_percent(rng, 50) ? (u8)rng_below(rng, 40) : (u8)rng_next(rng);
}

/* The rules do not know how large the state is. */
static bool peeks_inside(const struct ir_region *r)
{
    for (unsigned i = 1; i < r->ninsns; i++) {
        const struct ir_insn *in = &r->insn[i];
        if (in->op != IR_PEEK || in->a >= r->ninsns) /* the latter is where nothing leads to */
            continue;
        const struct ir_insn *mask = &r->insn[in->a];
        if (mask->op == IR_AND && mask->b < r->ninsns)
            mask = &r->insn[mask->b];
        if (mask->op != IR_CONST || mask->imm > 0x38 || in->imm > IR_RIG_SLOTS - 0x40)
            return false;
    }
    return true;
}

/* What is taken can be run; that nothing is reached wrongly is for the sanitizers to say. */
static void damage_is_refused_or_harmless(void **state)
{
    (void)state;
    struct rng rng = {1};
    unsigned refused = 0, ran = 0;
    FILE *null = fopen("/dev/null", "w");
    for (u64 seed = 1; seed <= 2000; seed++) {
        struct ir_region *r = ir_random(seed, NULL);
        for (unsigned n = 1 + rng_below(&rng, 4); n; n--)
            damage(r, &rng);
        ir_print(r, null);
        if (ir_verify(r)) {
            refused++;
        } else if (peeks_inside(r)) {
            struct ir_rig g;
            ir_rig_init(&g, r, seed);
            ir_eval(r, r->entry, &g.host);
            ran++;
        }
        ir_region_free(r);
    }
    fclose(null);
    assert_true(refused > 200);
    assert_true(ran > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_good_region_is_taken),
        cmocka_unit_test(broken_regions_are_refused),
        cmocka_unit_test(odd_but_right_is_taken),
        cmocka_unit_test(random_regions_are_taken),
        cmocka_unit_test(damage_is_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
