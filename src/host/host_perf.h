/* SPDX-License-Identifier: ISC */
/* The file in which Linux's perf looks for the names of code that a program made while it ran. */
#ifndef HOST_HOST_PERF_H
#define HOST_HOST_PERF_H

#include "lib/err.h"

#include <stdio.h>

/* /tmp/perf-PID.map, empty. NULL: e says why. */
FILE *host_perf_open(struct error *e);

#endif
