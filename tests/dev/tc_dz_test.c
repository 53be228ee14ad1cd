/* SPDX-License-Identifier: ISC */
#include "tc_cmocka.h"

enum {
    CSR = TC_KN02_DZ,
    RBUF = TC_KN02_DZ + 8,
    LPR = TC_KN02_DZ + 8,
    TCR = TC_KN02_DZ + 16,
    TDR = TC_KN02_DZ + 24,

    CLR = 0x10,
    MSE = 0x20,
    RIE = 0x40,
    RDONE = 0x80,
    TIE = 0x4000,
    TRDY = 0x8000,
    DVAL = 0x8000,
    OERR = 0x4000,
    RXENAB = 0x1000,
    CHAR_NS = 10000,
};

static struct tc_rig *new_rig(void)
{
    struct tc_rig *r = tc_rig_new(0);
    rig_set(r, 4, TC_KN02_CSR, 0x80 << 16);
    rig_set(r, 2, CSR, MSE);
    return r;
}

static void sends(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig();
    assert_int_equal(rig_get(r, 2, CSR), MSE);
    rig_set(r, 2, TCR, 8);
    assert_int_equal(rig_get(r, 2, CSR), TRDY | 3 << 8 | MSE);
    assert_false(r->io);
    rig_set(r, 2, CSR, MSE | TIE);
    assert_true(r->io);
    rig_set(r, 2, TDR, 'a');
    assert_int_equal(r->nout[3], 1);
    assert_int_equal(r->out[3][0], 'a');
    assert_false(r->io);
    assert_int_equal(rig_get(r, 2, CSR) & TRDY, 0);
    tc_rig_run(r, CHAR_NS - RIG_CYCLE);
    assert_false(r->io);
    tc_rig_run(r, RIG_CYCLE);
    assert_true(r->io);
    rig_set(r, 2, TCR, 0);
    assert_false(r->io);
    assert_int_equal(r->stats.console_writes, 1);
    tc_rig_free(r);
}

/* The scanner goes round; what it offers stays until it is taken. */
static void lines_in_turn(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig();
    rig_set(r, 2, TCR, 0xc);
    assert_int_equal(rig_get(r, 2, CSR) >> 8, 0x82);
    tc_rig_run(r, RIG_MS);
    assert_int_equal(rig_get(r, 2, CSR) >> 8, 0x82);
    rig_set(r, 2, TDR, 'm');
    assert_int_equal(rig_get(r, 2, CSR) >> 8, 0x83);
    rig_set(r, 1, TDR, 'c');
    assert_int_equal(rig_get(r, 2, CSR) & TRDY, 0);
    rig_set(r, 2, TDR, 'x');
    assert_int_equal(r->misuses, 1);
    tc_rig_run(r, CHAR_NS);
    assert_int_equal(rig_get(r, 2, CSR) >> 8, 0x82);
    assert_int_equal(r->out[2][0], 'm');
    assert_int_equal(r->out[3][0], 'c');
    assert_int_equal(r->nout[2] + r->nout[3], 2);
    rig_set(r, 2, TCR, 1); /* nothing is connected: sent all the same */
    assert_int_equal(rig_get(r, 2, CSR) >> 8, 0x80);
    rig_set(r, 2, TDR, 'n');
    tc_rig_run(r, CHAR_NS);
    assert_int_equal(rig_get(r, 2, CSR) >> 8, 0x80);
    tc_rig_free(r);
}

static void receives(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig();
    assert_false(tc_dz_input_room(r->dz, 3));
    rig_set(r, 2, LPR, RXENAB | 0x18 | 3);
    assert_true(tc_dz_input_room(r->dz, 3));
    assert_false(tc_dz_input_room(r->dz, 2));
    rig_set(r, 2, LPR, RXENAB | 0x18 | 2);
    tc_dz_input(r->dz, 3, 'x');
    assert_false(r->io);
    assert_int_equal(rig_get(r, 2, CSR), RDONE | MSE);
    rig_set(r, 2, CSR, MSE | RIE);
    assert_true(r->io);
    tc_dz_input(r->dz, 2, 'y');
    assert_int_equal(rig_get(r, 2, RBUF), DVAL | 3 << 8 | 'x');
    assert_true(r->io);
    assert_int_equal(rig_get(r, 2, RBUF), DVAL | 2 << 8 | 'y');
    assert_false(r->io);
    assert_int_equal(rig_get(r, 2, RBUF), 0);
    tc_rig_free(r);
}

static void silo_full(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig();
    rig_set(r, 2, LPR, RXENAB | 3);
    for (unsigned i = 0; i < 64; i++) {
        assert_true(tc_dz_input_room(r->dz, 3));
        tc_dz_input(r->dz, 3, (u8)i);
    }
    assert_false(tc_dz_input_room(r->dz, 3));
    tc_dz_input(r->dz, 3, 0xff);
    assert_int_equal(rig_get(r, 2, RBUF), DVAL | 3 << 8 | 0);
    tc_dz_input(r->dz, 3, 100);
    for (unsigned i = 1; i < 64; i++)
        assert_int_equal(rig_get(r, 2, RBUF), DVAL | 3 << 8 | i);
    assert_int_equal(rig_get(r, 2, RBUF), DVAL | OERR | 3 << 8 | 100);
    tc_rig_free(r);
}

static void loop_back(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig();
    rig_set(r, 2, CSR, MSE | 8);
    rig_set(r, 2, LPR, RXENAB | 2);
    rig_set(r, 2, TCR, 4);
    rig_set(r, 2, TDR, 'z');
    assert_int_equal(rig_get(r, 2, RBUF), 0);
    tc_rig_run(r, CHAR_NS);
    assert_int_equal(rig_get(r, 2, RBUF), DVAL | 2 << 8 | 'z');
    assert_int_equal(r->nout[2], 0);
    tc_rig_free(r);
}

static void cleared(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig();
    rig_set(r, 2, CSR, MSE | RIE | TIE);
    rig_set(r, 2, LPR, RXENAB | 3);
    tc_dz_input(r->dz, 3, 'x');
    rig_set(r, 2, TCR, 8);
    rig_set(r, 2, TDR, 'a');
    assert_true(r->io);
    rig_set(r, 2, CSR, CLR);
    assert_false(r->io);
    assert_int_equal(rig_get(r, 2, CSR), 0);
    assert_int_equal(rig_get(r, 2, TCR), 0);
    rig_set(r, 2, CSR, MSE);
    assert_int_equal(rig_get(r, 2, RBUF), 0);
    assert_true(r->clock.next == CLOCK_NEVER);
    tc_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends),     cmocka_unit_test(lines_in_turn), cmocka_unit_test(receives),
        cmocka_unit_test(silo_full), cmocka_unit_test(loop_back),     cmocka_unit_test(cleared),
    };
    return cmocka_run_group_tests_name("tc_dz", tests, NULL, NULL);
}
