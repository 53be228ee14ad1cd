/* SPDX-License-Identifier: ISC */
#include "cmd/cmd.h"

#include "cmd/cmd_options.h"

#include <stdio.h>

int cmd_version(int argc, char **argv)
{
    int status = cmd_options_none(argc, argv, "kuseg version\n\nPrints the version.");
    if (status >= 0)
        return status;
    puts("kuseg " KUSEG_VERSION);
    return CMD_OK;
}
