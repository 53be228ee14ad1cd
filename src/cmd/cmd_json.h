/* SPDX-License-Identifier: ISC */
/* Tables of numbers as JSON, for programs. */
#ifndef CMD_CMD_JSON_H
#define CMD_CMD_JSON_H

#include "lib/types.h"

#include <jansson.h>
#include <stdio.h>

/* In place of what f holds, and flushed. o may be NULL: there was no memory for it. False: it could
 * not be written (errno). */
MUST_CHECK bool cmd_json_write(const json_t *o, FILE *f);

#endif
