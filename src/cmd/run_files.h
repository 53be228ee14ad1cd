/* SPDX-License-Identifier: ISC */
/*
 * The files that are written about a run. All are opened before it, so that what cannot be written
 * is found out then; what an earlier run wrote stays until there is something in its place.
 */
#ifndef CMD_RUN_FILES_H
#define CMD_RUN_FILES_H

#include "cmd/run_options.h"
#include "machine/s161_conf.h"

#include <stdio.h>

struct run_files { /* NULL: not wanted */
    FILE *trace, *stats, *folded, *gprof, *shot, *dump, *perf;
};

/* Those of the options that are not open yet. Refuses what the machine is made of. */
MUST_CHECK enum err run_files_open(struct run_files *f, const struct run_options *o,
                                   const struct s161_conf *conf, struct error *e);

/* False: not all could be written, and that was said. */
MUST_CHECK bool run_files_close(struct run_files *f, const struct run_options *o);

#endif
