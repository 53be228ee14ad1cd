/* SPDX-License-Identifier: ISC */
/*
 * LK201, the keyboard of a DECstation, on line 0 of its serial interface. What repeats a key is
 * left to the kernel: none by itself. Lamps, bell and clicks are taken, and nobody sees or hears
 * them. Facts: the LK201's description in DEC's VT220 and VCB02 manuals, as drivers tell it.
 */
#ifndef DEV_TC_LK201_H
#define DEV_TC_LK201_H

#include "dev/dev.h"
#include "dev/tc_sender.h"

struct tc_lk201;

/* line: to the host. Copied. */
struct tc_lk201 *tc_lk201_new(const struct dev_env *env, const struct tc_sender_line *line);
void tc_lk201_free(struct tc_lk201 *k);
void tc_lk201_reset(struct tc_lk201 *k); /* as at power-on, without its self-test's message */
void tc_lk201_add_state(struct tc_lk201 *k, struct state_set *s);

void tc_lk201_command(struct tc_lk201 *k, u8 ch); /* from the host */
/* A key, by USB's number (HID usage page 7), went down or up. */
void tc_lk201_key(struct tc_lk201 *k, u32 usage, bool down);
bool tc_lk201_room(const struct tc_lk201 *k); /* nothing said now would be lost */

#endif
