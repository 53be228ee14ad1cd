/* SPDX-License-Identifier: ISC */
/*
 * Bt459: 256 colours of 24 bits, and a cursor of 64 by 64 with three colours. Part of a card, and
 * of its field table. Facts: Brooktree's product data book of 1991. Crosshair, overlay, panning and
 * zoom are kept, and never shown.
 */
#ifndef DEV_TC_BT459_H
#define DEV_TC_BT459_H

#include "io/io.h"
#include "state/state.h"

/* Where it is written and read: its pins C0 and C1. */
enum tc_bt459_port {
    TC_BT459_LOW, /* of the address */
    TC_BT459_HIGH,
    TC_BT459_REG,     /* what the address names; it moves on */
    TC_BT459_PALETTE, /* the colour that its low byte names */
};

#define TC_BT459_CONTROLS 15u /* from address 0x200 on */
#define TC_BT459_CURSORS  13u /* from 0x300 on */

struct tc_bt459 {
    u16 address;
    u8 component; /* the next one of a colour: red, green, blue */
    u8 palette[256 * 3];
    u8 overlay[16 * 3];
    u8 cursor_colour[4 * 3]; /* the first one does not exist */
    u8 control[TC_BT459_CONTROLS];
    u8 cursor[TC_BT459_CURSORS];
    u8 ram[1024]; /* two bits a dot */
};

/* As a card's ROM leaves it: shown as it is, the colours grey from black to white, no cursor. */
void tc_bt459_reset(struct tc_bt459 *c);
u8 tc_bt459_read(struct tc_bt459 *c, enum tc_bt459_port port);
void tc_bt459_write(struct tc_bt459 *c, enum tc_bt459_port port, u8 val);

/* Colours and cursor; frame: the number of the one shown, because things may blink. The cursor's
 * registers are left, top when its first dot is at the picture's. */
void tc_bt459_look(const struct tc_bt459 *c, u64 frame, u32 left, u32 top, struct io_pixels *p);

MUST_CHECK enum err tc_bt459_check(const struct tc_bt459 *c, const char *card, struct error *e);

#define TC_BT459_STATE(strukt, member)                                                             \
    STATE_FIELD(strukt, member.address, U16, 1), STATE_FIELD(strukt, member.component, U8, 1),     \
        STATE_FIELD(strukt, member.palette, U8, 256 * 3),                                          \
        STATE_FIELD(strukt, member.overlay, U8, 16 * 3),                                           \
        STATE_FIELD(strukt, member.cursor_colour, U8, 4 * 3),                                      \
        STATE_FIELD(strukt, member.control, U8, TC_BT459_CONTROLS),                                \
        STATE_FIELD(strukt, member.cursor, U8, TC_BT459_CURSORS),                                  \
        STATE_FIELD(strukt, member.ram, U8, 1024)

#endif
