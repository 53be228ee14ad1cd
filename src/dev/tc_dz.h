/* SPDX-License-Identifier: ISC */
/*
 * DC7085, the DZ11-like serial interface of DECstations: four lines, one silo of 64 characters for
 * what comes in, one register for what goes out. Facts: the DC7085 specification.
 */
#ifndef DEV_TC_DZ_H
#define DEV_TC_DZ_H

#include "dev/dev.h"
#include "io/io.h"
#include "mem/mem.h"
#include "state/state.h"

#define TC_DZ_LINES   4u
#define TC_DZ_CONSOLE 3u /* the line that a DECstation without a keyboard has its console on */

struct tc_dz;

/* Consoles are copied; where `put` is NULL nothing is connected. */
struct tc_dz *tc_dz_new(const struct dev_env *env, struct dev_line line,
                        const struct io_console console[TC_DZ_LINES]);
void tc_dz_free(struct tc_dz *z);
void tc_dz_reset(struct tc_dz *z);
void tc_dz_map(struct tc_dz *z, struct mem *m, gpa base);
void tc_dz_add_state(struct tc_dz *z, struct state_set *s);

/* By the machine's intake: a character came in on a line. Without room it is lost, and that is
 * told with the next one. Room: the line's receiver is on, and the silo is not full. */
void tc_dz_input(struct tc_dz *z, unsigned line, u8 ch);
bool tc_dz_input_room(const struct tc_dz *z, unsigned line);

#endif
