/* SPDX-License-Identifier: ISC */
/*
 * A virtual CPU: guest state plus the engine that runs it. Engines stand side by side behind one
 * question, vcpu_run: an interpreter (cpu_interp.c), a translator (cpu_jit.c).
 *
 * The count of instructions is exact and the same in every engine. An instruction counts when it
 * is attempted, so one that takes an exception counts too; taking an interrupt does not.
 */
#ifndef CPU_VCPU_H
#define CPU_VCPU_H

#include "isa/mips.h"
#include "lib/types.h"

enum vcpu_exit {
    VCPU_BUDGET,  /* ran all that was asked */
    VCPU_IDLE,    /* waits for an interrupt line */
    VCPU_REQUEST, /* vcpu_request was called */
    VCPU_STOPPED, /* the guest did what its CPU leaves undefined: vcpu_stop_reason */
    VCPU_BREAK,   /* before an instruction that has a breakpoint; not counted: mips.hit */
    VCPU_WATCH,   /* before an instruction that touches what is watched; not counted: mips.hit */
    VCPU_SPIN,    /* goes round in a loop that changes nothing: vcpu_skip */
    VCPU_EXITS,
};

struct vcpu;

struct vcpu_engine {
    const char *name;
    enum vcpu_exit (*run)(struct vcpu *v, u64 budget);
};

extern const struct vcpu_engine vcpu_interp;
extern const struct vcpu_engine vcpu_jit;

struct vcpu {
    unsigned number;
    bool enabled; /* powered up by the board */
    const struct vcpu_engine *engine;
    struct mips mips;

    /* measured on the host, never part of the state */
    u64 host_ticks; /* host_clock_ticks spent inside, by samples */
    u64 turns;      /* short ones */
    u64 exits[VCPU_EXITS];
};

void vcpu_init(struct vcpu *v, unsigned number, const struct vcpu_engine *engine,
               const struct mips_model *model, bool big, struct mem *mem, struct mips_code *code,
               struct trace *trace);
void vcpu_fini(struct vcpu *v);
void vcpu_add_state(struct vcpu *v, struct state_set *s);

/* Runs at most `budget` instructions; returns early at an exit other than VCPU_BUDGET. */
enum vcpu_exit vcpu_run(struct vcpu *v, u64 budget);

/* Directly after VCPU_SPIN, while nothing from outside has come: passes over the loop, as if at
 * most n instructions had been executed. Else nothing. */
void vcpu_skip(struct vcpu *v, u64 n);

/* From inside the run, on its thread: return after the current instruction. */
void vcpu_request(struct vcpu *v);

/* Powers the CPU up at a place, with a stack and an argument, as boards start kernels. */
void vcpu_start(struct vcpu *v, u32 pc, u32 sp, u32 arg);

u64 vcpu_retired(const struct vcpu *v);
u64 vcpu_user_cycles(const struct vcpu *v);
bool vcpu_idle(const struct vcpu *v); /* would vcpu_run return VCPU_IDLE at once? */
const char *vcpu_stop_reason(const struct vcpu *v);

/* The one that runs where none is asked for. */
extern const struct vcpu_engine *const vcpu_usual;
const struct vcpu_engine *vcpu_engine_find(const char *name); /* NULL: no such engine */

#endif
