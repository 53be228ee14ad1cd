/* SPDX-License-Identifier: ISC */
/* The gate as the ROM's code drives it. That the code does so is shown by kernels that boot. */
#include "tc_cmocka.h"

#include "lib/bits.h"

#include <string.h>

#define GATE TC_KN02_GATE

static u32 call(struct tc_rig *r, u32 offset, u32 a0, u32 a1, u32 a2, u32 a3)
{
    const u32 args[] = {a0, a1, a2, a3};
    for (unsigned i = 0; i < 4; i++)
        rig_set(r, 4, GATE + 4 * i, args[i]);
    rig_set(r, 4, GATE + TC_PROM_CALL, offset);
    return rig_get(r, 4, GATE + TC_PROM_RESULT);
}

static u32 text(struct tc_rig *r, u32 at, const char *s)
{
    memcpy(mem_ram_ptr(r->mem, at, strlen(s) + 1), s, strlen(s) + 1);
    return 0x80000000u + at;
}

static void assert_printed(struct tc_rig *r, const char *s)
{
    assert_int_equal(r->nprinted, strlen(s));
    assert_memory_equal(r->printed, s, strlen(s));
    r->nprinted = 0;
}

static void prints(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    u32 format = text(r, 0x100, "%s"), hello = text(r, 0x200, "hello\n");
    assert_int_equal(call(r, 0x30, format, hello, 0, 0), 6);
    assert_printed(r, "hello\n");
    for (unsigned i = 0; i < 3; i++)
        store_le32(mem_ram_ptr(r->mem, 0x310 + 4 * i, 4), 0x10 + i); /* the fifth and on */
    rig_set(r, 4, GATE + TC_PROM_SP, 0xa0000300u);
    text(r, 0x100, "%c%%%d %u|%08x|%4x %o %X %lx");
    call(r, 0x30, format, 'c', (u32)-5, 7);
    assert_printed(r, "c%-5 7|00000010|  11 22 0 0");
    call(r, 0x2c, hello, 0, 0, 0);
    assert_printed(r, "hello\n");
    tc_rig_free(r);
}

/* Texts that do not end, pointers to nothing, formats that end in the middle. */
static void hostile_texts(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    static const u32 nowhere[] = {0, 0x7fffffff, 0x80100000u, 0xbfd80000u, 0xc0000000u, ~0u};
    memset(mem_ram_ptr(r->mem, 0x1000, 0x8000), 'x', 0x8000);
    assert_int_equal(call(r, 0x30, 0x80001000u, 0, 0, 0), 4096);
    assert_int_equal(r->nprinted, 4096);
    r->nprinted = 0;
    memset(mem_ram_ptr(r->mem, RIG_RAM - 8, 8), 'y', 8);
    assert_int_equal(call(r, 0x30, 0x80000000u + RIG_RAM - 8, 0, 0, 0), 8);
    r->nprinted = 0;
    u32 format = text(r, 0x100, "%s%");
    for (unsigned i = 0; i < ARRAY_LEN(nowhere); i++) {
        assert_int_equal(call(r, 0x30, nowhere[i], nowhere[i], 0, 0), 0);
        assert_int_equal(call(r, 0x30, format, nowhere[i], 0, 0), 0);
        assert_int_equal(call(r, 0x84, nowhere[i], 0, 0, 0), 0);
        assert_int_equal(call(r, 0x64, nowhere[i], 0, 0, 0), 0);
    }
    text(r, 0x100, "%9999999999d%-");
    call(r, 0x30, format, 1, 0, 0);
    assert_true(r->nprinted < 100);
    assert_false(r->bus);
    assert_int_equal(r->misuses, 0);
    tc_rig_free(r);
}

static void tells(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    assert_int_equal(call(r, 0x80, 0, 0, 0, 0) >> 16 & 0xff, 2); /* KN02 */
    u32 info = call(r, 0xa4, 0, 0, 0, 0) - 0xa0000000u;
    assert_int_equal(rig_get(r, 4, info + 4), 40); /* ns */
    assert_int_equal(rig_get(r, 4, info + 8), 4);  /* MB a slot */
    assert_int_equal(call(r, 0x6c, 0, 0, 0, 0), 0xbe000000u);
    assert_int_equal(call(r, 0x6c, 6, 0, 0, 0), 0xbf800000u);
    u32 value = call(r, 0x64, text(r, 0x100, "console"), 0, 0, 0) - 0xa0000000u;
    assert_string_equal((const char *)mem_ram_ptr(r->mem, value, 2), "s");
    assert_int_equal(call(r, 0x64, text(r, 0x100, "consol"), 0, 0, 0), 0);
    assert_int_equal(call(r, 0x64, text(r, 0x100, "consoles"), 0, 0, 0), 0);
    assert_int_equal(call(r, 0x7c, 0, 0, 0, 0), 0);
    assert_int_equal(r->misuses, 0);
    assert_int_equal(call(r, 0x00, 0, 0, 0, 0), ~0u);
    assert_int_equal(call(r, ~0u, 0, 0, 0, 0), ~0u);
    assert_int_equal(r->misuses, 2);
    assert_int_equal(r->wrongs, 0);
    tc_rig_free(r);
}

static void bitmap(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    assert_int_equal(call(r, 0x84, 0x80028000u, 0, 0, 0), RIG_RAM / 4096 / 8);
    assert_int_equal(rig_get(r, 4, 0x28000), 4096);
    for (u32 i = 0; i < RIG_RAM / 4096 / 8; i++)
        assert_int_equal(rig_get(r, 1, 0x28004 + i), 0xff);
    assert_int_equal(rig_get(r, 1, 0x28004 + RIG_RAM / 4096 / 8), 0);
    assert_int_equal(call(r, 0x84, 0x80000000u + RIG_RAM - 8, 0, 0, 0), 4);
    tc_rig_free(r);
}

static void power(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    call(r, 0x9c, 0, 0, 0, 0);
    assert_true(r->off);
    assert_int_equal(r->off_status, 0);
    rig_set(r, 4, GATE + TC_PROM_POWER, 7);
    assert_int_equal(r->off_status, 7);
    rig_set(r, 4, GATE + TC_PROM_ENTRY, 0);
    assert_int_equal(r->off_status, 0);
    assert_int_equal(r->wrongs, 0);
    rig_set(r, 4, GATE + TC_PROM_ENTRY, 0x180 / 8); /* an exception */
    assert_int_equal(r->wrongs, 1);
    rig_set(r, 4, GATE + TC_PROM_ENTRY, 17); /* printf of a KN01's PROM */
    assert_int_equal(r->wrongs, 2);
    tc_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints), cmocka_unit_test(hostile_texts), cmocka_unit_test(tells),
        cmocka_unit_test(bitmap), cmocka_unit_test(power),
    };
    return cmocka_run_group_tests_name("tc_prom", tests, NULL, NULL);
}
