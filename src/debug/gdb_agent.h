/* SPDX-License-Identifier: ISC */
/*
 * GDB's agent expressions: the bytecode of breakpoint conditions, evaluated here so that a false
 * one costs no round trip. Bounded in steps and stack. Source: "Debugging with GDB", appendix The
 * GDB Agent Expression Mechanism.
 */
#ifndef DEBUG_GDB_AGENT_H
#define DEBUG_GDB_AGENT_H

#include "debug/debug_target.h"

#define GDB_AGENT_STEPS 10000

/* False: it is not valid, reads what is not memory, divides by zero, or takes too long. */
MUST_CHECK bool gdb_agent_eval(const struct debug_target *t, unsigned thread, const u8 *code,
                               u32 len, u64 *result);

#endif
