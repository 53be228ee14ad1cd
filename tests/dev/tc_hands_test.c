/* SPDX-License-Identifier: ISC */
/* Keyboard and mouse of a DECstation: what they say on their lines. KUSEG_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dev/tc_lk201.h"
#include "dev/tc_vsxxx.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

static u64 seed = 1;

struct rig {
    struct clock clock;
    struct dev_env env;
    struct dev_stats stats;
    struct trace tracing;
    struct state_set parts;
    struct tc_lk201 *keyboard;
    struct tc_vsxxx *mouse;
    u8 said[4096]; /* by both */
    size_t n;
};

static void rig_said(void *ctx, u8 ch)
{
    struct rig *r = ctx;
    r->said[r->n++ % sizeof r->said] = ch;
}

static struct rig *rig_new(void)
{
    struct rig *r = xcalloc(1, sizeof *r);
    struct tc_sender_line line = {.put = rig_said, .ctx = r};
    r->clock = (struct clock){.hz = 25000000, .next = CLOCK_NEVER};
    r->env = (struct dev_env){.clock = &r->clock, .trace = &r->tracing, .stats = &r->stats};
    r->keyboard = tc_lk201_new(&r->env, &line);
    r->mouse = tc_vsxxx_new(&r->env, &line);
    tc_lk201_add_state(r->keyboard, &r->parts);
    tc_vsxxx_add_state(r->mouse, &r->parts);
    return r;
}

static void rig_free(struct rig *r)
{
    tc_lk201_free(r->keyboard);
    tc_vsxxx_free(r->mouse);
    state_set_fini(&r->parts);
    free(r);
}

static void rig_run(struct rig *r, u64 ns)
{
    u64 end = r->clock.now_base + clock_ns_to_cycles(&r->clock, ns);
    while (r->clock.next <= end) {
        r->clock.now_base = r->clock.next;
        clock_run_due(&r->clock);
    }
    r->clock.now_base = end;
}

/* Said since the last time. */
static void assert_said(struct rig *r, const char *bytes, size_t n)
{
    rig_run(r, 1000000000);
    assert_int_equal(r->n, n);
    assert_memory_equal(r->said, bytes, n);
    r->n = 0;
}

static void keys_up_and_down(struct rig *r)
{
    for (u8 division = 1; division <= 14; division++)
        tc_lk201_command(r->keyboard, (u8)(0x86 | division << 3));
    rig_run(r, 1000000000);
    assert_int_equal(r->n, 14);
    assert_int_equal(r->said[13], 0xba);
    r->n = 0;
}

static void keyboard_answers(void **state)
{
    (void)state;
    struct rig *r = rig_new();
    tc_lk201_command(r->keyboard, 0xfd); /* self-test */
    assert_said(r, "\x01\0\0\0", 4);
    tc_lk201_command(r->keyboard, 0xab); /* who are you */
    assert_said(r, "\x01\0", 2);
    tc_lk201_command(r->keyboard, 0xe9); /* be an LK401 */
    assert_said(r, "\xb6", 1);
    static const u8 quiet[] = {0x13, 0x8f, 0x11, 0x82, 0x1b, 0x80, 0x23, 0x87, 0xa7, 0x99, 0xd3};
    for (unsigned i = 0; i < sizeof quiet; i++)
        tc_lk201_command(r->keyboard, quiet[i]);
    assert_said(r, "", 0);
    tc_lk201_command(r->keyboard, 0x0e); /* a mode, with parameters */
    tc_lk201_command(r->keyboard, 0x01);
    assert_said(r, "", 0);
    tc_lk201_command(r->keyboard, 0x80);
    assert_said(r, "\xba", 1);
    rig_free(r);
}

/* 4 is A, 5 B, 0xe1 the left shift. */
static void keys(void **state)
{
    (void)state;
    struct rig *r = rig_new();
    tc_lk201_key(r->keyboard, 4, true); /* at first letters do not tell that they go up */
    tc_lk201_key(r->keyboard, 4, false);
    tc_lk201_key(r->keyboard, 0xe1, true);
    tc_lk201_key(r->keyboard, 0xe1, false);
    assert_said(r, "\xc2\xae\xb3", 3);
    keys_up_and_down(r);
    tc_lk201_key(r->keyboard, 0xe1, true);
    tc_lk201_key(r->keyboard, 4, true);
    tc_lk201_key(r->keyboard, 4, true); /* is down already */
    tc_lk201_key(r->keyboard, 4, false);
    tc_lk201_key(r->keyboard, 5, false); /* was never down */
    tc_lk201_key(r->keyboard, 0xe1, false);
    assert_said(r, "\xae\xc2\xc2\xb3", 4);
    tc_lk201_key(r->keyboard, 0x48, true); /* an LK201 has no Pause */
    tc_lk201_key(r->keyboard, 231, true);
    tc_lk201_key(r->keyboard, 232, true);
    tc_lk201_key(r->keyboard, ~0u, true);
    tc_lk201_key(r->keyboard, 231, false);
    assert_said(r, "\xb1\xb3", 2);
    rig_free(r);
}

/* A byte takes 2.3 ms; what is not said in time is lost, and nothing else is. */
static void typing_too_fast(void **state)
{
    (void)state;
    struct rig *r = rig_new();
    assert_true(tc_lk201_room(r->keyboard));
    for (unsigned i = 0; i < 100; i++)
        tc_lk201_key(r->keyboard, 4 + i % 26, true);
    assert_false(tc_lk201_room(r->keyboard));
    rig_run(r, 3000000);
    assert_int_equal(r->n, 1);
    rig_run(r, 1000000000);
    assert_int_equal(r->n, 64);
    assert_int_equal(r->said[63], 0xec); /* L */
    assert_true(tc_lk201_room(r->keyboard));
    rig_free(r);
}

static void mouse(void **state)
{
    (void)state;
    struct rig *r = rig_new();
    tc_vsxxx_move(r->mouse, 5, 6);
    assert_said(r, "", 0); /* not asked yet */
    tc_vsxxx_command(r->mouse, 'T');
    assert_said(r, "\xa0\x02\0\0", 4);
    tc_vsxxx_command(r->mouse, 'P');
    assert_said(r, "\x90\x05\x06", 3);
    tc_vsxxx_command(r->mouse, 'R');
    assert_said(r, "", 0);
    tc_vsxxx_move(r->mouse, -3, -4);
    assert_said(r, "\x88\x03\x04", 3);
    tc_vsxxx_button(r->mouse, 1, true);
    assert_said(r, "\x84\0\0", 3);
    tc_vsxxx_button(r->mouse, 3, true);
    tc_vsxxx_button(r->mouse, 1, false);
    tc_vsxxx_move(r->mouse, 200, 0);
    tc_vsxxx_move(r->mouse, 100, 1);
    assert_said(r, "\x85\0\0\x91\x7f\x01\x91\x7f\0\x91\x2e\0", 12);
    tc_vsxxx_command(r->mouse, 'D');
    tc_vsxxx_move(r->mouse, 1, 1);
    tc_vsxxx_button(r->mouse, 7, true);
    assert_said(r, "", 0);
    rig_free(r);
}

/* ---- at random ---- */

static u32 below(u64 *s, u32 n)
{
    *s = *s * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)((*s >> 33) % n);
}

static void step(struct rig *r, u64 *s)
{
    u32 a = below(s, 256), b = below(s, 256);
    switch (below(s, 6)) {
    case 0:
        tc_lk201_command(r->keyboard, (u8)a);
        break;
    case 1:
        tc_lk201_key(r->keyboard, a, b & 1);
        break;
    case 2:
        tc_vsxxx_command(r->mouse, b & 1 ? (u8)a : (u8) "RDPT"[a % 4]);
        break;
    case 3:
        tc_vsxxx_move(r->mouse, (i32)a - 128, ((i32)b - 128) * (a & 1 ? 1 : 100000));
        break;
    case 4:
        tc_vsxxx_button(r->mouse, a % 5, b & 1);
        break;
    default:
        rig_run(r, a * 100000ull);
    }
}

static void load_all(struct rig *to, const struct rig *from)
{
    struct buf b = {0};
    struct error e;
    state_set_save(&from->parts, &b);
    to->clock.now_base = from->clock.now_base;
    if (state_set_load(&to->parts, b.data, b.len, &e))
        fail_msg("%s", e.msg);
    to->n = from->n;
    memcpy(to->said, from->said, sizeof to->said);
    buf_fini(&b);
}

static void assert_same(struct rig *a, struct rig *b)
{
    assert_true(state_set_hash(&a->parts) == state_set_hash(&b->parts));
    assert_true(a->clock.next == b->clock.next);
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->said, b->said, sizeof a->said);
}

static void round_trips(void **state)
{
    (void)state;
    u64 s = seed;
    struct rig *a = rig_new();
    for (unsigned i = 0; i < 100; i++) {
        struct rig *b = rig_new();
        for (unsigned k = 0; k < 100; k++)
            step(a, &s);
        load_all(b, a);
        assert_same(a, b);
        for (unsigned k = 0; k < 100; k++) {
            u64 again = s;
            step(a, &s);
            step(b, &again);
        }
        assert_same(a, b);
        rig_free(b);
    }
    rig_free(a);
}

static void double_reset(void **state)
{
    (void)state;
    u64 s = seed;
    struct rig *r = rig_new();
    u64 fresh = state_set_hash(&r->parts);
    for (unsigned k = 0; k < 1000; k++)
        step(r, &s);
    assert_true(state_set_hash(&r->parts) != fresh);
    for (unsigned i = 0; i < 2; i++) {
        tc_lk201_reset(r->keyboard);
        tc_vsxxx_reset(r->mouse);
        assert_true(state_set_hash(&r->parts) == fresh);
        assert_true(r->clock.next == CLOCK_NEVER);
    }
    rig_free(r);
}

/* Streams with bytes changed are refused, or are a state from which they go on. */
static void hostile_streams(void **state)
{
    (void)state;
    u64 s = seed;
    for (unsigned i = 0; i < 2000; i++) {
        struct rig *r = rig_new();
        struct buf b = {0};
        struct error e;
        for (unsigned k = 0; k < 30; k++)
            step(r, &s);
        const struct state_part *p = &r->parts.parts[i % 2];
        state_save(&b, p->desc, p->instance, p->obj);
        size_t head = 1 + strlen(p->desc->name) + 4 + 2 + 8;
        for (unsigned k = 0; k < 1 + i % 4; k++)
            b.data[head + below(&s, (u32)(b.len - head))] = (u8)below(&s, 256);
        struct buf_reader body = buf_read(b.data + head, b.len - head);
        bool good = !state_load(&body, p->desc, p->desc->version, p->obj, &e);
        for (unsigned k = 0; k < 30 && good; k++)
            step(r, &s);
        buf_fini(&b);
        rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyboard_answers), cmocka_unit_test(keys),
        cmocka_unit_test(typing_too_fast),  cmocka_unit_test(mouse),
        cmocka_unit_test(round_trips),      cmocka_unit_test(double_reset),
        cmocka_unit_test(hostile_streams),
    };
    if (getenv("KUSEG_SEED"))
        seed = strtoull(getenv("KUSEG_SEED"), NULL, 0);
    print_message("# KUSEG_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests_name("tc_hands", tests, NULL, NULL);
}
