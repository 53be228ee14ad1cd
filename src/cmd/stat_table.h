/* SPDX-License-Identifier: ISC */
/*
 * What a meter says (vmm/vmm_meter.h, or the original's), line by line, as a table for people: how
 * much each counter rose since the line before. Whoever sends it may send anything.
 */
#ifndef CMD_STAT_TABLE_H
#define CMD_STAT_TABLE_H

#include "lib/types.h"

#include <stdio.h>

#define STAT_TABLE_COLUMNS 16
#define STAT_TABLE_NAME    16   /* with its 0 */
#define STAT_TABLE_LINE    4096 /* of input, with its end */

struct stat_table {
    const char *program; /* before messages */
    FILE *out, *err;
    bool json;    /* rows as objects, a line each, of totals */
    u64 max_rows; /* 0: as many as come */

    unsigned n;
    struct stat_column {
        u64 last;
        unsigned width;
        char name[STAT_TABLE_NAME];
    } column[STAT_TABLE_COLUMNS];
    unsigned since_head; /* rows */
    u64 rows;
    bool wrong_version; /* of the protocol: what follows makes no sense */

    char line[STAT_TABLE_LINE];
    size_t len;
};

/* A new connection. */
void stat_table_reset(struct stat_table *t);

/* Nothing more will be printed: there are enough rows, or another version. */
bool stat_table_is_done(const struct stat_table *t);

/* Bytes as they come. */
void stat_table_received(struct stat_table *t, const u8 *data, size_t len);

#endif
