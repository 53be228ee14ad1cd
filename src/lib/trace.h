/* SPDX-License-Identifier: ISC */
/*
 * Trace points: one branch when off. Each machine has a struct trace of its own; what can be
 * traced stands in trace.def.
 */
#ifndef LIB_TRACE_H
#define LIB_TRACE_H

#include "lib/err.h"
#include "lib/types.h"

#include <stdio.h>

enum trace_point {
#define TRACE(NAME, word, letter, what) TRACE_##NAME,
#include "lib/trace.def"
#undef TRACE
    TRACE_COUNT,
};

#define TRACE_PLACE 128

struct trace {
    u32 on;    /* bit per trace_point */
    FILE *out; /* borrowed; NULL: standard error */
    /* What stands at an address that a CPU sees: "main+0x10", or "". NULL: no names. */
    const char *(*place)(void *ctx, unsigned cpu, u32 va, char text[TRACE_PLACE - 1]);
    void *ctx;
    bool open; /* a line was begun */
};

static inline bool trace_on(const struct trace *t, enum trace_point p)
{
    return unlikely(t->on & (1u << p));
}

void trace_print(struct trace *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A line in two parts; what is printed in between begins a line of its own, and so does the second
 * part then. */
void trace_begin(struct trace *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void trace_end(struct trace *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* " name+0x10" with a blank in front, or "". */
const char *trace_place(const struct trace *t, unsigned cpu, u32 va, char text[TRACE_PLACE]);

/* The macro spares the arguments' evaluation when the point is off. */
#define trace(t, point, ...)                                                                       \
    do {                                                                                           \
        if (trace_on(t, TRACE_##point))                                                            \
            trace_print(t, __VA_ARGS__);                                                           \
    } while (0)

/* Points by words ("exc,tlb", "all"); or by letters as trace161's -t takes them. */
MUST_CHECK enum err trace_parse_words(struct trace *t, const char *words, struct error *e);
bool trace_set_letter(struct trace *t, char letter, bool on); /* false: no such letter */

#endif
