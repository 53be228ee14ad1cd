/* SPDX-License-Identifier: ISC */
/*
 * Counted stacks of a sampled program, in the folded form that flame graph tools read: a line a
 * stack, its frames from the outermost on with semicolons between, a blank and how often.
 */
#ifndef DEBUG_STACKS_H
#define DEBUG_STACKS_H

#include "lib/err.h"
#include "lib/types.h"

#include <stdio.h>

#define STACKS_MAX  100000 /* different ones; more are counted as "(other)" */
#define STACKS_TEXT 8192   /* bytes of one */

struct stacks {
    struct stack_entry {
        char *text; /* NULL: free */
        u64 count;
    } * slot;
    size_t n, room;
    u64 samples;
};

void stacks_fini(struct stacks *s); /* safe on zeroed memory */
void stacks_add(struct stacks *s, const char *text, u64 count);
void stacks_clear(struct stacks *s);

/* Sorted by text, so that equal runs give equal files. */
void stacks_write(const struct stacks *s, FILE *f);

/* Adds what a file of such lines says. Blank lines are passed over; the message names the line. */
MUST_CHECK enum err stacks_read(struct stacks *s, const char *text, size_t len, struct error *e);

/* The functions that the samples were in, the most frequent first, at most `top`. */
void stacks_table(const struct stacks *s, unsigned top, FILE *f);

#endif
