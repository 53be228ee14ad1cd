/* SPDX-License-Identifier: ISC */
/*
 * The breakpoints and watchpoints that one client has inserted: their conditions, and which address
 * space each is meant for.
 */
#ifndef DEBUG_GDB_POINTS_H
#define DEBUG_GDB_POINTS_H

#include "debug/debug_target.h"

#define GDB_POINTS_MAX   256
#define GDB_POINTS_BINDS 64
#define GDB_POINTS_CODE  4096 /* bytes of conditions, of one point */

struct gdb_point {
    struct debug_point p;
    struct buf code; /* of the conditions: u16 length, bytecode; any that holds will do */
};

struct gdb_points {
    const struct debug_target *t;
    struct gdb_point point[GDB_POINTS_MAX];
    unsigned n;
    u32 space; /* what virtual addresses mean; DEBUG_ANY_SPACE: whatever is current */
    /* Addresses that mean one space whatever `space` is. */
    struct {
        u64 addr;
        u32 space;
    } bind[GDB_POINTS_BINDS];
    unsigned nbinds;
};

void gdb_points_init(struct gdb_points *ps, const struct debug_target *t);
void gdb_points_fini(struct gdb_points *ps); /* removes all */

/* Takes `code`'s contents. A point that is there gets the new conditions. */
MUST_CHECK enum err gdb_points_insert(struct gdb_points *ps, const struct debug_point *p,
                                      struct buf *code, struct error *e);
void gdb_points_remove(struct gdb_points *ps, const struct debug_point *p);
void gdb_points_clear(struct gdb_points *ps);

/* A breakpoint was reached: does one that is there hold? A condition that cannot be evaluated
 * does. */
bool gdb_points_hold(const struct gdb_points *ps, const struct debug_stop *s);

/* DEBUG_ANY_SPACE: what is current. Points that are there move along. */
MUST_CHECK enum err gdb_points_set_space(struct gdb_points *ps, u32 space, struct error *e);
/* From now on, a point at this address is for that space (DEBUG_ANY_SPACE: for all). */
MUST_CHECK enum err gdb_points_bind(struct gdb_points *ps, u64 addr, u32 space, struct error *e);
MUST_CHECK enum err gdb_points_unbind(struct gdb_points *ps, u64 addr, struct error *e);

#endif
