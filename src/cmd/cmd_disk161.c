/* SPDX-License-Identifier: ISC */
/*
 * disk161's command line, as System/161 2.0.8 has it: words, output, messages and exit codes (3
 * for wrong usage, 1 for all else), because scripts know them. Options may stand anywhere behind
 * the action, as with GNU's getopt.
 *
 * Not as there: a size is looked at before a file is touched, a file in use is not cut, a new
 * image that could not be written is removed, "resize IMAGE -SIZE" needs no "--", and info can
 * look at an image that may only be read.
 */
#include "cmd/cmd.h"

#include "dev/lb_disk_model.h"
#include "io/io_disk_tool.h"
#include "lib/bug.h"
#include "lib/num.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_DISK161_MIN (LB_DISK_MIN_SECTORS * (i64)IO_SECTOR)
#define CMD_DISK161_MAX ((i64)KIB(MIB(4))) /* less than that */

enum cmd_disk161_exit {
    CMD_DISK161_FAILED = 1,
    CMD_DISK161_USAGE = 3,
};

struct cmd_disk161_args {
    char **word;
    int n;
    bool force;
};

static void cmd_disk161_print_usage(FILE *f)
{
    fputs("Usage: disk161 action [options] [arguments]\n"
          "   disk161 create [-f] filename size\n"
          "   disk161 info filename...\n"
          "   disk161 resize filename [+-]size\n",
          f);
}

static int cmd_disk161_usage(void)
{
    cmd_disk161_print_usage(stderr);
    return CMD_DISK161_USAGE;
}

static int cmd_disk161_fail(const char *file, const char *why)
{
    fprintf(stderr, "disk161: %s: %s\n", file, why);
    return CMD_DISK161_FAILED;
}

/* Right after the call that failed: ERR_IO leaves its reason in errno. */
static int cmd_disk161_failed(const char *file, enum err err, const struct error *e)
{
    switch (err) {
    case ERR_IO:
        return cmd_disk161_fail(file, strerror(errno));
    case ERR_BUSY:
        return cmd_disk161_fail(file, "Locked by another process");
    case ERR_FORMAT:
        return cmd_disk161_fail(file, "Not a System/161 disk image");
    default:
        return cmd_disk161_fail(file, e->msg);
    }
}

/* ---- sizes ---- */

static bool cmd_disk161_size(const char *text, i64 *bytes)
{
    char *suffix;
    u64 unit;
    errno = 0;
    i64 n = strtoll(text, &suffix, 0);
    if (errno) {
        cmd_disk161_fail(text, "Invalid number");
        return false;
    }
    if (!num_size_unit(suffix, &unit)) {
        fprintf(stderr, "disk161: Invalid size suffix %s\n", suffix);
        return false;
    }
    if (__builtin_mul_overflow(n, (i64)unit, bytes))
        *bytes = n < 0 ? INT64_MIN : INT64_MAX / IO_SECTOR * IO_SECTOR;
    return true;
}

static bool cmd_disk161_size_fits(i64 bytes)
{
    if (bytes % IO_SECTOR) {
        u64 up = ((u64)(bytes / IO_SECTOR) + (bytes > 0)) * IO_SECTOR;
        fprintf(stderr, "Size %lld not an even number of sectors\n", (long long)bytes);
        fprintf(stderr, "Try %lld instead.\n", (long long)up);
        return false;
    }
    if (bytes < CMD_DISK161_MIN)
        fprintf(stderr, "Size %lld too small\n", (long long)bytes);
    else if (bytes >= CMD_DISK161_MAX)
        fprintf(stderr, "Size %lld too large\n", (long long)bytes);
    return bytes >= CMD_DISK161_MIN && bytes < CMD_DISK161_MAX;
}

/* ---- the actions ---- */

static int cmd_disk161_create(const struct cmd_disk161_args *a)
{
    if (a->n != 2)
        return cmd_disk161_usage();
    const char *file = a->word[0];
    struct error e;
    i64 bytes;
    if (!cmd_disk161_size(a->word[1], &bytes) || !cmd_disk161_size_fits(bytes))
        return CMD_DISK161_FAILED;
    enum err err = io_disk_image_create(file, IO_DISK_SYS161, (u64)bytes / IO_SECTOR, a->force, &e);
    return err ? cmd_disk161_failed(file, err, &e) : 0;
}

static void cmd_disk161_amount(const char *file, const char *what, u64 bytes)
{
    printf("%s %s %llu bytes (%llu sectors; %lluK; %lluM)\n", file, what, (unsigned long long)bytes,
           (unsigned long long)(bytes / IO_SECTOR), (unsigned long long)(bytes / KIB(1)),
           (unsigned long long)(bytes / MIB(1)));
}

static int cmd_disk161_info(const struct cmd_disk161_args *a)
{
    if (a->force)
        return cmd_disk161_usage();
    for (int i = 0; i < a->n; i++) {
        const char *file = a->word[i];
        struct io_disk_image *d;
        struct io_disk_tool_info info;
        struct error e;
        enum err err = io_disk_tool_open(&d, file, IO_DISK_SYS161, IO_DISK_TOOL_LOOK, &e);
        if (err)
            return cmd_disk161_failed(file, err, &e);
        io_disk_tool_info(d, &info);
        io_disk_tool_close(d);
        cmd_disk161_amount(file, "size", info.sectors * IO_SECTOR + info.spare);
        cmd_disk161_amount(file, "spaceused", info.allocated);
    }
    errno = 0;
    return fflush(stdout) ? cmd_disk161_fail("standard output", strerror(errno)) : 0;
}

static bool cmd_disk161_new_size(const char *text, i64 amount, i64 old, i64 *bytes)
{
    bool more = text[0] == '+', less = text[0] == '-';
    *bytes = amount;
    if (more && (amount < 0 || __builtin_add_overflow(old, amount, bytes))) {
        fprintf(stderr, "%s: Result too large\n", text);
        return false;
    }
    if (less && (old < amount || __builtin_sub_overflow(old, amount, bytes))) {
        fprintf(stderr, "%s: Result too small\n", text);
        return false;
    }
    return cmd_disk161_size_fits(*bytes);
}

static int cmd_disk161_resize_open(struct io_disk_image *d, const struct cmd_disk161_args *a,
                                   i64 amount)
{
    struct io_disk_tool_info info;
    struct error e;
    i64 bytes;
    io_disk_tool_info(d, &info);
    if (!cmd_disk161_new_size(a->word[1], amount, (i64)(info.sectors * IO_SECTOR + info.spare),
                              &bytes))
        return CMD_DISK161_FAILED;
    enum err err = io_disk_tool_resize(d, (u64)bytes / IO_SECTOR, &e);
    return err ? cmd_disk161_failed(a->word[0], err, &e) : 0;
}

static int cmd_disk161_resize(const struct cmd_disk161_args *a)
{
    if (a->n != 2 || a->force)
        return cmd_disk161_usage();
    const char *file = a->word[0], *text = a->word[1];
    struct io_disk_image *d;
    struct error e;
    i64 amount;
    if (!cmd_disk161_size(text + (text[0] == '+' || text[0] == '-'), &amount))
        return CMD_DISK161_FAILED;
    enum err err = io_disk_tool_open(&d, file, IO_DISK_SYS161, IO_DISK_TOOL_CHANGE, &e);
    if (err)
        return cmd_disk161_failed(file, err, &e);
    int status = cmd_disk161_resize_open(d, a, amount);
    io_disk_tool_close(d);
    return status;
}

/* ---- the command line ---- */

/* A smaller size looks like an option. */
static bool cmd_disk161_is_option(const char *arg)
{
    return arg[0] == '-' && arg[1] && !isdigit((unsigned char)arg[1]);
}

static bool cmd_disk161_option(const char *action, const char *arg, struct cmd_disk161_args *a)
{
    for (const char *p = arg + 1; *p; p++) {
        if (*p != 'f') {
            fprintf(stderr, "%s: invalid option -- '%c'\n", action, *p);
            return false;
        }
        a->force = true;
    }
    return true;
}

static bool cmd_disk161_parse(int argc, char **argv, struct cmd_disk161_args *a)
{
    bool options = true;
    for (int i = 1; i < argc; i++) {
        if (options && !strcmp(argv[i], "--"))
            options = false;
        else if (!options || !cmd_disk161_is_option(argv[i]))
            a->word[a->n++] = argv[i];
        else if (!cmd_disk161_option(argv[0], argv[i], a))
            return false;
    }
    return true;
}

struct cmd_disk161_action {
    const char *name;
    int (*run)(const struct cmd_disk161_args *a);
};

static const struct cmd_disk161_action cmd_disk161_actions[] = {
    {"create", cmd_disk161_create},  {"info", cmd_disk161_info},   {"stat", cmd_disk161_info},
    {"stats", cmd_disk161_info},     {"status", cmd_disk161_info}, {"resize", cmd_disk161_resize},
    {"setsize", cmd_disk161_resize},
};

static int cmd_disk161_run(const char *action, const struct cmd_disk161_args *a)
{
    for (size_t i = 0; i < ARRAY_LEN(cmd_disk161_actions); i++) {
        if (!strcmp(action, cmd_disk161_actions[i].name))
            return cmd_disk161_actions[i].run(a);
    }
    if (strcmp(action, "help") != 0)
        fprintf(stderr, "disk161: Unknown command %s\n", action);
    return cmd_disk161_usage();
}

int cmd_disk161(int argc, char **argv)
{
    if (argc < 2)
        return cmd_disk161_usage();
    if (!strcmp(argv[1], "--help")) { /* new: there it is an unknown command */
        cmd_disk161_print_usage(stdout);
        return 0;
    }
    struct cmd_disk161_args a = {.word = xcalloc((size_t)argc, sizeof *a.word)};
    int status = cmd_disk161_parse(argc - 1, argv + 1, &a) ? cmd_disk161_run(argv[1], &a)
                                                           : cmd_disk161_usage();
    free(a.word);
    return status;
}
