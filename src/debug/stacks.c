/* SPDX-License-Identifier: ISC */
#include "debug/stacks.h"

#include "lib/bug.h"
#include "lib/num.h"

#include <stdlib.h>
#include <string.h>

#define STACKS_IDLE "(idle)"

/* ---- a table by text ---- */

static u64 stacks_hash(const char *text, size_t len)
{
    u64 h = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ (u8)text[i]) * 0x100000001b3u;
    return h ^ h >> 32;
}

/* The one with this text, or the free one where it would stand. */
static struct stack_entry *stacks_find(const struct stacks *s, const char *text, size_t len)
{
    for (size_t i = stacks_hash(text, len);; i++) {
        struct stack_entry *e = &s->slot[i & (s->room - 1)];
        if (!e->text || (!strncmp(e->text, text, len) && !e->text[len]))
            return e;
    }
}

static void stacks_grow(struct stacks *s)
{
    struct stacks old = *s;
    s->room = old.room ? 2 * old.room : 256;
    s->slot = xcalloc(s->room, sizeof *s->slot);
    for (size_t i = 0; i < old.room; i++)
        if (old.slot[i].text)
            *stacks_find(s, old.slot[i].text, strlen(old.slot[i].text)) = old.slot[i];
    free(old.slot);
}

static void stacks_count(struct stacks *s, const char *text, size_t len, u64 count)
{
    if (2 * s->n >= s->room)
        stacks_grow(s);
    struct stack_entry *e = stacks_find(s, text, len);
    if (!e->text && s->n >= STACKS_MAX) {
        text = "(other)";
        len = strlen(text);
        e = stacks_find(s, text, len);
    }
    if (!e->text) {
        e->text = xcalloc(1, len + 1);
        memcpy(e->text, text, len);
        s->n++;
    }
    e->count += count;
}

void stacks_add(struct stacks *s, const char *text, u64 count)
{
    size_t len = strlen(text);
    stacks_count(s, text, len < STACKS_TEXT ? len : STACKS_TEXT, count);
    s->samples += count;
}

void stacks_fini(struct stacks *s)
{
    for (size_t i = 0; i < s->room; i++)
        free(s->slot[i].text);
    free(s->slot);
    *s = (struct stacks){0};
}

void stacks_clear(struct stacks *s)
{
    stacks_fini(s);
}

/* ---- as a file ---- */

static int stacks_by_text(const void *a, const void *b)
{
    const struct stack_entry *x = a, *y = b;
    return strcmp(x->text, y->text);
}

/* A copy without holes; the texts are borrowed. */
static struct stack_entry *stacks_sorted(const struct stacks *s,
                                         int (*compare)(const void *, const void *))
{
    struct stack_entry *list = xcalloc(s->n + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < s->room; i++)
        if (s->slot[i].text)
            list[n++] = s->slot[i];
    qsort(list, n, sizeof *list, compare);
    return list;
}

void stacks_write(const struct stacks *s, FILE *f)
{
    struct stack_entry *list = stacks_sorted(s, stacks_by_text);
    for (size_t i = 0; i < s->n; i++)
        fprintf(f, "%s %llu\n", list[i].text, (unsigned long long)list[i].count);
    free(list);
}

static enum err stacks_read_line(struct stacks *s, const char *line, size_t len, struct error *e)
{
    char text[STACKS_TEXT + 32];
    u64 count;
    if (len >= sizeof text || memchr(line, '\0', len))
        return err_set(e, ERR_FORMAT, "no line of a profile");
    memcpy(text, line, len);
    text[len] = '\0';
    char *blank = strrchr(text, ' ');
    if (!blank || blank == text || num_parse(blank + 1, 1, 1ull << 40, &count, e))
        return err_set(e, ERR_FORMAT, "should be frames, a blank and a count");
    *blank = '\0';
    stacks_add(s, text, count);
    return ERR_OK;
}

enum err stacks_read(struct stacks *s, const char *text, size_t len, struct error *e)
{
    const char *end = text + len;
    for (unsigned n = 1; text < end; n++) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((eol ? eol : end) - text);
        if (line && stacks_read_line(s, text, line, e))
            return err_prefix(e, "line %u", n);
        text += line + 1;
    }
    return ERR_OK;
}

/* ---- as a table: two more such tables, of functions ---- */

static bool stacks_is_function(const char *frame, size_t len)
{
    return frame[0] != '(' || !memchr(frame, ')', len);
}

/* Of a function that calls itself only once. */
static bool stacks_seen_before(const char *text, const char *frame, size_t len)
{
    for (const char *p = text; p < frame; p += strcspn(p, ";") + 1)
        if (strcspn(p, ";") == len && !memcmp(p, frame, len))
            return true;
    return false;
}

/* The first frame says whose stack it is, and is no function. */
static void stacks_take_apart(const struct stack_entry *e, struct stacks *self,
                              struct stacks *total)
{
    const char *frame = e->text + strcspn(e->text, ";");
    while (*frame == ';') {
        frame++;
        size_t len = strcspn(frame, ";");
        if (stacks_is_function(frame, len) && !stacks_seen_before(e->text, frame, len))
            stacks_count(total, frame, len, e->count);
        if (!frame[len])
            stacks_count(self, frame, len, e->count);
        frame += len;
    }
}

static int stacks_by_count(const void *a, const void *b)
{
    const struct stack_entry *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->text, y->text);
}

static u64 stacks_get(const struct stacks *s, const char *text)
{
    return s->room ? stacks_find(s, text, strlen(text))->count : 0;
}

static void stacks_print_row(const struct stack_entry *e, u64 total, u64 busy, FILE *f)
{
    double share = 100.0 / (busy ? (double)busy : 1);
    fprintf(f, "%6.2f %6.2f %10llu %10llu  %s\n", share * (double)e->count, share * (double)total,
            (unsigned long long)e->count, (unsigned long long)total, e->text);
}

void stacks_table(const struct stacks *s, unsigned top, FILE *f)
{
    struct stacks self = {0}, total = {0};
    for (size_t i = 0; i < s->room; i++)
        if (s->slot[i].text)
            stacks_take_apart(&s->slot[i], &self, &total);
    for (size_t i = 0; i < total.room; i++) /* who was only on the way has a line, too */
        if (total.slot[i].text)
            stacks_count(&self, total.slot[i].text, strlen(total.slot[i].text), 0);
    u64 idle = stacks_get(s, STACKS_IDLE), busy = s->samples - idle;
    fprintf(
        f, "%llu samples, %llu of them idle\n\n self %% total %%       self      total  function\n",
        (unsigned long long)s->samples, (unsigned long long)idle);
    struct stack_entry *list = stacks_sorted(&self, stacks_by_count);
    for (size_t i = 0; i < self.n && i < top; i++)
        stacks_print_row(&list[i], stacks_get(&total, list[i].text), busy, f);
    free(list);
    stacks_fini(&self);
    stacks_fini(&total);
}
