/* SPDX-License-Identifier: ISC */
#include "ir_small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct small *small_of(struct ir_host *h)
{
    return (struct small *)(void *)((u8 *)h - offsetof(struct small, host));
}

static void note(struct small *s, u16 point, enum ir_size size, u32 at)
{
    s->point = point;
    s->size = size;
    s->at = at;
    s->budget = s->host.budget;
}

static bool small_load(struct ir_host *h, u16 point, enum ir_size size, u32 at, u32 *v)
{
    struct small *s = small_of(h);
    note(s, point, size, at);
    *v = s->memory;
    return !s->refuses;
}

static bool small_store(struct ir_host *h, u16 point, enum ir_size size, u32 at, u32 v)
{
    struct small *s = small_of(h);
    note(s, point, size, at);
    s->memory = v;
    return !s->refuses;
}

static bool small_call(struct ir_host *h, u16 point, const struct ir_call *call)
{
    struct small *s = small_of(h);
    note(s, point, IR_W32, (u32)call->arg);
    s->pc_seen = s->state.pc;
    return s->helper ? s->helper(s) : !s->refuses;
}

void small_init(struct small *s)
{
    *s = (struct small){.r = ir_region_new()};
    s->host = (struct ir_host){.state = &s->state,
                               .load = small_load,
                               .store = small_store,
                               .call = small_call,
                               .budget = 100};
#define SLOT(name, type) s->name = ir_slot_at(s->r, offsetof(struct small_state, name), type)
    SLOT(x, IR_I64);
    SLOT(y, IR_I64);
    SLOT(z, IR_I64);
    SLOT(i, IR_I32);
    SLOT(k, IR_I32);
    SLOT(m, IR_I32);
    SLOT(pc, IR_I32);
    SLOT(byte, IR_I8);
#undef SLOT
    ir_begin(&s->b, s->r, small_block(s, 1));
}

void small_fini(struct small *s)
{
    ir_region_free(s->r);
}

int small_setup(void **state)
{
    static struct small s;
    small_init(&s);
    *state = &s;
    return 0;
}

int small_teardown(void **state)
{
    small_fini(*state);
    return 0;
}

u16 small_point(struct small *s, u32 pc, u16 unspent, u8 reason)
{
    return ir_add_point(
        s->r,
        &(struct ir_point){.unspent = unspent, .n = 1, .reason = reason, .map = {{s->pc, pc}}});
}

u16 small_block(struct small *s, u16 charge)
{
    u16 block = ir_new_block(s->r);
    s->r->block[block].charge = charge;
    s->r->block[block].point = small_point(s, 0x1000u + block, 0, 1);
    return block;
}

void small_run_as_it_is(struct small *s)
{
    const char *wrong = ir_verify(s->r);
    assert_string_equal(wrong ? wrong : "", "");
    s->left = ir_eval(s->r, s->r->entry, &s->host);
}

void small_run(struct small *s)
{
    ir_leave(&s->b, small_point(s, 0x2000, 0, 2));
    small_run_as_it_is(s);
}
