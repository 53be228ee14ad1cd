/* SPDX-License-Identifier: ISC */
/* A run's debugger, as the options ask for it. */
#ifndef CMD_RUN_DEBUG_H
#define CMD_RUN_DEBUG_H

#include "cmd/run_options.h"
#include "vmm/vmm.h"

/* After the machine was started. *d stays NULL where none can come. */
MUST_CHECK enum err run_debug_open(struct vmm_debug **d, const struct run_options *o, struct vmm *v,
                                   struct error *e);

/* A character that was typed: is it for the debugger? */
bool run_debug_takes(const struct run_options *o, struct vmm_debug *d, u8 ch);

#endif
