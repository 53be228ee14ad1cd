/* SPDX-License-Identifier: ISC */
/*
 * Output and messages are those of System/161 2.0.8's stat161, which people's scripts read. Columns
 * are as wide as their name, what the meter asked for, and the widest number so far.
 */
#include "cmd/stat_table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define STAT_TABLE_WORDS     32 /* further ones are not looked at */
#define STAT_TABLE_VERSION   2
#define STAT_TABLE_PAGE      22 /* rows between two heads */
#define STAT_TABLE_MAX_WIDTH 40u

struct stat_words {
    char *word[STAT_TABLE_WORDS];
    unsigned n;
};

void stat_table_reset(struct stat_table *t)
{
    memset(t->column, 0, sizeof t->column);
    t->n = 0;
    t->since_head = STAT_TABLE_PAGE;
    t->len = 0;
    t->wrong_version = false;
}

/* ---- what can be said ---- */

static void stat_table_hello(struct stat_table *t, const struct stat_words *w)
{
    long version = strtol(w->word[1], NULL, 10);
    if (version == STAT_TABLE_VERSION)
        return;
    fprintf(t->err, "%s: Wrong protocol version %ld\n", t->program, version);
    t->wrong_version = true;
}

static void stat_table_head(struct stat_table *t, const struct stat_words *w)
{
    t->n = w->n - 1;
    if (t->n > STAT_TABLE_COLUMNS) {
        fprintf(t->err, "%s: Too many data fields; only %d are shown\n", t->program,
                STAT_TABLE_COLUMNS);
        t->n = STAT_TABLE_COLUMNS;
    }
    for (unsigned i = 0; i < t->n; i++) {
        struct stat_column *c = &t->column[i];
        int len = snprintf(c->name, sizeof c->name, "%.*s", STAT_TABLE_NAME - 1, w->word[i + 1]);
        c->width = (unsigned)len > c->width ? (unsigned)len : c->width;
    }
}

static void stat_table_width(struct stat_table *t, const struct stat_words *w)
{
    for (unsigned i = 0; i < STAT_TABLE_COLUMNS && i + 1 < w->n; i++) {
        u64 width = strtoull(w->word[i + 1], NULL, 10);
        if (width > t->column[i].width && width <= STAT_TABLE_MAX_WIDTH)
            t->column[i].width = (unsigned)width;
    }
}

static void stat_table_print_head(struct stat_table *t)
{
    fputc('\n', t->out);
    for (unsigned i = 0; i < t->n; i++)
        fprintf(t->out, "%-*s ", (int)t->column[i].width, t->column[i].name);
    fputc('\n', t->out);
    t->since_head = 0;
}

static void stat_table_print_row(struct stat_table *t, const struct stat_words *w)
{
    if (t->since_head >= STAT_TABLE_PAGE)
        stat_table_print_head(t);
    for (unsigned i = 0; i < t->n; i++) {
        struct stat_column *c = &t->column[i];
        u64 value = strtoull(w->word[i + 1], NULL, 10);
        int len = fprintf(t->out, "%-*llu ", (int)c->width, (unsigned long long)(value - c->last));
        c->width = len - 1 > (int)c->width ? (unsigned)(len - 1) : c->width;
        c->last = value;
    }
    fputc('\n', t->out);
    t->since_head++;
}

static void stat_table_print_json(struct stat_table *t, const struct stat_words *w)
{
    json_t *o = json_object();
    for (unsigned i = 0; i < t->n; i++)
        json_object_set_new(o, t->column[i].name,
                            json_integer((json_int_t)strtoull(w->word[i + 1], NULL, 10)));
    json_dumpf(o, t->out, JSON_COMPACT);
    fputc('\n', t->out);
    json_decref(o);
}

static void stat_table_data(struct stat_table *t, const struct stat_words *w)
{
    if (w->n - 1 != t->n) {
        fprintf(t->out, "%s: Invalid packet (wrong number of fields)\n", t->program);
        return;
    }
    if (t->json)
        stat_table_print_json(t, w);
    else
        stat_table_print_row(t, w);
    t->rows++;
}

static void stat_table_bad(struct stat_table *t, const struct stat_words *w)
{
    fprintf(t->out, "%s: sys161 error:", t->program);
    for (unsigned i = 1; i < w->n; i++)
        fprintf(t->out, " %s", w->word[i]);
    fputc('\n', t->out);
}

static void stat_table_nothing(struct stat_table *t, const struct stat_words *w)
{
    (void)t;
    (void)w;
}

static const struct {
    const char *word;
    unsigned min, max; /* words, with this */
    void (*said)(struct stat_table *t, const struct stat_words *w);
} stat_table_said[] = {
    {"error", 1, STAT_TABLE_WORDS, stat_table_nothing},
    {"hello", 2, 2, stat_table_hello},
    {"head", 2, STAT_TABLE_WORDS, stat_table_head},
    {"width", 2, STAT_TABLE_WORDS, stat_table_width},
    {"data", 2, STAT_TABLE_WORDS, stat_table_data},
    {"ok", 1, STAT_TABLE_WORDS, stat_table_nothing},
    {"bad", 1, STAT_TABLE_WORDS, stat_table_bad},
};

/* ---- lines ---- */

static void stat_table_line(struct stat_table *t, char *line)
{
    struct stat_words w = {.n = 0};
    char *save;
    for (char *s = strtok_r(line, " \t\r\n", &save); s; s = strtok_r(NULL, " \t\r\n", &save))
        if (w.n < STAT_TABLE_WORDS)
            w.word[w.n++] = s;
    if (!w.n)
        return;
    for (size_t i = 0; i < ARRAY_LEN(stat_table_said); i++)
        if (!strcasecmp(w.word[0], stat_table_said[i].word) && w.n >= stat_table_said[i].min &&
            w.n <= stat_table_said[i].max) {
            stat_table_said[i].said(t, &w);
            return;
        }
    fprintf(t->out, "%s: Invalid packet (improper header)\n", t->program);
}

bool stat_table_is_done(const struct stat_table *t)
{
    return t->wrong_version || (t->max_rows && t->rows >= t->max_rows);
}

void stat_table_received(struct stat_table *t, const u8 *data, size_t len)
{
    for (size_t i = 0; i < len && !stat_table_is_done(t); i++) {
        if (data[i] == '\n') {
            t->line[t->len] = 0;
            t->len = 0;
            stat_table_line(t, t->line);
            continue;
        }
        if (t->len == sizeof t->line - 1) {
            fprintf(t->err, "%s: Input overrun\n", t->program);
            t->len = 0;
        }
        t->line[t->len++] = (char)data[i];
    }
    fflush(t->out);
}
