/* SPDX-License-Identifier: ISC */
/*
 * What all boards share: memory, virtual clock, CPUs taking turns, the intake, and the loop that
 * runs them. A board (board_*.c) builds its wiring on this; nothing here knows a device.
 *
 * One host thread runs all CPUs: in turns of at most MACHINE_TURN cycles, shorter where an event
 * is due, so that a run repeats exactly. With one CPU, events fall on their very cycle.
 * Input enters between rounds of turns, never inside one.
 */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include "cpu/vcpu.h"
#include "dev/dev.h"
#include "machine/intake.h"
#include "mem/mem.h"
#include "state/state.h"

struct guest_names;
struct host_poll;

#define MACHINE_MAX_CPUS 32
#define MACHINE_TURN     1024 /* cycles, when several CPUs are busy */

enum machine_end {
    MACHINE_RUNS,
    MACHINE_POWER_OFF,   /* by the guest; exit_code is its own */
    MACHINE_STOPPED,     /* the guest did what a CPU or device cannot make sense of */
    MACHINE_DEBUGGER,    /* the guest asked for a debugger */
    MACHINE_DEADLOCK,    /* all CPUs wait, nothing is due, nothing can come in */
    MACHINE_INTERRUPTED, /* the person asked to end, now or by a doom counter */
    MACHINE_NO_PROGRESS, /* the watchdog found no user instruction for too long */
    MACHINE_DIVERGED,    /* a replayed run left its log */
};

/* Where time goes, and what is outside: the host, or a test's script. */
struct machine_host {
    /* Serves what the machine is connected to, and waits for it up to `ns` (0: not at all; ~0: for
     * ever) of real time. console: characters typed count as well. */
    void (*wait)(void *ctx, u64 ns, bool console);
    bool (*asked_to_end)(void *ctx); /* by the person, or by the operating system */
    u64 (*mono_ns)(void *ctx);
    /* Where programs reach a device by an address (host_socket.h); whoever opened it closes it,
     * after the machine. NULL: there is no outside. */
    enum err (*open_stream)(void *ctx, const char *address, struct io_stream *out, struct error *e);
    void *ctx;
    struct host_poll *poll; /* that `wait` serves; NULL: none */
};

#define MACHINE_MAX_SOURCES 40
#define MACHINE_INPUT_MAX   8192 /* bytes at a time */

/* Something outside that puts events into the guest: a keyboard, a network. Asked between rounds
 * of turns, live; when replayed, only `deliver` is called. */
struct machine_source {
    bool (*poll)(void *ctx, u8 *data, u32 *len); /* true: *len bytes came in, at most as many as
                                                  * *len said before */
    void (*deliver)(void *ctx, const u8 *data, u32 len);
    bool (*room)(const void *ctx);  /* would it be taken now? NULL: always */
    bool (*ended)(const void *ctx); /* nothing can come any more; NULL: something always can */
    void *ctx;
    bool console; /* comes with machine_host.wait's `console` */
};

#define MACHINE_MAX_OBSERVERS 8

/* Something outside that only looks (a meter, a profile): called between rounds, at cycle `at`, or
 * with several busy CPUs right after it. It sets `at` anew; ~0: no more. The guest's run is the
 * same with and without it. */
struct machine_observer {
    u64 at;
    void (*look)(void *ctx);
    void *ctx;
};

/* Why machine_run returned MACHINE_RUNS. */
enum machine_pause {
    MACHINE_NOT_PAUSED, /* stop_at was reached */
    MACHINE_ASKED,      /* machine_control.pause was set */
    MACHINE_STEPPED,    /* the CPU named retired the instruction it was to stop at */
    MACHINE_AT_LIMIT,   /* the CPU named is where nobody is to go on */
    MACHINE_HIT,        /* the CPU named is before a breakpoint or watched access: mips.hit */
};

/* What a debugger wants, and what it got. A pause may fall inside a round of turns; the next
 * machine_run goes on with it as if nothing had been. */
struct machine_control {
    bool pause;    /* return between rounds */
    u32 held;      /* CPUs that do not run, a bit each */
    bool missed;   /* one of them would have: this did change the guest's run */
    int step_cpu;  /* -1: none */
    u64 step_at;   /* return when it has retired so many instructions */
    int limit_cpu; /* likewise; -1: none */
    u64 limit_at;

    enum machine_pause paused;
    unsigned cpu; /* that made it pause */
};

struct machine {
    struct mem *mem;
    struct mips_code *code;
    struct clock clock;
    struct trace trace;
    struct dev_env env;
    struct dev_stats stats;
    struct state_set parts;
    struct intake intake;
    struct vcpu *cpu[MACHINE_MAX_CPUS];
    unsigned ncpus;
    struct machine_host host;
    struct machine_source source[MACHINE_MAX_SOURCES];
    unsigned nsources;
    unsigned turn; /* of the source asked first, live; a replay has the order from its log */
    struct machine_observer *observer[MACHINE_MAX_OBSERVERS];
    unsigned nobservers;
    struct machine_control control;
    const struct guest_names *names; /* of kernel and programs, for people; NULL: none */

    /* how it runs */
    bool warp;           /* virtual time never waits for the wall */
    u64 progress_cycles; /* watchdog; 0: off */
    /* Return, as MACHINE_RUNS, at this cycle (with several busy CPUs: at the end of its round).
     * ~0: never. For tests and tools. */
    u64 stop_at;

    /* how it ended */
    enum machine_end end;
    u32 exit_code;
    char reason[160];

    /* The running turn. While paused, `running` is the CPU whose turn is not over. */
    struct vcpu *running;
    struct vcpu *spinning; /* just found to go round in a loop that changes nothing (vcpu_skip) */
    struct vcpu *idler;    /* likewise, while the machine waits for what ends that */
    u64 turn_start;        /* retired count of `running` at its start */
    u64 turn_end;          /* cycle */
    bool turn_first;
    struct machine_round {
        bool open;
        bool alone;  /* one CPU was busy when it began */
        u32 waiting; /* CPUs whose turn is still to come, a bit each */
        u64 length;
    } round;

    u64 next_poll;                     /* cycle of the next look for input */
    u32 poll_cycles;                   /* from there to the one after it */
    u64 progress_user, progress_since; /* watchdog: user cycles seen, when they last rose */
    bool progress_warned;
    u64 pace_host, pace_cycle; /* see machine_input.c */
    u64 pace_late;             /* clock.late then */
    u64 idle_cycles;           /* while no CPU ran */
};

/* hz: the board's clock. The host hooks are copied. */
void machine_init(struct machine *m, u32 hz, const struct machine_host *host);
void machine_fini(struct machine *m);

/* After memory is laid out: n CPUs of a model, the first enabled. */
void machine_add_cpus(struct machine *m, unsigned n, const struct mips_model *model, bool big,
                      const struct vcpu_engine *engine);

/* Something went out that may be answered at once: look for input soon. Changes nothing else. */
void machine_expects_input(struct machine *m);

/* By the board, in a fixed order: the number of a source is part of what is recorded. */
void machine_add_source(struct machine *m, const struct machine_source *s);

/* Borrowed. May be called at any time. */
void machine_observe(struct machine *m, struct machine_observer *o);
void machine_ignore(struct machine *m, struct machine_observer *o); /* no more */

/* Runs until something ends or pauses it; returns m->end. Can be called again while that is
 * MACHINE_RUNS. */
enum machine_end machine_run(struct machine *m);

/* From anywhere in the run. */
void machine_end(struct machine *m, enum machine_end end, u32 code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* A CPU other than the running one may have something to do: end the round here, so that it need
 * not wait. */
void machine_cpu_woken(struct machine *m);

/* A debugger has changed the guest's state, or holds CPUs: a recording says so, and its replay ends
 * there. */
void machine_touched(struct machine *m);

u64 machine_now(const struct machine *m);  /* cycles */
u64 machine_hash(const struct machine *m); /* of the whole state */

/* A CPU's registers and back trace, for a person. */
void machine_log_cpu(const struct machine *m, unsigned cpu);

#endif
