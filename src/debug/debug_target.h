/* SPDX-License-Identifier: ISC */
/*
 * What a debugger needs of something that runs: registers, memory, places to stop at, run control.
 * A board's CPUs implement it, and so can a process with its threads. All-stop: when one thread
 * stops, all do. The debugger (gdb_stub.h) is called back when that has happened.
 */
#ifndef DEBUG_DEBUG_TARGET_H
#define DEBUG_DEBUG_TARGET_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/types.h"

#define DEBUG_MAX_THREADS   64
#define DEBUG_MAX_REG_BYTES 64
#define DEBUG_ANY_SPACE     (~0u)

/* The index in the target's table is the number by which GDB knows the register. */
struct debug_reg {
    const char *name;
    const char *feature; /* of GDB's target description */
    const char *type;    /* GDB's: "uint32", "code_ptr", "ieee_single"; NULL: "int" */
    const char *group;   /* GDB's: "system", "float"; NULL: by the type */
    u8 bytes;
    bool often; /* told with every stop */
};

/* Names of address spaces and of what to show of them. NULL name: there is but one. */
struct debug_spaces {
    const char *name; /* "asid" */
    u32 count;
    /* Does this virtual address mean something else in another space? */
    bool (*covers)(void *ctx, u64 addr);
    void (*list)(void *ctx, struct buf *out); /* for a person */
};

enum debug_view {
    DEBUG_VIRTUAL, /* as `thread` sees it now */
    DEBUG_SPACE,   /* virtual, as it is in address space `space` */
    DEBUG_PHYSICAL,
};

struct debug_place {
    enum debug_view view;
    unsigned thread;
    u32 space;
    u64 addr;
};

struct debug_range {
    u64 start, len;
    bool rom;
};

/* In the order of GDB's packets Z0 to Z4. */
enum debug_point_kind {
    DEBUG_BREAK_SOFT,
    DEBUG_BREAK_HARD,
    DEBUG_WATCH_WRITE,
    DEBUG_WATCH_READ,
    DEBUG_WATCH_ACCESS,
};

struct debug_point {
    enum debug_point_kind kind;
    u64 addr, len; /* len: of a watchpoint */
    u32 space;     /* DEBUG_ANY_SPACE: in all */
};

enum debug_go {
    DEBUG_STAY,
    DEBUG_GO,
    DEBUG_STEP,  /* one instruction, or its exception */
    DEBUG_RANGE, /* until the pc is outside [start, end), or anything else stops it */
};

struct debug_action {
    enum debug_go go;
    u64 start, end;
};

enum debug_stop_kind {
    DEBUG_STOP_ASKED, /* by pause */
    DEBUG_STOP_STEP,  /* also: the end of a range */
    DEBUG_STOP_POINT, /* `point` says at which; `addr` of a watchpoint: the byte accessed */
    DEBUG_STOP_GUEST, /* what runs asked for a debugger */
    DEBUG_STOP_CRASH, /* it cannot go on; it can be looked at */
    DEBUG_STOP_FIRST, /* going back: nothing earlier is known */
    DEBUG_STOP_LAST,  /* going on from the past: this is the present */
    DEBUG_STOP_END,   /* it is gone, with `code` */
};

struct debug_stop {
    enum debug_stop_kind kind;
    unsigned thread;
    enum debug_point_kind point;
    u64 addr; /* of the point; of a watchpoint: what was accessed */
    u8 code;
};

/* A word after GDB's "monitor". Arguments are words; an error's text goes to the person. */
struct debug_command {
    const char *name;
    const char *args; /* "[N]"; NULL: none */
    const char *help;
    enum err (*run)(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                    struct error *e);
};

struct debug_target_ops {
    /* Threads are numbered from 0. One that does not exist (yet) is not shown. */
    bool (*alive)(void *ctx, unsigned thread);
    void (*thread_name)(void *ctx, unsigned thread, struct buf *out);
    void (*thread_extra)(void *ctx, unsigned thread, struct buf *out); /* what it is doing */

    /* Why nothing can be written now, in words; NULL: it can. NULL: always. */
    const char *(*fixed)(void *ctx);

    /* Values are in the target's byte order. False: is not there, or
     * is read-only. */
    bool (*reg_read)(void *ctx, unsigned thread, unsigned reg, u8 *value);
    bool (*reg_write)(void *ctx, unsigned thread, unsigned reg, const u8 *value);

    /* Bytes done, from the start: fewer than `len` if the rest is not memory. Looking changes
     * nothing that runs: neither a TLB entry nor a device's register. */
    u32 (*mem_read)(void *ctx, const struct debug_place *p, u8 *data, u32 len);
    u32 (*mem_write)(void *ctx, const struct debug_place *p, const u8 *data, u32 len);
    /* The nth range of virtual addresses that may be memory; false: there are no more. */
    bool (*mem_range)(void *ctx, unsigned n, struct debug_range *r);

    /* Exact: a breakpoint stops before the instruction. A point that is there already is not
     * inserted, one that is not there not removed, by the caller's promise. */
    enum err (*insert)(void *ctx, const struct debug_point *p, struct error *e);
    void (*remove)(void *ctx, const struct debug_point *p);

    /* One action a thread. What a thread stopped at does not stop it again at once. */
    void (*resume)(void *ctx, const struct debug_action *action);
    /* Back in time: one instruction of this thread, or all of them to the last point before. NULL:
     * cannot be had. */
    void (*back)(void *ctx, unsigned thread, bool step);
    /* Asks for a stop, which may be reported before this returns. */
    void (*pause)(void *ctx);
    /* Nobody looks any more: everything goes on. All points have been removed. */
    void (*release)(void *ctx);
    void (*kill)(void *ctx);
    /* Begin anew; a stop before the first instruction is reported when that is done. */
    enum err (*restart)(void *ctx, struct error *e);
};

struct debug_target {
    const struct debug_target_ops *ops;
    void *ctx;
    const char *arch; /* GDB's name: "mips:3000" */
    bool big;
    /* Watchpoints stop before the access is done (MIPS), not after it (x86): GDB knows which by
     * the architecture, so a target has to comply. */
    bool watch_before;
    unsigned nthreads; /* that there can be */
    const struct debug_reg *reg;
    unsigned nregs, pc;
    struct debug_spaces spaces;
    const struct debug_command *command;
    unsigned ncommands;
};

#endif
