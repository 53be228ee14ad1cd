/* SPDX-License-Identifier: ISC */
/* Shared by board_kn02.c (the board and its wires) and board_kn02_boot.c (what its PROM does). */
#ifndef MACHINE_BOARD_KN02_INT_H
#define MACHINE_BOARD_KN02_INT_H

#include "dev/vio_bank.h"
#include "machine/board_kn02.h"

struct board_kn02 {
    struct machine *m;
    u64 ram;
    struct tc_kn02 *kn02;
    struct tc_dz *dz;
    struct tc_ds1287 *rtc;
    struct tc_prom *prom;
    struct vio_bank virtio;
    struct board_kn02_line {
        struct board_kn02 *b;
        unsigned n;
        struct io_console console;
    } line[TC_DZ_LINES];
};

#endif
