/* SPDX-License-Identifier: ISC */
/*
 * One address of 9 bits for both kinds of contents: of registers its low four bits count.
 * Registers: the command, x, y (low, high), and the crosshair's window.
 */
#include "dev/tc_bt431.h"
#include "dev/tc_int.h"

enum {
    TC_BT431_MASK = 0x1ff,
    TC_BT431_COMMAND = 0,
    TC_BT431_X = 1,
    TC_BT431_Y = 3,

    TC_BT431_SHOWN = 0x40,
    TC_BT431_4TO1 = 0x04,
    TC_BT431_COMMAND_BITS = 0x7f,
};

void tc_bt431_reset(struct tc_bt431 *c)
{
    *c = (struct tc_bt431){.reg = {[TC_BT431_COMMAND] = TC_BT431_4TO1}};
}

/* NULL: not there. Moves on. */
static u8 *tc_bt431_at(struct tc_bt431 *c, enum tc_bt431_port port, unsigned *n)
{
    u8 *at = NULL;
    *n = c->address & 0xf;
    if (port == TC_BT431_RAM)
        at = c->ram + c->address;
    else if (*n < TC_BT431_REGS)
        at = c->reg + *n;
    c->address = (u16)((c->address + 1) & TC_BT431_MASK);
    return at;
}

u8 tc_bt431_read(struct tc_bt431 *c, enum tc_bt431_port port)
{
    unsigned n;
    if (port == TC_BT431_LOW || port == TC_BT431_HIGH)
        return (u8)(port == TC_BT431_LOW ? c->address : c->address >> 8);
    const u8 *at = tc_bt431_at(c, port, &n);
    return at ? *at : 0;
}

/* The high bytes of positions have four bits. */
static u8 tc_bt431_bits(enum tc_bt431_port port, unsigned n)
{
    if (port == TC_BT431_RAM)
        return 0xff;
    return n == TC_BT431_COMMAND ? TC_BT431_COMMAND_BITS : n & 1 ? 0xff : 0x0f;
}

void tc_bt431_write(struct tc_bt431 *c, enum tc_bt431_port port, u8 val)
{
    unsigned n;
    if (port == TC_BT431_LOW) {
        c->address = (u16)((c->address & 0x100) | val);
        return;
    }
    if (port == TC_BT431_HIGH) {
        c->address = (u16)((val << 8 & 0x100) | (c->address & 0xff));
        return;
    }
    u8 *at = tc_bt431_at(c, port, &n);
    if (at)
        *at = val & tc_bt431_bits(port, n);
}

/* ---- what is seen ---- */

void tc_bt431_position(const struct tc_bt431 *c, u32 left, u32 top, i32 *x, i32 *y)
{
    *x = tc_position(c->reg + TC_BT431_X, left);
    *y = tc_position(c->reg + TC_BT431_Y, top);
}

bool tc_bt431_dot(const struct tc_bt431 *c, unsigned n)
{
    return c->reg[TC_BT431_COMMAND] & TC_BT431_SHOWN && c->ram[n / 8] >> (7 - n % 8) & 1;
}

enum err tc_bt431_check(const struct tc_bt431 *c, const char *card, struct error *e)
{
    bool good = c->address <= TC_BT431_MASK && c->reg[TC_BT431_COMMAND] <= TC_BT431_COMMAND_BITS;
    for (unsigned i = 2; i < TC_BT431_REGS; i += 2)
        good &= c->reg[i] < 16;
    return good ? ERR_OK : err_set(e, ERR_FORMAT, "%s: Bt431: registers that cannot be so", card);
}
