/* SPDX-License-Identifier: ISC */
/*
 * The firmware that a DECstation's kernel finds: a ROM whose entries store their arguments into
 * the registers of a gate, which does the work. Ours; what of the REX PROM's interface there is
 * stands in tc_prom.def and docs/dec5000.md.
 */
#ifndef DEV_TC_PROM_H
#define DEV_TC_PROM_H

#include "dev/dev.h"
#include "mem/mem.h"
#include "state/state.h"

#define TC_PROM_SIZE   0x10000u
#define TC_PROM_MAGIC  0x30464354u /* in a2 when the kernel starts */
#define TC_PROM_VECTOR 0xbfc01000u /* in a3 */

/* Registers of the gate, words. */
enum {
    TC_PROM_ARG = 0x00, /* four: a0 to a3 */
    TC_PROM_SP = 0x10,
    TC_PROM_CALL = 0x14,   /* written: an offset of tc_prom.def; RESULT is there at once */
    TC_PROM_RESULT = 0x18, /* for v0 */
    TC_PROM_ENTRY = 0x1c,  /* written: the ROM was entered at 8 times this */
    TC_PROM_POWER = 0x20,  /* written: off, with this status. No PROM has that; it is for guests
                            * that want to tell how it went */
};

struct tc_prom_host {
    void (*put)(void *ctx, u8 ch);
    void (*power_off)(void *ctx, u32 status);
    void *ctx;
};

struct tc_prom;

/* mem: where guests' pointers lead to, with ram_size bytes from 0. */
struct tc_prom *tc_prom_new(const struct dev_env *env, struct mem *mem, u32 ram_size,
                            const struct tc_prom_host *host);
void tc_prom_free(struct tc_prom *p);
void tc_prom_reset(struct tc_prom *p);
void tc_prom_map(struct tc_prom *p, gpa gate);
void tc_prom_add_state(struct tc_prom *p, struct state_set *s);

/* The ROM's contents. */
void tc_prom_fill(u8 rom[TC_PROM_SIZE]);

#endif
