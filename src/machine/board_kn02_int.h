/* SPDX-License-Identifier: ISC */
/* Shared by board_kn02.c (the board and its wires), board_kn02_boot.c (what its PROM does) and
 * board_kn02_ether.c. */
#ifndef MACHINE_BOARD_KN02_INT_H
#define MACHINE_BOARD_KN02_INT_H

#include "dev/tc_kn02.h"
#include "dev/tc_lance.h"
#include "dev/vio_bank.h"
#include "machine/board_kn02.h"
#include "machine/board_vio_net.h"

#define BOARD_KN02_LANCES 2u

struct board_kn02 {
    struct machine *m;
    u64 ram;
    struct tc_kn02 *kn02;
    struct tc_dz *dz;
    struct tc_ds1287 *rtc;
    struct tc_prom *prom;
    struct vio_bank virtio;
    struct board_vio_net vio_net[BOARD_ETHER_MAX];
    unsigned nvio_nets;
    const struct tc_pmag_model *graphics; /* NULL: none */
    void *frame_buffer;
    struct tc_lk201 *keyboard; /* NULL: none */
    struct tc_vsxxx *mouse;
    struct io_inputs inputs;
    struct board_kn02_line {
        struct board_kn02 *b;
        unsigned n;
        struct io_console console;
    } line[TC_DZ_LINES];
    unsigned nlances;
    struct board_kn02_lance {
        unsigned slot;
        const struct io_ether_options *options; /* of the configuration */
        struct board_ether ether;
        struct tc_lance *card;
    } lance[BOARD_KN02_LANCES];
};

/* board_kn02_ether.c: the cables and their cards' memory, before the CPUs are there; the cards,
 * when the system logic is. After an error, too, free is due. */
MUST_CHECK enum err board_kn02_ether_open(struct board_kn02 *b,
                                          const struct board_ether_config *config, struct error *e);
void board_kn02_ether_plug(struct board_kn02 *b);
void board_kn02_ether_free(struct board_kn02 *b);

/* board_kn02_graphics.c: the frame buffer, if there is one, with keyboard and mouse. Its memory is
 * added with the rest. */
MUST_CHECK enum err board_kn02_graphics_add_memory(const struct board_kn02 *b, struct error *e);
/* Keyboard and mouse become the far ends of lines that have none. */
void board_kn02_graphics_connect(struct board_kn02 *b, struct io_console line[TC_DZ_LINES]);
void board_kn02_graphics_plug(struct board_kn02 *b);
void board_kn02_graphics_add_state(const struct board_kn02 *b);
void board_kn02_graphics_reset(const struct board_kn02 *b);
void board_kn02_graphics_free(struct board_kn02 *b);

#endif
