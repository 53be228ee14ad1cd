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

#define MACHINE_MAX_CPUS 32
#define MACHINE_TURN     128 /* cycles, when several CPUs are busy */

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

/* Where input comes from and time goes: the host, or a test's script. */
struct machine_host {
    /* Waits up to `ns` (0: not at all; ~0: for ever) of real time; true: *ch was typed. With ch
     * NULL it only waits. */
    bool (*input)(void *ctx, u64 ns, u8 *ch);
    bool (*input_ended)(void *ctx);  /* nothing can be typed any more */
    bool (*asked_to_end)(void *ctx); /* by the person, or by the operating system */
    u64 (*mono_ns)(void *ctx);
    void *ctx;
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
    /* A character came in: the board hands it to its console. */
    void (*console_input)(void *board, u8 ch);
    bool (*console_room)(void *board);
    void *board;

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

    /* the running turn */
    struct vcpu *running;
    u64 turn_start; /* retired count of `running` at its start */
    u64 turn_end;   /* cycle */
    bool turn_first;

    u64 next_poll;                     /* cycle of the next look for input */
    u64 progress_user, progress_since; /* watchdog: user cycles seen, when they last rose */
    bool progress_warned;
    u64 pace_host, pace_cycle; /* host time and cycle at which virtual and real time agree */
    u64 idle_cycles;           /* while no CPU ran */
};

/* hz: the board's clock. The host hooks are copied. */
void machine_init(struct machine *m, u32 hz, const struct machine_host *host);
void machine_fini(struct machine *m);

/* After memory is laid out: n CPUs of a model, the first enabled. */
void machine_add_cpus(struct machine *m, unsigned n, const struct mips_model *model, bool big,
                      const struct vcpu_engine *engine);

/* Runs until something ends it; returns m->end. Can be called again after stop_at was moved. */
enum machine_end machine_run(struct machine *m);

/* From anywhere in the run. */
void machine_end(struct machine *m, enum machine_end end, u32 code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* A CPU other than the running one may have something to do: end the round here, so that it need
 * not wait. */
void machine_cpu_woken(struct machine *m);

u64 machine_now(const struct machine *m);  /* cycles */
u64 machine_hash(const struct machine *m); /* of the whole state */

/* A CPU's registers, for a person. */
void machine_log_cpu(const struct machine *m, unsigned cpu);

#endif
