/* SPDX-License-Identifier: ISC */
#include "cmd/cmd_json.h"

#include "host/host_out.h"

bool cmd_json_write(const json_t *o, FILE *f)
{
    if (f != stdout)
        host_out_clear(f);
    return o && !json_dumpf(o, f, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) &&
           fputc('\n', f) != EOF && !fflush(f);
}
