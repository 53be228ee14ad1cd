/* SPDX-License-Identifier: ISC */
/*
 * DS1287 real time clock: calendar, alarm, periodic interrupt, 50 bytes of memory with a battery.
 * Registers are bytes, 4 apart, as DECstations wire it. Facts: the DS1287's data sheet.
 */
#ifndef DEV_TC_DS1287_H
#define DEV_TC_DS1287_H

#include "dev/dev.h"
#include "mem/mem.h"
#include "state/state.h"

#define TC_DS1287_RAM 50u

struct tc_ds1287;

/* epoch_ns: the time at cycle 0, since 1970. The chip is set as a DECstation's PROM leaves it: the
 * year register is 72 or 73, and byte 0x3f says how many years later it is. */
struct tc_ds1287 *tc_ds1287_new(const struct dev_env *env, struct dev_line line, u64 epoch_ns);
/* Its memory; and what that holds at power-on, but for the years' byte, which goes with the clock.
 */
const u8 *tc_ds1287_memory(const struct tc_ds1287 *r);
void tc_ds1287_set_memory(struct tc_ds1287 *r, const u8 memory[TC_DS1287_RAM]);
void tc_ds1287_free(struct tc_ds1287 *r);
void tc_ds1287_reset(struct tc_ds1287 *r); /* of the bus: time and memory go on */
void tc_ds1287_map(struct tc_ds1287 *r, struct mem *m, gpa base);
void tc_ds1287_add_state(struct tc_ds1287 *r, struct state_set *s);

#endif
