/* SPDX-License-Identifier: ISC */
/*
 * The differential test of the translator: programs of diff_make.c, run by it in slices, between
 * which the world changes, and by the reference; at each slice's end all is compared.
 */
#ifndef TESTS_ISA_DIFF_JIT_H
#define TESTS_ISA_DIFF_JIT_H

#include "diff_make.h"

enum {                   /* what a case may do without */
    DIFF_NO_LINES = 1,   /* interrupt lines that change */
    DIFF_NO_OUTSIDE = 2, /* memory that changes */
    DIFF_NO_MOVES = 4,   /* going on elsewhere */
    DIFF_NO_INTERP = 8,  /* slices by the interpreter, and what is decoded forgotten */
    DIFF_NO_CHAOS = 16,  /* random registers, tiny tables, regions that go */
    DIFF_NO_BOUNDS = 32, /* small regions */
    DIFF_NO_DEVICE = 64, /* a device's lines and DMA */
    DIFF_WITHOUTS = 7,   /* bits */
};

extern const char *const diff_withouts[DIFF_WITHOUTS];

struct diff_case {
    uint64_t seed;
    unsigned slices;  /* at most; 0: as the seed says */
    unsigned without; /* DIFF_NO_ */
    bool quiet, trace;
    bool nop[DIFF_MAKE_WORDS]; /* instructions, as diff_make_words counts them, that are none */
};

struct diff_count {
    uint64_t programs, instructions, exceptions, stops;
    uint64_t seed;   /* at work on this */
    unsigned slices; /* of it, so far */
};

/* False: they differ. On the machine t, which may have run others. */
bool diff_case_run(struct diff *t, const struct diff_case *k, struct diff_count *count);
/* Likewise; and on a new machine all must come out the same, and the translator do the same. */
bool diff_case_compare(struct diff *t, const struct diff_case *k, struct diff_count *count);

/* diff_reduce.c: makes a failing case small; prints it and the command that repeats it. */
void diff_reduce(struct diff_case *k, const char *program);
/* Runs a case in a process of its own; false: it differs, crashes or hangs. */
bool diff_case_is_good(const struct diff_case *k, unsigned *slices);

#endif
