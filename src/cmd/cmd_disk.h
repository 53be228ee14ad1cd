/* SPDX-License-Identifier: ISC */
/* What the parts of kuseg disk share. Each function results in an exit code. */
#ifndef CMD_CMD_DISK_H
#define CMD_CMD_DISK_H

#include "io/io_disk_tool.h"

struct cmd_disk_args {
    const char *format, *from; /* as written; NULL: not given */
    bool force, json, help;
};

/* "sys161", "raw"; anything else, and NULL, is IO_DISK_GUESS. */
enum io_disk_format cmd_disk_format(const char *name);
const char *cmd_disk_format_name(enum io_disk_format format);

int cmd_disk_info(const struct cmd_disk_args *a, char **image, int n);
int cmd_disk_check(const struct cmd_disk_args *a, char **image, int n);

#endif
