/* SPDX-License-Identifier: ISC */
/* Shared by board_s161.c (the board and its wires) and board_s161_cards.c (what is in its slots).
 */
#ifndef MACHINE_BOARD_S161_INT_H
#define MACHINE_BOARD_S161_INT_H

#include "dev/lb.h"
#include "machine/board_s161.h"
#include "machine/board_vio_net.h"

struct vio;

struct board_s161 {
    struct machine *m;
    const struct s161_conf *conf;
    bool little;
    u64 ram;
    u64 doom; /* writes left; 0: not counted */
    struct board_s161_profile profile;
    struct lb_bus bus;
    struct lb_mainboard *mainboard;
    struct lb_serial *serial;
    struct io_console console;
    struct lb_screen *screen;
    struct io_console screen_keys;
    struct lb_timer *timer[LB_SLOTS];
    struct lb_random *random; /* all such cards are one */
    struct lb_trace *trace[LB_SLOTS];
    struct lb_disk *disk[LB_SLOTS];
    struct io_disk image[LB_SLOTS];
    struct lb_emufs *emufs[LB_SLOTS];
    struct io_dir dir[LB_SLOTS];
    struct board_s161_net {
        struct lb_net *card;
        struct io_net cable;
    } net[LB_SLOTS];
    struct vio *virtio[LB_SLOTS];
    struct board_vio_net vio_net[BOARD_ETHER_MAX];
    unsigned nvio_nets;
};

/* board_s161_cards.c */
MUST_CHECK enum err board_s161_plug(struct board_s161 *b, const struct board_s161_config *config,
                                    unsigned slot, struct error *e);
/* Virtio cards for these cables, where nothing is plugged in. */
MUST_CHECK enum err board_s161_plug_ether(struct board_s161 *b,
                                          const struct board_ether_config *config, struct error *e);
void board_s161_unplug(struct board_s161 *b, unsigned slot); /* an empty slot: nothing */

#endif
