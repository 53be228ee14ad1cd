/* SPDX-License-Identifier: ISC */
/* A target without a machine: it remembers what it was asked, and stops when it is told to. */
#ifndef GDB_FAKE_H
#define GDB_FAKE_H

#include "debug/gdb_stub.h"

#define FAKE_RAM      0x1000u
#define FAKE_RAM_SIZE 0x100u

struct fake {
    struct debug_target target;
    struct gdb_stub *stub;
    u8 reg[2][4][4];
    u8 ram[FAKE_RAM_SIZE];   /* what the threads see */
    u8 other[FAKE_RAM_SIZE]; /* address space 7 */
    bool second;             /* there is a thread 1 */
    bool fixed;              /* nothing can be written */
    bool slow;               /* pause and restart are not done at once */
    bool running;
    unsigned points, max_points;
    struct buf log; /* "resume c s 1000-1010\n" */
};

/* With a stub of its own. */
void fake_init(struct fake *f, bool big);
void fake_fini(struct fake *f);

/* It has stopped, as the stub's contract has it. */
void fake_stop(struct fake *f, const struct debug_stop *s);
void fake_stopped_at(struct fake *f, enum debug_point_kind point, unsigned thread, u64 addr);

#endif
