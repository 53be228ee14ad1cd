/* SPDX-License-Identifier: ISC */
/*
 * A machine's screen on a socket: text for whoever looks, and their keys for the machine; of
 * pixels, pictures.
 */
#ifndef VMM_VMM_SCREEN_H
#define VMM_VMM_SCREEN_H

#include "io/io_screen_server.h"
#include "io/io_shot_server.h"
#include "machine/board.h"

struct vmm_screen {
    struct io_screen_server *server; /* of text; NULL: nobody can look */
    struct io_shot_server *shots;    /* of pixels, likewise */
};

struct io_console vmm_screen_keys(struct vmm_screen *s); /* s may still be zeroed */

/* Nothing happens if the board has no screen. */
MUST_CHECK enum err vmm_screen_open(struct vmm_screen *s, struct board *board,
                                    struct host_poll *poll, const char *address, struct error *e);

/* Before each wait of `ns`. */
void vmm_screen_show(const struct vmm_screen *s, u64 ns);

void vmm_screen_close(struct vmm_screen *s); /* safe on zeroed memory */

#endif
