/* SPDX-License-Identifier: ISC */
/*
 * A machine's frame buffer in a window, and the keys and the mouse there. What changed since it was
 * last drawn is found by comparing, so the guest pays nothing for it, and is copied, so the
 * window's thread can take its time.
 */
#ifndef VMM_VMM_WINDOW_H
#define VMM_VMM_WINDOW_H

#include "host/host_window.h"
#include "machine/board.h"

struct vmm_window {
    struct host_window *window; /* NULL: none */
    const struct board *board;
    struct io_pixels shown; /* `byte` is our copy */
    u8 *byte;
    u64 last;    /* when it was shown, host time */
    bool closed; /* by the person */
};

/* The board must have a frame buffer. */
MUST_CHECK enum err vmm_window_open(struct vmm_window *w, const struct board *board,
                                    struct host_poll *poll, struct error *e);
void vmm_window_close(struct vmm_window *w); /* safe on zeroed memory */

struct io_inputs vmm_window_inputs(struct vmm_window *w); /* w may still be zeroed */

/* Before each wait of `ns`. */
void vmm_window_show(struct vmm_window *w, u64 ns);

#endif
