/* SPDX-License-Identifier: ISC */
/*
 * The past of a running machine, to go back to. From a moment on all that comes in is recorded, and
 * now and then the machine's state is kept. A second machine of the same parts, with nothing
 * outside, is set to the kept state before the moment that is wanted, and follows the recording up
 * to it. The first one stands still meanwhile: it is the present, and knows nothing of all this.
 */
#ifndef VMM_VMM_PAST_H
#define VMM_VMM_PAST_H

#include "machine/board.h"

struct vmm_past;

struct vmm_past_config {
    const struct board_class *board;
    const struct board_setup *setup; /* of the present; borrowed for ever */
    u64 bytes;                       /* to be kept, about; then the oldest is forgotten */
    u64 every;                       /* cycles between kept states; 0: by what they cost */
    bool (*asked)(void *ctx);        /* while it is searched: to give up */
    bool (*pauses)(void *ctx);       /* while it runs on: to pause; NULL: never */
    bool (*counts)(void *ctx);       /* does the past's stop at a point? NULL: all do */
    void *ctx;
};

/* m is borrowed; its kernel is loaded, and its past begins now. */
MUST_CHECK enum err vmm_past_new(struct vmm_past **out, struct machine *m,
                                 const struct vmm_past_config *config, struct error *e);
void vmm_past_free(struct vmm_past *p); /* NULL: nothing */

/* The machine in the past, to look at and to run on; NULL: nobody has gone there, or it is over. */
struct machine *vmm_past_machine(const struct vmm_past *p);

/* From the past or the present, before the instruction that this CPU executed last. False: so far
 * back is not known; one is at the beginning then. */
MUST_CHECK bool vmm_past_step_back(struct vmm_past *p, unsigned cpu);
enum vmm_past_end {
    VMM_PAST_POINT,     /* machine_control of the past says at which */
    VMM_PAST_BEGINNING, /* there is none */
    VMM_PAST_ASKED,     /* given up: back where one was */
};

/* Back to where a breakpoint or watchpoint of the present's stops it last. */
MUST_CHECK enum vmm_past_end vmm_past_run_back(struct vmm_past *p);
/* To this cycle, or to the present if that is not later; false: likewise. */
MUST_CHECK bool vmm_past_seek(struct vmm_past *p, u64 cycle);

/* The past's machine is about to be run on: it will stop where the present is. True: it is there
 * already. */
bool vmm_past_limit(struct vmm_past *p);
bool vmm_past_is_over(const struct vmm_past *p); /* it has stopped there */
void vmm_past_leave(struct vmm_past *p);         /* for the present */

/* The present's breakpoints and watchpoints have changed. */
void vmm_past_points(struct vmm_past *p);
/* A debugger is about to change the present: from before that nobody can come here any more. The
 * past begins anew when the present goes on. */
void vmm_past_will_change(struct vmm_past *p);
void vmm_past_goes_on(struct vmm_past *p);

struct vmm_past_facts {
    u64 first, present; /* cycles */
    unsigned shots;
    u64 bytes;
};
struct vmm_past_facts vmm_past_facts(const struct vmm_past *p);

#endif
