/* SPDX-License-Identifier: ISC */
/*
 * The TURBOchannel's Ethernet card PMAD-AA, which is also what a KN02 has on board: an Am7990 LANCE
 * with 128 KB of memory of its own, where its rings and buffers lie, and a ROM with the station's
 * address. Facts: the Am7990's data sheet, and the kernels that drive the card.
 */
#ifndef DEV_TC_LANCE_H
#define DEV_TC_LANCE_H

#include "dev/dev.h"
#include "dev/tc_slot.h"
#include "io/io_ether.h"

#define TC_LANCE_RAM 0x20000u /* at the slot's beginning */

struct tc_lance_config {
    struct io_ether net; /* copied; whoever opened it closes it, after the card is freed */
    u8 mac[IO_ETHER_ADDRESS];
    struct mem *mem; /* has the card's RAM already (tc_slot_add_ram) */
    gpa slot;
};

struct tc_lance;

struct tc_lance *tc_lance_new(const struct dev_env *env, struct dev_line line,
                              const struct tc_lance_config *config);
void tc_lance_free(struct tc_lance *l);

/* By the machine's intake: what the cable's poll gave. Without room a frame is missed. Room: there
 * are buffers for the longest frame, or the ring is all the chip's; or nobody listens, and frames
 * are lost as on any cable. */
void tc_lance_input(struct tc_lance *l, const u8 *data, u32 len);
bool tc_lance_input_room(const struct tc_lance *l);

extern const struct tc_class tc_lance_class;

#endif
