/* SPDX-License-Identifier: ISC */
/*
 * Cards for the TURBOchannel, and the option ROM by which a kernel knows one: 8 bits wide, a byte
 * in the lowest lane of each word. Its header is that of the TURBOchannel firmware specification;
 * code there is none, because our PROM does not ask for any.
 */
#ifndef DEV_TC_SLOT_H
#define DEV_TC_SLOT_H

#include "mem/mem.h"
#include "state/state.h"

#define TC_SLOT_SIZE 0x00400000u /* of a KN02's */
#define TC_SLOT_ROM  0x003c0000u /* where kernels look for the ROM first */

/* A card. `ops` get offsets in its slot; false is a bus error. `ram`, in pages, is memory of its
 * own, which the CPU reaches without them; the state of that is the machine's, as of all memory. */
struct tc_class {
    const char *name;
    const struct mem_ops *ops;
    void (*reset)(void *dev);
    const struct state_desc *state;
    u32 ram, ram_size; /* offset in the slot and bytes; 0: none */
};

/* Texts of at most 8 characters. */
struct tc_rom {
    const char *module; /* "PMAD-AA" */
    const char *firmware;
};

/* The word at an offset from the ROM's beginning; the three upper lanes are 0. */
u32 tc_slot_rom_word(const struct tc_rom *r, u32 off);

/* Before the CPUs are there (machine.h). slot: its address. */
MUST_CHECK enum err tc_slot_add_ram(const struct tc_class *cls, struct mem *m, gpa slot,
                                    struct error *e);

#endif
