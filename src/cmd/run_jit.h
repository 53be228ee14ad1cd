/* SPDX-License-Identifier: ISC */
/* What a run's options say about the translator. */
#ifndef CMD_RUN_JIT_H
#define CMD_RUN_JIT_H

#include "cmd/run_files.h"
#include "cmd/run_options.h"
#include "machine/machine.h"

/* Before the machine runs. With an engine that does not translate, the options must not be there.
 */
MUST_CHECK enum err run_jit_open(const struct run_options *o, struct machine *m,
                                 const struct run_files *f, struct error *e);

/* The run is over: what goes with the machine is not worth telling. */
void run_jit_close(struct machine *m);

#endif
