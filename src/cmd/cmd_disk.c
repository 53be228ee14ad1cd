/* SPDX-License-Identifier: ISC */
/* kuseg disk: makes and changes disk images. It never destroys what is in one unless told. */
#include "cmd/cmd_disk.h"

#include "cmd/cmd.h"
#include "cmd/cmd_options.h"
#include "cmd/cmd_suggest.h"
#include "dev/lb_disk_model.h"
#include "host/host_slurp.h"
#include "lib/log.h"
#include "lib/num.h"

#include <stdio.h>
#include <string.h>

#define CMD_DISK_MIN (LB_DISK_MIN_SECTORS * (u64)IO_SECTOR)
#define CMD_DISK_MAX (LB_DISK_MAX_SECTORS * (u64)IO_SECTOR)

#define CMD_DISK_AT(member) offsetof(struct cmd_disk_args, member)
#define CMD_DISK_TEXT(name, member, choices, what)                                                 \
    name, 0, CMD_TEXT, CMD_DISK_AT(member), "NAME", choices, 0, 0, what
#define CMD_DISK_FLAG(name, letter, member, what)                                                  \
    name, letter, CMD_FLAG, CMD_DISK_AT(member), NULL, NULL, 0, 0, what

#define CMD_DISK_MAKE                                                                              \
    CMD_DISK_TEXT("format", format, "sys161 raw",                                                  \
                  "what to make: sys161 (with System/161's header; the default) or raw")
#define CMD_DISK_TAKE(name, member)                                                                \
    CMD_DISK_TEXT(name, member, "auto sys161 raw",                                                 \
                  "what it is: sys161, raw, or auto (by the header; the default)")
#define CMD_DISK_FORCE(what) CMD_DISK_FLAG("force", 'f', force, what)
#define CMD_DISK_HELP        CMD_DISK_FLAG("help", 'h', help, "print this")

static const struct cmd_option cmd_disk_make_table[] = {
    {CMD_DISK_MAKE},
    {CMD_DISK_FORCE("replace a file that is there already")},
    {CMD_DISK_HELP},
};

static const struct cmd_option cmd_disk_list_table[] = {
    {CMD_DISK_TAKE("format", format)},
    {CMD_DISK_FLAG("json", 0, json, "an array of objects")},
    {CMD_DISK_HELP},
};

static const struct cmd_option cmd_disk_resize_table[] = {
    {CMD_DISK_TAKE("format", format)},
    {CMD_DISK_FORCE("cut off what lies beyond a smaller size")},
    {CMD_DISK_HELP},
};

static const struct cmd_option cmd_disk_convert_table[] = {
    {CMD_DISK_MAKE},
    {CMD_DISK_TAKE("from", from)},
    {CMD_DISK_FORCE("replace a file that is there already")},
    {CMD_DISK_HELP},
};

enum io_disk_format cmd_disk_format(const char *name)
{
    if (name && !strcmp(name, "sys161"))
        return IO_DISK_SYS161;
    return name && !strcmp(name, "raw") ? IO_DISK_RAW : IO_DISK_GUESS;
}

const char *cmd_disk_format_name(enum io_disk_format format)
{
    return format == IO_DISK_RAW ? "raw" : "sys161";
}

static enum io_disk_format cmd_disk_format_to_make(const struct cmd_disk_args *a)
{
    return a->format ? cmd_disk_format(a->format) : IO_DISK_SYS161;
}

static int cmd_disk_done(enum err err, const struct error *e)
{
    if (err)
        log_error("%s", e->msg);
    return err ? CMD_USAGE : CMD_OK;
}

/* Bytes that a disk can have. */
static enum err cmd_disk_check_size(u64 bytes, struct error *e)
{
    char min[NUM_SIZE_LEN];
    if (bytes % IO_SECTOR)
        return err_set(e, ERR_USAGE, "%llu bytes are no whole number of sectors of %u bytes",
                       (unsigned long long)bytes, IO_SECTOR);
    if (bytes < CMD_DISK_MIN || bytes > CMD_DISK_MAX)
        return err_set(e, ERR_LIMIT, "a disk of %llu bytes: it must have %s to 2 TB less a sector",
                       (unsigned long long)bytes, num_format_size(min, CMD_DISK_MIN));
    return ERR_OK;
}

/* ---- the sub-commands ---- */

static int cmd_disk_create(const struct cmd_disk_args *a, char **word, int n)
{
    (void)n;
    struct error e;
    u64 bytes = 0;
    enum err err = num_parse_size(word[1], 0, ~0ull, &bytes, &e);
    if (!err)
        err = cmd_disk_check_size(bytes, &e);
    if (!err)
        err = io_disk_image_create(word[0], cmd_disk_format_to_make(a), bytes / IO_SECTOR, a->force,
                                   &e);
    return cmd_disk_done(err, &e);
}

/* "+1M", "-1M" and "5M". */
static enum err cmd_disk_new_size(const char *text, u64 old, u64 *bytes, struct error *e)
{
    bool more = text[0] == '+', less = text[0] == '-';
    u64 by = 0;
    enum err err = num_parse_size(text + (more || less), 0, ~0ull, &by, e);
    if (err)
        return err;
    *bytes = more ? old + by : less ? old - by : by;
    if ((more && *bytes < old) || (less && by > old))
        return err_set(e, ERR_LIMIT, "%s: there are no disks of such a size", text);
    return cmd_disk_check_size(*bytes, e);
}

static enum err cmd_disk_resize_open(struct io_disk_image *d, const char *image, const char *text,
                                     bool force, struct error *e)
{
    struct io_disk_tool_info info;
    io_disk_tool_info(d, &info);
    u64 bytes, old = info.sectors * IO_SECTOR;
    enum err err = cmd_disk_new_size(text, old, &bytes, e);
    if (err)
        return err;
    if (bytes < old && !force) {
        char from[NUM_SIZE_LEN], to[NUM_SIZE_LEN];
        return err_set(e, ERR_USAGE,
                       "%s has %s; with %s what lies beyond would be lost (--force does it)", image,
                       num_format_size(from, old), num_format_size(to, bytes));
    }
    return io_disk_tool_resize(d, bytes / IO_SECTOR, e);
}

static int cmd_disk_resize(const struct cmd_disk_args *a, char **word, int n)
{
    (void)n;
    struct error e;
    struct io_disk_image *d = NULL;
    enum err err =
        io_disk_tool_open(&d, word[0], cmd_disk_format(a->format), IO_DISK_TOOL_CHANGE, &e);
    if (!err)
        err = cmd_disk_resize_open(d, word[0], word[1], a->force, &e);
    io_disk_tool_close(d);
    return cmd_disk_done(err, &e);
}

static void cmd_disk_warn_of_spare(const struct io_disk_image *d, const char *image)
{
    struct io_disk_tool_info info;
    io_disk_tool_info(d, &info);
    if (info.spare)
        log_warn("%s: its last %u bytes are no whole sector and are not copied", image,
                 (unsigned)info.spare);
}

static int cmd_disk_convert(const struct cmd_disk_args *a, char **word, int n)
{
    (void)n;
    struct error e;
    struct io_disk_image *d = NULL;
    enum err err = ERR_OK;
    if (host_same_file(word[0], word[1]))
        err = err_set(&e, ERR_USAGE, "%s and %s are the same file", word[0], word[1]);
    if (!err)
        err = io_disk_tool_open(&d, word[0], cmd_disk_format(a->from), IO_DISK_TOOL_READ, &e);
    if (!err) {
        cmd_disk_warn_of_spare(d, word[0]);
        err = io_disk_tool_copy(d, word[1], cmd_disk_format_to_make(a), a->force, &e);
    }
    io_disk_tool_close(d);
    return cmd_disk_done(err, &e);
}

struct cmd_disk_verb {
    const char *name, *words;
    const char *help;
    const struct cmd_option *table;
    size_t n;
    int min, max; /* words */
    int (*run)(const struct cmd_disk_args *a, char **word, int n);
};

#define CMD_DISK_OPTIONS(table) table, ARRAY_LEN(table)

static const struct cmd_disk_verb cmd_disk_verbs[] = {
    {"create", "IMAGE SIZE", "a new, empty image; it takes room on the host only as it fills",
     CMD_DISK_OPTIONS(cmd_disk_make_table), 2, 2, cmd_disk_create},
    {"info", "IMAGE...", "format, size, and what the host keeps for it",
     CMD_DISK_OPTIONS(cmd_disk_list_table), 1, INT32_MAX, cmd_disk_info},
    {"check", "IMAGE...", "can a machine run from it, and is every sector readable?",
     CMD_DISK_OPTIONS(cmd_disk_list_table), 1, INT32_MAX, cmd_disk_check},
    {"resize", "IMAGE [+-]SIZE", "to a size, or by so much; the file system inside is not changed",
     CMD_DISK_OPTIONS(cmd_disk_resize_table), 2, 2, cmd_disk_resize},
    {"convert", "IMAGE NEW", "a copy in another format, or in the same, with holes for zeros",
     CMD_DISK_OPTIONS(cmd_disk_convert_table), 2, 2, cmd_disk_convert},
};

static void cmd_disk_help(FILE *f)
{
    fputs("usage: kuseg disk VERB [options] ...\n\n", f);
    for (size_t i = 0; i < ARRAY_LEN(cmd_disk_verbs); i++)
        fprintf(f, "  %-8s%-16s%s\n", cmd_disk_verbs[i].name, cmd_disk_verbs[i].words,
                cmd_disk_verbs[i].help);
    fputs("\nSizes end in K, M, G or s (sectors of 512 bytes). 'kuseg disk VERB --help' lists the\n"
          "options. An image that a machine runs from is locked, and never changed.\n",
          f);
}

static int cmd_disk_verb_help(const struct cmd_disk_verb *v)
{
    printf("usage: kuseg disk %s [options] %s\n\n%s\n\n", v->name, v->words, v->help);
    cmd_options_help(stdout, v->table, v->n);
    return CMD_OK;
}

static const struct cmd_disk_verb *cmd_disk_find(const char *name)
{
    const char *near = NULL;
    for (size_t i = 0; i < ARRAY_LEN(cmd_disk_verbs); i++) {
        if (!strcmp(name, cmd_disk_verbs[i].name))
            return &cmd_disk_verbs[i];
        near = cmd_suggest(name, near, cmd_disk_verbs[i].name);
    }
    if (near)
        log_error("disk: there is no '%s' (did you mean '%s'?)", name, near);
    else
        log_error("disk: there is no '%s' (see 'kuseg disk --help')", name);
    return NULL;
}

static int cmd_disk_run(const struct cmd_disk_verb *v, int argc, char **argv)
{
    struct cmd_disk_args a = {0};
    struct error e;
    int first = 0;
    if (cmd_options_parse(v->table, v->n, argc, argv, &a, &first, &e) != ERR_OK) {
        log_error("disk %s: %s", v->name, e.msg);
        return CMD_USAGE;
    }
    if (a.help)
        return cmd_disk_verb_help(v);
    int n = argc - first;
    if (n < v->min || n > v->max) {
        log_error("usage: kuseg disk %s [options] %s", v->name, v->words);
        return CMD_USAGE;
    }
    return v->run(&a, argv + first, n);
}

int cmd_disk(int argc, char **argv)
{
    if (argc < 2) {
        cmd_disk_help(stderr);
        return CMD_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        cmd_disk_help(stdout);
        return CMD_OK;
    }
    const struct cmd_disk_verb *v = cmd_disk_find(argv[1]);
    return v ? cmd_disk_run(v, argc - 1, argv + 1) : CMD_USAGE;
}
