/* SPDX-License-Identifier: ISC */
/*
 * VSXXX-AA, the mouse of a DECstation, on line 1 of its serial interface. Facts: DEC's VCB02
 * manual, as drivers tell it.
 */
#ifndef DEV_TC_VSXXX_H
#define DEV_TC_VSXXX_H

#include "dev/dev.h"
#include "dev/tc_sender.h"

struct tc_vsxxx;

/* line: to the host. Copied. */
struct tc_vsxxx *tc_vsxxx_new(const struct dev_env *env, const struct tc_sender_line *line);
void tc_vsxxx_free(struct tc_vsxxx *m);
void tc_vsxxx_reset(struct tc_vsxxx *m); /* as at power-on, without its self-test's message */
void tc_vsxxx_add_state(struct tc_vsxxx *m, struct state_set *s);

void tc_vsxxx_command(struct tc_vsxxx *m, u8 ch); /* from the host */
void tc_vsxxx_move(struct tc_vsxxx *m, i32 right, i32 down);
void tc_vsxxx_button(struct tc_vsxxx *m, u32 which, bool down); /* 1 left, 2 middle, 3 right */

#endif
