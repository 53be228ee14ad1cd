/* SPDX-License-Identifier: ISC */
/*
 * Command line options from a table: parsing into a plain struct, and the help text. Options
 * end at the first word that is none, because what follows a kernel's name is the guest's.
 */
#ifndef CMD_CMD_OPTIONS_H
#define CMD_CMD_OPTIONS_H

#include "lib/err.h"
#include "lib/types.h"

#include <stdio.h>

/* What an option stores, and the type of the member at its offset. */
enum cmd_option_kind {
    CMD_FLAG,   /* bool */
    CMD_TEXT,   /* const char *, borrowed from argv; `choices` limits it */
    CMD_LIST,   /* struct cmd_list: the option may be given several times */
    CMD_NUMBER, /* u64 between min and max */
    CMD_SIZE,   /* u64 bytes between min and max */
    CMD_TIME,   /* u64 nanoseconds between min and max */
};

struct cmd_list {
    const char **item; /* borrowed from argv */
    size_t n;
};

struct cmd_option {
    const char *name; /* long, without "--"; NULL: only the letter */
    char letter;      /* 0: only the name */
    enum cmd_option_kind kind;
    size_t offset;
    const char *arg;     /* of the help text: "SIZE"; NULL for a flag */
    const char *choices; /* "auto sys161"; NULL: anything */
    u64 min, max;
    const char *help; /* NULL: not in the help text */
};

/* Parses argv[1..]; *words is the index of the first word. The message names the option. */
MUST_CHECK enum err cmd_options_parse(const struct cmd_option *table, size_t n, int argc,
                                      char **argv, void *out, int *words, struct error *e);

/* For a command without options: prints "usage: ..." and returns the exit code if it was asked for
 * help or given anything; -1: go on. */
int cmd_options_none(int argc, char **argv, const char *usage);

/* One line an option. */
void cmd_options_help(FILE *f, const struct cmd_option *table, size_t n);

void cmd_list_add(struct cmd_list *l, const char *item);
void cmd_list_fini(struct cmd_list *l);

#endif
