/* SPDX-License-Identifier: ISC */
/*
 * Bt431: a cursor of 64 by 64 dots, a bit each. Part of a card, and of its field table. Facts:
 * Brooktree's data book of 1993. The crosshair is kept, and never shown.
 */
#ifndef DEV_TC_BT431_H
#define DEV_TC_BT431_H

#include "io/io.h"
#include "state/state.h"

/* Its pins C0 and C1. */
enum tc_bt431_port {
    TC_BT431_LOW, /* of the address */
    TC_BT431_HIGH,
    TC_BT431_RAM, /* a byte of dots at the address, which moves on */
    TC_BT431_REG, /* a register, likewise */
};

#define TC_BT431_REGS 13u

struct tc_bt431 {
    u16 address;
    u8 reg[TC_BT431_REGS];
    u8 ram[512]; /* the leftmost dot is bit 7 */
};

void tc_bt431_reset(struct tc_bt431 *c); /* no cursor */
u8 tc_bt431_read(struct tc_bt431 *c, enum tc_bt431_port port);
void tc_bt431_write(struct tc_bt431 *c, enum tc_bt431_port port, u8 val);

/* Where the cursor's first dot is, if the registers are left, top when it is at the picture's. */
void tc_bt431_position(const struct tc_bt431 *c, u32 left, u32 top, i32 *x, i32 *y);
/* One of its IO_CURSOR * IO_CURSOR dots, as it is shown. */
bool tc_bt431_dot(const struct tc_bt431 *c, unsigned n);

MUST_CHECK enum err tc_bt431_check(const struct tc_bt431 *c, const char *card, struct error *e);

#define TC_BT431_STATE(strukt, member)                                                             \
    STATE_FIELD(strukt, member.address, U16, 1),                                                   \
        STATE_FIELD(strukt, member.reg, U8, TC_BT431_REGS),                                        \
        STATE_FIELD(strukt, member.ram, U8, 512)

#endif
