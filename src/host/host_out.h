/* SPDX-License-Identifier: ISC */
/* Files that the program writes about a run: traces, statistics. */
#ifndef HOST_HOST_OUT_H
#define HOST_HOST_OUT_H

#include "lib/err.h"
#include "lib/types.h"

#include <stdio.h>

/* Opens for writing, keeping what is there, without waiting for a pipe's reader. NULL: e says why,
 * naming the path. */
FILE *host_out_open(const char *path, struct error *e);

/* Drops what was there. Pipes and devices have nothing. */
void host_out_clear(FILE *f);

#endif
