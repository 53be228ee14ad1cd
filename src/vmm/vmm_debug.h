/* SPDX-License-Identifier: ISC */
/*
 * A machine under a debugger: runs it, pauses it where the debugger wants, and shows it as a
 * debug_target. While nobody is attached the machine runs as if this were not there.
 */
#ifndef VMM_VMM_DEBUG_H
#define VMM_VMM_DEBUG_H

#include "host/host_poll.h"
#include "machine/board.h"

struct vmm_debug;

struct vmm_debug_config {
    struct host_poll *poll; /* that the machine's host hooks serve */
    const char *address;    /* where a debugger may come: host_socket.h */
    bool dont_wait;         /* for one, when the guest asks for it or crashes */

    u64 past_bytes; /* to be kept of the run, for going back in it (vmm_past.h); 0: nothing */
    const struct board_class *board;
    const struct board_setup *setup;
};

/* m is borrowed, and about to run: its kernel is loaded. */
MUST_CHECK enum err vmm_debug_new(struct vmm_debug **out, struct machine *m,
                                  const struct vmm_debug_config *config, struct error *e);
void vmm_debug_free(struct vmm_debug *d); /* NULL: nothing */

/* Before the first instruction: wait for a debugger. Says so. */
void vmm_debug_wait(struct vmm_debug *d);

/* From outside the run, on its thread (a key of the person): stop and wait for a debugger. */
void vmm_debug_break(struct vmm_debug *d);

/* Runs the machine to its end; true: m->end. False: the debugger wants it to begin anew. The caller
 * builds the machine again, at the same address, and says so; then runs it again. */
MUST_CHECK bool vmm_debug_run(struct vmm_debug *d);
void vmm_debug_restarted(struct vmm_debug *d);

bool vmm_debug_was_asked(const struct vmm_debug *d); /* by the guest, at any time */

#endif
