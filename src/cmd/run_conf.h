/* SPDX-License-Identifier: ISC */
/* The board's configuration: what a file says, and the options that say more. */
#ifndef CMD_RUN_CONF_H
#define CMD_RUN_CONF_H

#include "cmd/run_options.h"
#include "machine/s161_conf.h"

/* unseen: there is a screen only for its picture at the end. */
MUST_CHECK enum err run_conf_read(struct s161_conf *conf, const struct run_options *o, bool *unseen,
                                  struct error *e);

#endif
