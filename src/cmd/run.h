/* SPDX-License-Identifier: ISC */
/* Builds the machine that the options describe, runs it to its end; the result is the exit code. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "cmd/run_options.h"

int run_machine(const struct run_options *o);

#endif
