/* SPDX-License-Identifier: ISC */
#include "tc_cmocka.h"

enum {
    VALID = 0x80000000u,
    CPU = 0x40000000,
    WRITE = 0x20000000,
};

/* An interrupt source that no chip of the rig has: the card's. */
static void raise_card(struct tc_rig *r, bool up)
{
    struct dev_line l = tc_kn02_irq(r->kn02, RIG_SLOT);
    dev_line_set(&l, up);
}

static void interrupts(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    assert_int_equal(rig_get(r, 4, TC_KN02_CSR) & 0xffffff, 0);
    raise_card(r, true);
    assert_int_equal(rig_get(r, 1, TC_KN02_CSR), 2);
    assert_false(r->io);
    rig_set(r, 4, TC_KN02_CSR, 0xffff00ff & ~(2u << 16)); /* all but that one */
    assert_false(r->io);
    assert_int_equal(rig_get(r, 4, TC_KN02_CSR), 0x05fd0002);
    rig_set(r, 1, TC_KN02_CSR + 2, 2);
    assert_true(r->io);
    assert_int_equal(rig_get(r, 2, TC_KN02_CSR + 2), 0x0502);
    raise_card(r, false);
    assert_false(r->io);
    raise_card(r, true);
    assert_true(r->io);
    rig_set(r, 4, TC_KN02_CSR, 0);
    assert_false(r->io);
    tc_rig_free(r);
}

static void kept_bits(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    rig_set(r, 4, TC_KN02_CSR, 0xffffffff);
    assert_int_equal(rig_get(r, 4, TC_KN02_CSR), 0x05ffff00);
    rig_set(r, 2, TC_KN02_CSR, 0x2055); /* LEDs are not read back */
    assert_int_equal(rig_get(r, 4, TC_KN02_CSR), 0x05ff2000);
    assert_int_equal(rig_get(r, 4, TC_KN02_CHKSYN), 0);
    tc_rig_free(r);
}

static void nobody_there(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    u32 slot0 = TC_KN02_SLOTS + 0x3c0000, val;
    assert_int_equal(rig_get(r, 4, TC_KN02_ERRADDR), 0);
    assert_false(tc_rig_read(r, 1, slot0, &val));
    assert_true(r->bus);
    assert_int_equal(rig_get(r, 4, TC_KN02_ERRADDR), VALID | CPU | slot0 >> 2);
    rig_set(r, 4, RIG_RAM + 8, 1); /* lost; the first error stays */
    assert_int_equal(rig_get(r, 4, TC_KN02_ERRADDR), VALID | CPU | slot0 >> 2);
    rig_set(r, 4, TC_KN02_ERRADDR, 0);
    assert_false(r->bus);
    rig_set(r, 4, RIG_RAM + 8, 1);
    assert_true(r->bus);
    assert_int_equal(rig_get(r, 4, TC_KN02_ERRADDR), VALID | CPU | WRITE | (RIG_RAM + 8) >> 2);
    tc_rig_reset(r);
    assert_false(r->bus);
    tc_rig_free(r);
}

static void cards(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    u32 slot = TC_KN02_SLOTS + RIG_SLOT * TC_KN02_SLOT_SIZE, val;
    rig_set(r, 4, slot, 0x12345678);
    assert_int_equal(rig_get(r, 4, slot), 0x12345678);
    assert_false(tc_rig_read(r, 4, slot + 0x1000, &val)); /* the card's own bus error */
    assert_false(r->bus);
    tc_rig_reset(r);
    assert_int_equal(rig_get(r, 4, slot), 0);
    tc_rig_free(r);
}

/* As a kernel looks for a card: the header of its ROM, a byte in each word. */
static void option_rom(void **state)
{
    (void)state;
    static const u8 header[] = {1, 4, 1, 1, 0x55, 0x00, 0xaa, 0xff};
    static const char texts[] = "V1.0    DEC     RIG-CARDTCF0";
    struct tc_rig *r = tc_rig_new(0);
    u32 rom = (u32)tc_kn02_slot(RIG_SLOT) + 0x3c0000;
    for (u32 i = 0; i < sizeof header; i++)
        assert_int_equal(rig_get(r, 4, rom + 0x3e0 + 4 * i), header[i]);
    for (u32 i = 0; i < sizeof texts - 1; i++)
        assert_int_equal(rig_get(r, 4, rom + 0x400 + 4 * i), texts[i]);
    assert_int_equal(rig_get(r, 4, rom + 0x3dc), 0);
    assert_int_equal(rig_get(r, 4, rom + 0x470), 0);
    tc_rig_free(r);
}

static void memory_of_a_card(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    u32 ram = (u32)tc_kn02_slot(RIG_SLOT) + RIG_CARD_RAM, val;
    rig_set(r, 4, ram, 0x04030201);
    rig_set(r, 1, ram + RIG_CARD_RAM_SIZE - 1, 0x99);
    assert_int_equal(rig_get(r, 1, ram + 2), 3);
    assert_non_null(mem_ram_ptr(r->mem, ram, RIG_CARD_RAM_SIZE));
    assert_false(tc_rig_read(r, 4, ram - 4, &val));
    assert_int_equal(rig_get(r, 4, ram + RIG_CARD_RAM_SIZE), 0); /* a register again */
    assert_false(tc_rig_read(r, 4, ram + RIG_CARD_RAM_SIZE + 4, &val));
    tc_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupts),   cmocka_unit_test(kept_bits),
        cmocka_unit_test(nobody_there), cmocka_unit_test(cards),
        cmocka_unit_test(option_rom),   cmocka_unit_test(memory_of_a_card),
    };
    return cmocka_run_group_tests_name("tc_kn02", tests, NULL, NULL);
}
