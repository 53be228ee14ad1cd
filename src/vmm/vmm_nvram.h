/* SPDX-License-Identifier: ISC */
/*
 * A board's memory that lasts, in a file: read before power-on, written when it has changed.
 * Whoever is killed loses a second's changes at most, and never the file.
 */
#ifndef VMM_VMM_NVRAM_H
#define VMM_VMM_NVRAM_H

#include "machine/board.h"

struct vmm_nvram {
    const char *path;     /* NULL: none is kept */
    u8 kept[BOARD_NVRAM]; /* as the file has it */
    bool there;           /* there is a file */
    struct machine *m;    /* NULL: not watched yet */
    const struct board *board;
    struct machine_observer observer;
    u64 wrote_ns; /* real time */
    bool failed;  /* the last time */
};

/* A file that is not there is all zeros. */
MUST_CHECK enum err vmm_nvram_read(struct vmm_nvram *n, const char *path, struct error *e);
void vmm_nvram_watch(struct vmm_nvram *n, struct machine *m, const struct board *board);
/* Now, if something changed. False: the file is not what it should be, and that was logged. */
bool vmm_nvram_keep(struct vmm_nvram *n);
void vmm_nvram_close(struct vmm_nvram *n); /* safe on zeroed memory */

#endif
