/* SPDX-License-Identifier: ISC */
/*
 * The differential test of the CPU: a random machine state and program, run by an engine of ours
 * and by the independent reference (ref_mips.c) side by side.
 */
#ifndef TESTS_ISA_DIFF_H
#define TESTS_ISA_DIFF_H

#include <stdbool.h>
#include <stdint.h>

struct diff_stats {
    uint64_t programs, instructions, exceptions, stops;
    uint64_t breaks, watches;
};

/* Runs one program; false: the two differ, and what differs was printed. */
bool diff_program(uint64_t seed, bool verbose, struct diff_stats *st);

/* The same with breakpoints and watchpoints that come and go; where a run must stop is foretold by
 * stepping the reference. */
bool diff_debug_program(uint64_t seed, bool verbose, struct diff_stats *st);

#endif
