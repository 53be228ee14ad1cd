/* SPDX-License-Identifier: ISC */
/*
 * Virtual time and what is due in it. Time is counted in cycles of the board's clock; it moves
 * only when the machine moves it (instructions retired, or a jump while all CPUs idle).
 * Lives in dev/ because every model and the board need it; it knows neither.
 */
#ifndef DEV_CLOCK_H
#define DEV_CLOCK_H

#include "lib/types.h"

/*
 * A point in time at which a model wants to be called. Embedded in the model; `armed` and `when`
 * belong into its field table, and its `loaded` hook calls event_loaded. Events due at the same
 * cycle run in the order of event_init: never in the order of arming, which a snapshot forgets.
 */
struct event {
    u64 when; /* cycle */
    bool armed;
    u32 rank; /* order of event_init */
    void (*due)(void *ctx);
    void *ctx;
    struct clock *clock;
};

#define CLOCK_MAX_EVENTS 256

struct clock {
    u32 hz;
    u64 now_base; /* the cycle at which the running slice began */
    /* Cycles since then: asked of the machine, because a CPU may be in the middle of a slice. */
    u64 (*progress)(void *ctx);
    /* An event was armed before the end of the running slice: shorten it. */
    void (*sooner)(void *ctx, u64 when);
    void *ctx;
    struct event *event[CLOCK_MAX_EVENTS];
    unsigned nevents;
    u64 next; /* cycle of the earliest armed event; ~0: none */
    /* Real devices are never exactly on time, and guests that depend on luck fall into step with
     * those that are: up to this many thousandths are added to delays. */
    u32 jitter;
    u64 jitter_state; /* of the sequence; seeded by the board, part of the machine's state */
    /* System/161's CPUs run in slices of so many cycles. What they start within one is noticed at
     * its end only, unless an event was in sight when it began. 0: all is on time. */
    u64 grain;
    u64 edge;      /* where the running slice ends; in the past: some slices ago */
    bool in_sight; /* an event was, when CPUs were last set running */
    bool running_due;
    u64 late; /* cycles that were added for the grain so far; not part of the state */
};

#define CLOCK_NEVER (~0ull)
#define CLOCK_MAX   (1ull << 62) /* no cycle of a machine's life is later: what a stream may say */

u64 clock_now(const struct clock *c);                  /* in cycles */
u64 clock_ns_to_cycles(const struct clock *c, u64 ns); /* rounded up */
u64 clock_cycles_to_ns(const struct clock *c, u64 cycles);

void event_init(struct event *ev, struct clock *c, void (*due)(void *ctx), void *ctx);
void event_arm(struct event *ev, u64 when);     /* also re-arms; a past time is due at once */
void event_arm_after(struct event *ev, u64 ns); /* with jitter; at least a cycle from now */
void event_disarm(struct event *ev);
void event_loaded(struct event *ev); /* after `when` and `armed` came from a stream */

/* By the machine: runs what is due at now_base or before. */
void clock_run_due(struct clock *c);
void clock_jump(struct clock *c, u64 to); /* no CPU ran until then */

#endif
