/* SPDX-License-Identifier: ISC */
/*
 * A profile as gprof reads it (GNU's gmon.out, version 1, in the guest's byte order): how often the
 * program counter was found in each 16 bytes of the kernel's code, and who called whom how often.
 */
#ifndef DEBUG_GMON_H
#define DEBUG_GMON_H

#include "lib/types.h"

#include <stdio.h>

#define GMON_BIN      16
#define GMON_MAX_ARCS 1000000

struct gmon {
    u32 low, high; /* of the code */
    u32 hz;        /* samples a second */
    bool big;
    u16 *bin; /* full at 65535 */
    struct gmon_arc {
        u32 from, to, count; /* count 0: free */
    } * arc;
    size_t narcs, room;
};

/* Code from low up to high; both are rounded to bins. */
void gmon_init(struct gmon *g, u32 low, u32 high, u32 hz, bool big);
void gmon_fini(struct gmon *g); /* safe on zeroed memory */

/* What lies outside the code does not count. */
void gmon_sample(struct gmon *g, u32 pc);
void gmon_call(struct gmon *g, u32 from, u32 to);
void gmon_clear(struct gmon *g);

void gmon_write(const struct gmon *g, FILE *f);

#endif
