/* SPDX-License-Identifier: ISC */
/*
 * The host's own instructions as text, for people. Capstone does it, which is loaded when it is
 * first wanted: a program that never shows code does without.
 */
#ifndef HOST_HOST_DISASM_H
#define HOST_HOST_DISASM_H

#include "lib/types.h"

struct host_disasm;

/* NULL: there is no Capstone, in this build or on this host. */
struct host_disasm *host_disasm_new(void);
void host_disasm_free(struct host_disasm *d); /* d may be NULL */

#define HOST_DISASM_TEXT 192

/* The instruction at code, as if it stood at `at`: its length, or 0 if it is none. */
size_t host_disasm_one(struct host_disasm *d, const u8 *code, size_t len, u64 at,
                       char text[HOST_DISASM_TEXT]);

#endif
