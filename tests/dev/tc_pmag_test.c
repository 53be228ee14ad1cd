/* SPDX-License-Identifier: ISC */
/*
 * Frame buffers: what the registers of their chips do, as drivers write them; then what both must
 * stand, at random. KUSEG_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tc_pmag_rig.h"

#include "io/io_pixels.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

static const struct tc_pmag_model *const models[] = {&tc_pmag_ba, &tc_pmag_aa};
static u64 seed = 1;

static u32 get(struct tc_pmag_rig *r, unsigned size, u32 off)
{
    u32 val = 0xdeadbeef;
    assert_true(tc_pmag_rig_read(r, size, off, &val));
    return size == 4 ? val : val & ((1u << 8 * size) - 1);
}

static void set(struct tc_pmag_rig *r, unsigned size, u32 off, u32 val)
{
    assert_true(tc_pmag_rig_write(r, size, off, val));
}

/* The colour that is seen at a place. */
static u32 seen(const struct tc_pmag_rig *r, u32 x, u32 y)
{
    struct io_pixels p = tc_pmag_rig_look(r);
    u32 row[1280];
    assert_true(x < p.width && y < p.height);
    io_pixels_row(&p, y, row);
    return row[x];
}

/* ---- both ---- */

static void assert_named(const char *name, const struct tc_pmag_model *model, u32 rom)
{
    static const u8 pattern[] = {0x55, 0x00, 0xaa, 0xff};
    struct tc_pmag_rig *r = tc_pmag_rig_new(model);
    for (u32 i = 0; i < 4; i++)
        assert_int_equal(get(r, 1, rom + 0x3f0 + 4 * i), pattern[i]);
    for (u32 i = 0; i < 8; i++) {
        assert_int_equal(get(r, 1, rom + 0x420 + 4 * i), "DEC     "[i]);
        assert_int_equal(get(r, 1, rom + 0x440 + 4 * i), name[i]);
    }
    tc_pmag_rig_free(r);
}

/* Kernels look at 0x3c0000 first, then at 0. */
static void kernels_know_them_by_their_rom(void **state)
{
    (void)state;
    assert_named("PMAG-BA ", &tc_pmag_ba, 0x3c0000);
    assert_named("PMAG-BA ", &tc_pmag_ba, 0x380000);
    assert_named("PMAG-AA ", &tc_pmag_aa, 0);
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_aa);
    assert_int_equal(get(r, 1, 0x3c03f0), 0); /* its memory */
    tc_pmag_rig_free(r);
    assert_ptr_equal(tc_pmag_find("pmag-aa"), &tc_pmag_aa);
    assert_ptr_equal(tc_pmag_find("pmag-ba"), &tc_pmag_ba);
    assert_null(tc_pmag_find("pmag-ca"));
}

static void pixels_are_memory(void **state)
{
    (void)state;
    static const u32 at[] = {0, 0x200000}, stride[] = {1024, 2048}, width[] = {1024, 1280},
                     height[] = {864, 1024};
    for (unsigned i = 0; i < ARRAY_LEN(models); i++) {
        struct tc_pmag_rig *r = tc_pmag_rig_new(models[i]);
        set(r, 4, at[i] + 3 * stride[i] + 8, 0x04030201);
        set(r, 1, at[i] + 3 * stride[i] + 9, 0x99);
        assert_int_equal(get(r, 2, at[i] + 3 * stride[i] + 8), 0x9901);
        struct io_pixels p = tc_pmag_rig_look(r);
        assert_int_equal(p.width, width[i]);
        assert_int_equal(p.height, height[i]);
        assert_int_equal(p.stride, stride[i]);
        assert_memory_equal(p.byte + 3 * p.stride + 8, "\x01\x99\x03\x04", 4);
        tc_pmag_rig_free(r);
    }
}

/* ---- PMAG-BA ---- */

#define DAC 0x200000u

static void dac_at(struct tc_pmag_rig *r, u32 address)
{
    set(r, 1, DAC, address & 0xff);
    set(r, 4, DAC + 4, address >> 8);
}

static void dac_put(struct tc_pmag_rig *r, u32 address, u8 val)
{
    dac_at(r, address);
    set(r, 1, DAC + 8, val);
}

static void colours(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_ba);
    u8 *ram = tc_pmag_rig_ram(r);
    ram[5] = 0x80;
    assert_int_equal(seen(r, 5, 0), 0x808080); /* before anybody set a colour */
    dac_at(r, 0x80);
    for (u32 i = 1; i <= 6; i++)
        set(r, 1, DAC + 12, i * 0x11); /* two colours: the address moves on */
    ram[6] = 0x81;
    assert_int_equal(seen(r, 5, 0), 0x112233);
    assert_int_equal(seen(r, 6, 0), 0x445566);
    dac_at(r, 0x81);
    assert_int_equal(get(r, 1, DAC + 12), 0x44);
    dac_at(r, 0x81); /* begins with red again */
    assert_int_equal(get(r, 1, DAC + 12), 0x44);
    assert_int_equal(get(r, 4, DAC + 12), 0x55);
    assert_int_equal(get(r, 1, DAC + 12), 0x66);
    assert_int_equal(get(r, 1, DAC), 0x82);
    dac_put(r, 0x204, 0x0f); /* read mask */
    assert_int_equal(seen(r, 5, 0), 0);
    assert_int_equal(seen(r, 6, 0), 0x010101);
    tc_pmag_rig_free(r);
}

static void dac_registers(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_ba);
    dac_at(r, 0x200);
    assert_int_equal(get(r, 1, DAC + 8), 0x4a); /* what chip it is */
    assert_int_equal(get(r, 1, DAC), 1);
    assert_int_equal(get(r, 1, DAC + 4), 2);
    assert_int_equal(get(r, 1, DAC + 8), 0x40); /* four pixels at a time */
    dac_put(r, 0x200, 0x33);
    dac_at(r, 0x200);
    assert_int_equal(get(r, 1, DAC + 8), 0x4a);
    dac_put(r, 0x205, 0x55); /* not there */
    dac_at(r, 0x205);
    assert_int_equal(get(r, 1, DAC + 8), 0);
    dac_put(r, 0x301, 0xff);
    set(r, 1, DAC + 8, 0xff); /* 0x302 has four bits */
    dac_at(r, 0x301);
    assert_int_equal(get(r, 1, DAC + 8), 0xff);
    assert_int_equal(get(r, 1, DAC + 8), 0x0f);
    dac_at(r, 0x7ff);
    set(r, 1, DAC + 8, 0xe4);
    assert_int_equal(get(r, 1, DAC + 4), 8);
    dac_at(r, 0x7ff);
    assert_int_equal(get(r, 1, DAC + 8), 0xe4);
    dac_put(r, 0xfff, 1);
    assert_int_equal(get(r, 2, DAC), 0);
    dac_at(r, 0x101); /* overlay colours count by three */
    for (u32 i = 1; i <= 3; i++)
        set(r, 1, DAC + 8, i);
    assert_int_equal(get(r, 1, DAC), 2);
    dac_at(r, 0x101);
    assert_int_equal(get(r, 1, DAC + 8), 1);
    set(r, 1, DAC + 9, 0x99); /* another lane */
    assert_int_equal(get(r, 1, DAC + 9), 0);
    assert_int_equal(get(r, 1, DAC + 8), 2);
    tc_pmag_rig_free(r);
}

/* As NetBSD's driver does it: colour 2 for the mask, 3 for the image, moved by 220 and 35. */
static void cursor_on(struct tc_pmag_rig *r, u32 x, u32 y)
{
    dac_at(r, 0x182);
    for (u32 i = 0; i < 6; i++)
        set(r, 1, DAC + 8, i < 3 ? 0x20 : 0xe0);
    dac_put(r, 0x400, 0xec); /* dots 3 2 3 0 */
    dac_put(r, 0x7ff, 0x01); /* the last one: 1 */
    dac_put(r, 0x300, 0xc0);
    dac_put(r, 0x301, (u8)(x + 220));
    set(r, 1, DAC + 8, (x + 220) >> 8 & 0xff);
    set(r, 1, DAC + 8, (y + 35) & 0xff);
    set(r, 1, DAC + 8, (y + 35) >> 8 & 0xff);
}

static void cursor(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_ba);
    memset(tc_pmag_rig_ram(r), 0x77, 0x100000);
    cursor_on(r, 300, 200);
    assert_int_equal(seen(r, 299, 200), 0x777777);
    assert_int_equal(seen(r, 300, 200), 0xe0e0e0);
    assert_int_equal(seen(r, 301, 200), 0x202020);
    assert_int_equal(seen(r, 302, 200), 0xe0e0e0);
    assert_int_equal(seen(r, 303, 200), 0x777777);
    assert_int_equal(seen(r, 300, 199), 0x777777);
    assert_int_equal(seen(r, 363, 263), 0); /* colour 1 */
    dac_put(r, 0x203, 0x02);                /* X's way: 1 is transparent */
    assert_int_equal(seen(r, 363, 263), 0x777777);
    dac_put(r, 0x300, 0x40); /* plane 0 only */
    assert_int_equal(seen(r, 301, 200), 0x777777);
    dac_put(r, 0x300, 0);
    assert_int_equal(seen(r, 300, 200), 0x777777);
    cursor_on(r, 1024 - 64, 864 - 64);
    dac_put(r, 0x203, 0);
    assert_int_equal(seen(r, 1023, 863), 0);
    cursor_on(r, (u32)-2, (u32)-35); /* partly outside */
    assert_int_equal(seen(r, 0, 0), 0x777777);
    cursor_on(r, (u32)-2, 0);
    assert_int_equal(seen(r, 0, 0), 0xe0e0e0);
    assert_int_equal(seen(r, 1, 0), 0x777777);
    tc_pmag_rig_free(r);
}

/* 16 pictures on, 48 off; then as long on as off. */
static void blinking(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_ba);
    tc_pmag_rig_ram(r)[0] = 0xff;
    dac_put(r, 0x206, 0x0f);
    cursor_on(r, 20, 20);
    dac_put(r, 0x300, 0xc1);
    assert_int_equal(seen(r, 0, 0), 0xffffff);
    assert_int_equal(seen(r, 20, 20), 0xe0e0e0);
    tc_pmag_rig_run(r, 16 * 16889000ull + 1000);
    assert_int_equal(seen(r, 0, 0), 0xf0f0f0);
    assert_int_equal(seen(r, 20, 20), 0);
    tc_pmag_rig_run(r, 16 * 16889000ull);
    assert_int_equal(seen(r, 0, 0), 0xf0f0f0);
    dac_put(r, 0x201, 0x44);
    assert_int_equal(seen(r, 0, 0), 0xffffff);
    tc_pmag_rig_free(r);
}

static void retrace_of_the_ba(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_ba);
    assert_true(r->io);
    assert_true(r->clock.next == CLOCK_NEVER); /* nobody is kept awake for it */
    set(r, 4, 0x300000, 0);
    assert_false(r->io);
    tc_pmag_rig_run(r, 16 * RIG_MS);
    assert_false(r->io);
    tc_pmag_rig_run(r, RIG_MS);
    assert_true(r->io);
    assert_true(r->clock.next == CLOCK_NEVER);
    set(r, 1, 0x300000, 1);
    assert_false(r->io);
    tc_pmag_rig_run(r, 17 * RIG_MS);
    assert_true(r->io);
    tc_pmag_rig_free(r);
}

/* ---- PMAG-AA ---- */

enum {
    IRQ = 0x080000,
    LUT = 0x100000,
    CURSORS = 0x180000,
};

static void grey(struct tc_pmag_rig *r, u8 colour, u8 level)
{
    set(r, 1, LUT, colour);
    set(r, 1, LUT + 4, 0);
    set(r, 1, LUT + 4, level);
    set(r, 1, LUT + 4, 0);
}

static void bit_0_of_a_pixel(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_aa);
    u8 *ram = tc_pmag_rig_ram(r);
    ram[2048 + 1279] = 0x01;
    ram[2048 + 1278] = 0xfe;
    assert_int_equal(seen(r, 1279, 1), 0xffffff);
    assert_int_equal(seen(r, 1278, 1), 0);
    grey(r, 0, 0x13); /* four bits; and on to colour 1 */
    for (u32 i = 0; i < 3; i++)
        set(r, 4, LUT + 4, 0xc);
    assert_int_equal(seen(r, 1278, 1), 0x333333);
    assert_int_equal(seen(r, 1279, 1), 0xcccccc);
    set(r, 1, LUT, 15);
    set(r, 1, LUT + 4, 1);
    set(r, 1, LUT + 8, 0); /* begin again */
    for (u32 i = 0; i < 6; i++)
        set(r, 1, LUT + 4, i + 1);
    set(r, 1, LUT, 15);
    assert_int_equal(get(r, 1, LUT + 4), 1);
    assert_int_equal(get(r, 1, LUT + 4), 2);
    assert_int_equal(get(r, 1, LUT + 4), 3);
    assert_int_equal(get(r, 1, LUT), 0); /* colour 0 follows 15 */
    assert_int_equal(get(r, 1, LUT + 4), 4);
    tc_pmag_rig_free(r);
}

static void cursors_at(struct tc_pmag_rig *r, u32 address)
{
    set(r, 2, CURSORS, (address & 0xff) * 0x101);
    set(r, 2, CURSORS + 4, (address >> 8) * 0x101);
}

/* As Linux's driver does it: mask in the high byte, image in the low, moved by 360 and 36. */
static void two_cursors(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_aa);
    tc_pmag_rig_ram(r)[2048 * 50 + 102] = 1;
    grey(r, 8, 4);
    grey(r, 9, 8);
    set(r, 1, LUT + 12, 0);
    set(r, 1, LUT + 12, 12);
    set(r, 1, LUT + 12, 0);
    cursors_at(r, 0);
    set(r, 2, CURSORS + 12, 0x5454);
    static const u8 position[] = {100 + 360 - 256, 1, 50 + 36, 0};
    for (u32 i = 0; i < 4; i++)
        set(r, 2, CURSORS + 12, position[i] * 0x101u);
    cursors_at(r, 0);
    set(r, 2, CURSORS + 8, 0xe040); /* mask of three dots, image of the second */
    cursors_at(r, 511);
    set(r, 2, CURSORS + 8, 0x0100);
    assert_int_equal(seen(r, 99, 50), 0);
    assert_int_equal(seen(r, 100, 50), 0x444444);
    assert_int_equal(seen(r, 101, 50), 0xcccccc);
    assert_int_equal(seen(r, 102, 50), 0x888888); /* on a white pixel */
    assert_int_equal(seen(r, 103, 50), 0);
    assert_int_equal(seen(r, 163, 113), 0x444444);
    cursors_at(r, 0);
    set(r, 2, CURSORS + 12, 0x0404);
    assert_int_equal(seen(r, 100, 50), 0);
    cursors_at(r, 0);
    set(r, 1, CURSORS + 12, 0x44); /* one of them */
    assert_int_equal(seen(r, 100, 50), 0);
    assert_int_equal(seen(r, 101, 50), 0xcccccc);
    assert_int_equal(get(r, 2, CURSORS), 0x0001); /* they have addresses of their own */
    cursors_at(r, 0);
    assert_int_equal(get(r, 4, CURSORS + 12), 0x0444);
    cursors_at(r, 2);
    assert_int_equal(get(r, 2, CURSORS + 12), 0x0101);
    cursors_at(r, 0x1ff);
    assert_int_equal(get(r, 2, CURSORS + 8), 0x0100);
    assert_int_equal(get(r, 2, CURSORS), 0);
    tc_pmag_rig_free(r);
}

static void retrace_of_the_aa(void **state)
{
    (void)state;
    struct tc_pmag_rig *r = tc_pmag_rig_new(&tc_pmag_aa);
    tc_pmag_rig_run(r, 100 * RIG_MS);
    assert_false(r->io);
    set(r, 1, IRQ, 1);
    tc_pmag_rig_run(r, 14 * RIG_MS);
    assert_true(r->io);
    assert_true(r->clock.next == CLOCK_NEVER);
    assert_int_equal(get(r, 1, IRQ), 1);
    assert_false(r->io);
    assert_int_equal(get(r, 1, IRQ), 0);
    tc_pmag_rig_run(r, 14 * RIG_MS);
    assert_true(r->io);
    set(r, 1, IRQ, 0);
    assert_false(r->io);
    assert_int_equal(get(r, 1, IRQ), 1);
    assert_true(r->clock.next == CLOCK_NEVER);
    tc_pmag_rig_free(r);
}

/* ---- at random ---- */

static u32 below(u64 *s, u32 n)
{
    *s = *s * 6364136223846793005ull + 1442695040888963407ull;
    return (u32)((*s >> 33) % n);
}

static u32 address(u64 *s)
{
    static const u32 bases[] = {DAC, DAC, LUT, CURSORS, CURSORS, IRQ, 0x300000, 0x3c0400, 0x200100};
    if (!below(s, 20))
        return below(s, TC_SLOT_SIZE);
    return bases[below(s, ARRAY_LEN(bases))] + below(s, 16);
}

/* One access or one moment; *val is what was read. */
static void step(struct tc_pmag_rig *r, u64 *s, u32 *val)
{
    unsigned size = 1u << below(s, 3);
    u32 kind = below(s, 8), off = address(s) / size * size;
    u32 v = below(s, 2) ? below(s, 16) : below(s, 0x7fffffff) * 2;
    *val = 0;
    if (kind == 0)
        tc_pmag_rig_run(r, below(s, 30000000));
    else if (kind < 3)
        assert_true(tc_pmag_rig_read(r, size, off, val));
    else
        assert_true(tc_pmag_rig_write(r, size, off, v));
}

static u64 picture_hash(const struct tc_pmag_rig *r)
{
    struct io_pixels p = tc_pmag_rig_look(r);
    u32 row[1280];
    u64 hash = 0;
    for (u32 y = 0; y < p.height; y++) {
        io_pixels_row(&p, y, row);
        hash = state_hash_bytes(hash, row, p.width * sizeof row[0]);
    }
    return hash;
}

static void assert_same(struct tc_pmag_rig *a, struct tc_pmag_rig *b)
{
    assert_true(state_set_hash(&a->parts) == state_set_hash(&b->parts));
    assert_true(a->clock.next == b->clock.next);
    assert_int_equal(a->io, b->io);
    assert_true(picture_hash(a) == picture_hash(b));
}

static void load_all(struct tc_pmag_rig *to, struct tc_pmag_rig *from)
{
    struct buf b = {0};
    struct error e;
    state_set_save(&from->parts, &b);
    to->clock.now_base = from->clock.now_base;
    memcpy(tc_pmag_rig_ram(to), tc_pmag_rig_ram(from), from->model->cls->ram_size);
    if (state_set_load(&to->parts, b.data, b.len, &e))
        fail_msg("%s", e.msg);
    buf_fini(&b);
}

/* Two at once, and the second one always begins anew from the first one's state. */
static void round_trips(void **state)
{
    (void)state;
    u64 s = seed;
    for (unsigned i = 0; i < 20; i++) {
        struct tc_pmag_rig *a = tc_pmag_rig_new(models[i % 2]);
        struct tc_pmag_rig *b = tc_pmag_rig_new(models[i % 2]);
        u32 va, vb;
        for (unsigned k = 0; k < 500; k++)
            step(a, &s, &va);
        load_all(b, a);
        assert_same(a, b);
        for (unsigned k = 0; k < 500; k++) {
            u64 again = s;
            step(a, &s, &va);
            step(b, &again, &vb);
            assert_int_equal(va, vb);
        }
        assert_same(a, b);
        tc_pmag_rig_free(a);
        tc_pmag_rig_free(b);
    }
}

static void double_reset(void **state)
{
    (void)state;
    u64 s = seed;
    u32 v;
    for (unsigned i = 0; i < ARRAY_LEN(models); i++) {
        struct tc_pmag_rig *r = tc_pmag_rig_new(models[i]);
        for (unsigned k = 0; k < 1000; k++)
            step(r, &s, &v);
        tc_kn02_reset(r->kn02);
        u64 once = state_set_hash(&r->parts);
        assert_false(r->io);
        assert_true(r->clock.next == CLOCK_NEVER);
        tc_kn02_reset(r->kn02);
        assert_true(state_set_hash(&r->parts) == once);
        tc_pmag_rig_free(r);
    }
}

/* Streams with bytes changed are refused, or are a state from which the card goes on. */
static void hostile_streams(void **state)
{
    (void)state;
    u64 s = seed;
    u32 v;
    for (unsigned i = 0; i < 300; i++) {
        struct tc_pmag_rig *r = tc_pmag_rig_new(models[i % 2]);
        struct buf b = {0};
        struct error e;
        for (unsigned k = 0; k < 50; k++)
            step(r, &s, &v);
        const struct state_part *p = &r->parts.parts[1];
        assert_ptr_equal(p->obj, r->card);
        state_save(&b, p->desc, p->instance, p->obj);
        size_t head = 1 + strlen(p->desc->name) + 4 + 2 + 8;
        for (unsigned k = 0; k < 1 + i % 4; k++)
            b.data[head + below(&s, below(&s, 2) ? 64 : (u32)(b.len - head))] = (u8)below(&s, 256);
        struct buf_reader body = buf_read(b.data + head, b.len - head);
        bool good = !state_load(&body, p->desc, p->desc->version, p->obj, &e);
        for (unsigned k = 0; k < 100 && good; k++)
            step(r, &s, &v);
        (void)picture_hash(r);
        buf_fini(&b);
        tc_pmag_rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_know_them_by_their_rom),
        cmocka_unit_test(pixels_are_memory),
        cmocka_unit_test(colours),
        cmocka_unit_test(dac_registers),
        cmocka_unit_test(cursor),
        cmocka_unit_test(blinking),
        cmocka_unit_test(retrace_of_the_ba),
        cmocka_unit_test(bit_0_of_a_pixel),
        cmocka_unit_test(two_cursors),
        cmocka_unit_test(retrace_of_the_aa),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(double_reset),
        cmocka_unit_test(hostile_streams),
    };
    if (getenv("KUSEG_SEED"))
        seed = strtoull(getenv("KUSEG_SEED"), NULL, 0);
    print_message("# KUSEG_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests_name("tc_pmag", tests, NULL, NULL);
}
