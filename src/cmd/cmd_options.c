/* SPDX-License-Identifier: ISC */
/*
 * Not getopt_long: that one keeps its place in globals, prints its own words, and does not know
 * sizes and lists.
 */
#include "cmd/cmd_options.h"

#include "cmd/cmd.h"
#include "cmd/cmd_suggest.h"
#include "lib/bug.h"
#include "lib/log.h"
#include "lib/num.h"

#include <stdlib.h>
#include <string.h>

struct cmd_parse {
    const struct cmd_option *table;
    size_t n;
    int argc;
    char **argv;
    int next; /* index of the word to look at */
    void *out;
};

void cmd_list_add(struct cmd_list *l, const char *item)
{
    l->item = xrealloc(l->item, (l->n + 1) * sizeof *l->item);
    l->item[l->n++] = item;
}

void cmd_list_fini(struct cmd_list *l)
{
    free(l->item);
    *l = (struct cmd_list){0};
}

static bool cmd_options_is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (const char *p = choices; *p; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        if (n == len && !memcmp(p, value, n))
            return true;
        p += n;
    }
    return false;
}

static enum err cmd_options_text(const struct cmd_option *o, const char *value, void *member,
                                 struct error *e)
{
    if (o->choices && !cmd_options_is_choice(o->choices, value))
        return err_set(e, ERR_USAGE, "'%s' is none of: %s", value, o->choices);
    *(const char **)member = value;
    return ERR_OK;
}

static enum err cmd_options_store(const struct cmd_option *o, const char *value, void *out,
                                  struct error *e)
{
    void *member = (char *)out + o->offset;
    if ((o->kind == CMD_TEXT || o->kind == CMD_LIST) && !*value)
        return err_set(e, ERR_USAGE, "needs a value that is not empty: %s", o->arg);
    switch (o->kind) {
    case CMD_FLAG:
        *(bool *)member = true;
        return ERR_OK;
    case CMD_TEXT:
        return cmd_options_text(o, value, member, e);
    case CMD_LIST:
        cmd_list_add(member, value);
        return ERR_OK;
    case CMD_NUMBER:
        return num_parse(value, o->min, o->max, member, e);
    case CMD_SIZE:
        return num_parse_size(value, o->min, o->max, member, e);
    case CMD_TIME:
        return num_parse_time(value, o->min, o->max, member, e);
    }
    return ERR_OK;
}

static enum err cmd_options_unknown(const struct cmd_parse *p, const char *name, size_t len,
                                    struct error *e)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)len, name);
    const char *near = NULL;
    for (size_t i = 0; i < p->n; i++) {
        if (p->table[i].name)
            near = cmd_suggest(word, near, p->table[i].name);
    }
    if (near)
        return err_set(e, ERR_USAGE, "unknown option '--%s' (did you mean '--%s'?)", word, near);
    return err_set(e, ERR_USAGE, "unknown option '--%s'", word);
}

/* --name, --name=value, --name value */
static enum err cmd_options_long(struct cmd_parse *p, const char *name, struct error *e)
{
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    for (size_t i = 0; i < p->n; i++) {
        const struct cmd_option *o = &p->table[i];
        if (!o->name || strlen(o->name) != len || memcmp(o->name, name, len) != 0)
            continue;
        if (o->kind == CMD_FLAG && value)
            return err_set(e, ERR_USAGE, "option '--%s' takes no value", o->name);
        if (o->kind != CMD_FLAG && !value && p->next < p->argc)
            value = p->argv[p->next++];
        if (o->kind != CMD_FLAG && !value)
            return err_set(e, ERR_USAGE, "option '--%s' needs a value: %s", o->name, o->arg);
        if (cmd_options_store(o, value, p->out, e) != ERR_OK)
            return err_prefix(e, "--%s", o->name);
        return ERR_OK;
    }
    return cmd_options_unknown(p, name, len, e);
}

static const struct cmd_option *cmd_options_letter(const struct cmd_parse *p, char letter)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->table[i].letter == letter)
            return &p->table[i];
    }
    return NULL;
}

/* -x, -xyz, -xVALUE, -x VALUE */
static enum err cmd_options_short(struct cmd_parse *p, const char *letters, struct error *e)
{
    while (*letters) {
        char c = *letters++;
        const struct cmd_option *o = cmd_options_letter(p, c);
        if (!o)
            return err_set(e, ERR_USAGE, "unknown option '-%c'", c);
        const char *value = NULL;
        if (o->kind != CMD_FLAG) {
            value = *letters ? letters : p->next < p->argc ? p->argv[p->next++] : NULL;
            if (!value)
                return err_set(e, ERR_USAGE, "option '-%c' needs a value: %s", c, o->arg);
            letters += strlen(letters);
        }
        if (cmd_options_store(o, value, p->out, e) != ERR_OK)
            return err_prefix(e, "-%c", c);
    }
    return ERR_OK;
}

enum err cmd_options_parse(const struct cmd_option *table, size_t n, int argc, char **argv,
                           void *out, int *words, struct error *e)
{
    struct cmd_parse p = {
        .table = table, .n = n, .argc = argc, .argv = argv, .next = 1, .out = out};
    while (p.next < argc && argv[p.next][0] == '-' && argv[p.next][1]) {
        const char *arg = argv[p.next++];
        if (!strcmp(arg, "--"))
            break;
        enum err err =
            arg[1] == '-' ? cmd_options_long(&p, arg + 2, e) : cmd_options_short(&p, arg + 1, e);
        if (err != ERR_OK)
            return err;
    }
    *words = p.next;
    return ERR_OK;
}

int cmd_options_none(int argc, char **argv, const char *usage)
{
    if (argc < 2)
        return -1;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        printf("usage: %s\n", usage);
        return CMD_OK;
    }
    log_error("%s takes no words, not '%s'", argv[0], argv[1]);
    return CMD_USAGE;
}

void cmd_options_help(FILE *f, const struct cmd_option *table, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct cmd_option *o = &table[i];
        if (!o->help)
            continue;
        char left[64], letter[8] = "    ";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c%s", o->letter, o->name ? ", " : "");
        snprintf(left, sizeof left, "%s%s%s%s%s", letter, o->name ? "--" : "",
                 o->name ? o->name : "", o->arg ? " " : "", o->arg ? o->arg : "");
        fprintf(f, "  %-24s %s\n", left, o->help);
    }
}
