/* SPDX-License-Identifier: ISC */
/*
 * The DECstation 5000/200: an R3000 at 25 MHz, RAM from 0, KN02 system logic with its TURBOchannel,
 * DZ serial lines, DS1287 clock, and a PROM that boots an ELF kernel and answers it.
 */
#ifndef MACHINE_BOARD_KN02_H
#define MACHINE_BOARD_KN02_H

#include "dev/tc_dz.h"
#include "machine/board_ether.h"
#include "machine/machine.h"
#include "machine/vio_conf.h"

#define BOARD_KN02_HZ      25000000u
#define BOARD_KN02_MIN_RAM MIB(1)
#define BOARD_KN02_MAX_RAM MIB(480)
#define BOARD_KN02_RAM     MIB(64) /* unless asked for */

#define BOARD_KN02_GRAPHICS 2u /* slot of the frame buffer */

struct board_kn02;
struct tc_pmag_model;

struct board_kn02_config {
    u64 ram;                        /* bytes; 0: BOARD_KN02_RAM */
    const struct mips_model *model; /* NULL: mips_r3000 */
    const struct vcpu_engine *engine;
    struct io_console line[TC_DZ_LINES]; /* copied; `put` NULL: nothing is connected */
    const struct vio_conf_list *virtio;  /* NULL: none */
    u64 epoch_ns;                        /* the clock at power-on; 0: the host's */
    struct board_ether_config ether;
    const u8 *nvram; /* the clock's memory at power-on, TC_DS1287_RAM bytes; NULL: zeros */
    const struct tc_pmag_model *graphics; /* NULL: none */
    struct io_inputs inputs; /* copied; with graphics: keyboard and mouse on lines 0 and 1, if
                              * nothing else is connected there; `next` NULL: nobody touches them */
};

/* Builds the board on an initialised machine. */
MUST_CHECK enum err board_kn02_new(struct board_kn02 **out, struct machine *m,
                                   const struct board_kn02_config *config, struct error *e);
void board_kn02_free(struct board_kn02 *b); /* before machine_fini */

/* Loads the kernel and leaves the CPU at its entry, with the words as its arguments. The initrd
 * lies at the top of RAM, and the words rd_start and rd_size say so. */
MUST_CHECK enum err board_kn02_boot(struct board_kn02 *b, const void *elf, size_t len,
                                    const char *words, const void *initrd, size_t initrd_len,
                                    struct error *e);

/* The clock's memory, as it stands. */
const u8 *board_kn02_nvram(const struct board_kn02 *b);
bool board_kn02_look(const struct board_kn02 *b, struct io_picture *p); /* false: no graphics */

#endif
