/* SPDX-License-Identifier: ISC */
/*
 * Bt455: 16 colours and an overlay colour, 4 bits a component. Part of a card, and of its field
 * table. Facts: as the kernels' drivers for it tell them.
 */
#ifndef DEV_TC_BT455_H
#define DEV_TC_BT455_H

#include "lib/types.h"
#include "state/state.h"

/* Its pins C0 and C1. */
enum tc_bt455_port {
    TC_BT455_ADDRESS,
    TC_BT455_PALETTE, /* a component of the colour at the address */
    TC_BT455_CLEAR,   /* written: the next component is the first */
    TC_BT455_OVERLAY, /* a component of the overlay colour */
};

struct tc_bt455 {
    u8 address;
    u8 component; /* the next one: red, green, blue */
    u8 palette[16 * 3];
    u8 overlay[3];
};

/* As a card's ROM leaves it: colour 0 is black, the others white. */
void tc_bt455_reset(struct tc_bt455 *c);
u8 tc_bt455_read(struct tc_bt455 *c, enum tc_bt455_port port);
void tc_bt455_write(struct tc_bt455 *c, enum tc_bt455_port port, u8 val);

/* 0xrrggbb on a monochrome display, which is connected to green. */
u32 tc_bt455_grey(const struct tc_bt455 *c, unsigned colour);
u32 tc_bt455_overlay(const struct tc_bt455 *c);

MUST_CHECK enum err tc_bt455_check(const struct tc_bt455 *c, const char *card, struct error *e);

#define TC_BT455_STATE(strukt, member)                                                             \
    STATE_FIELD(strukt, member.address, U8, 1), STATE_FIELD(strukt, member.component, U8, 1),      \
        STATE_FIELD(strukt, member.palette, U8, 16 * 3),                                           \
        STATE_FIELD(strukt, member.overlay, U8, 3)

#endif
