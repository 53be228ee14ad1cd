/* SPDX-License-Identifier: ISC */
/* Shared by machine.c (rounds of turns) and machine_input.c (the world outside, and waiting). */
#ifndef MACHINE_MACHINE_INT_H
#define MACHINE_MACHINE_INT_H

#include "machine/machine.h"

/* Look outside this often while busy: some 3 ms of the host's time. */
#define MACHINE_POLL_CYCLES (1u << 20)

/* And this often while things come in or are expected: some 0.2 ms. */
#define MACHINE_POLL_SOON (1u << 16)

void machine_poll_input(struct machine *m);
void machine_idle(struct machine *m); /* no CPU can run: wait, or jump to what is due */

/* While m->idler: as far, doing what it does. */
void machine_rest_to(struct machine *m, u64 cycle);

/* Cycle of the next look; ~0: none. */
u64 machine_next_look(const struct machine *m);
void machine_look(struct machine *m); /* calls the observers whose time has come */

#endif
