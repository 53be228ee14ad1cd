/* SPDX-License-Identifier: ISC */
/* A stand-in until the machine is there: it says so. */
#include "cmd/run.h"

#include "cmd/cmd.h"
#include "lib/log.h"

int run_machine(const struct run_options *o)
{
    log_error("cannot run %s yet: this build has no machine", o->kernel ? o->kernel : "the guest");
    return CMD_USAGE;
}
