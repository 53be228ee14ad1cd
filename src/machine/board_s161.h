/* SPDX-License-Identifier: ISC */
/*
 * The System/161 board: R3000-family CPUs with System/161's additions, RAM from 0, boot ROM area
 * at 0x1fc00000, LAMEbus at 0x1fe00000. Boots an ELF kernel itself, as the original does.
 */
#ifndef MACHINE_BOARD_S161_H
#define MACHINE_BOARD_S161_H

#include "machine/board_ether.h"
#include "machine/machine.h"
#include "machine/s161_conf.h"

#define BOARD_S161_HZ 25000000u

struct board_s161;

/* A profile is collected, which the guest may switch and clear. NULLs: none. */
struct board_s161_profile {
    void (*enable)(void *ctx, bool on);
    void (*clear)(void *ctx);
    void *ctx;
};

struct board_s161_config {
    const struct s161_conf *conf;
    const struct mips_model *model; /* NULL: System/161's CPU */
    bool little;                    /* for tests: the real board is big-endian */
    bool extended;                  /* our mainboard, with EXIT (dev/lb_mainboard.h) */
    const struct vcpu_engine *engine;
    struct io_console console; /* copied */
    /* Time as System/161 keeps it: devices are seen to late (clock.grain), and the wall clock at
     * power-on is a whole second. */
    bool s161_time;
    bool raw_images;    /* a disk image without System/161's header is a raw one */
    u64 epoch_ns;       /* the wall clock at power-on, since 1970; 0: the host's */
    u64 doom;           /* writes to disks until power-off; 0: never */
    bool guest_tracing; /* the guest may switch tracing by its trace card */
    struct board_s161_profile profile;
    /* Opens the cable of a network card; the board closes it. NULL: the cards have none. */
    enum err (*cable)(void *ctx, unsigned slot, u16 hwaddr, const char *hub, struct io_net *out,
                      struct error *e);
    void *cable_ctx;

    struct board_ether_config ether; /* of virtio cards, into slots that are free */

    /* The screen's keyboard, to which nothing is put; copied. */
    struct io_console screen_keys;
};

/* Builds the board on an initialised machine. Opens images and directories: errors name them. */
MUST_CHECK enum err board_s161_new(struct board_s161 **out, struct machine *m,
                                   const struct board_s161_config *config, struct error *e);
void board_s161_free(struct board_s161 *b); /* before machine_fini */

/* Loads the kernel and leaves CPU 0 at its entry with the boot string in a0. */
MUST_CHECK enum err board_s161_boot(struct board_s161 *b, const void *elf, size_t len,
                                    const char *words, struct error *e);

/* What its screen shows; false: it has none. */
bool board_s161_look(const struct board_s161 *b, struct io_picture *p);

#endif
