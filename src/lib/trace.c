/* SPDX-License-Identifier: ISC */
#include "lib/trace.h"

#include <stdarg.h>
#include <string.h>

static const struct {
    const char *word;
    char letter;
} trace_points[TRACE_COUNT] = {
#define TRACE(NAME, w, l, what) {.word = w, .letter = l},
#include "lib/trace.def"
#undef TRACE
};

static FILE *trace_out(const struct trace *t)
{
    return t->out ? t->out : stderr;
}

static void trace_close_line(struct trace *t)
{
    if (t->open)
        fputc('\n', trace_out(t));
    t->open = false;
}

void trace_print(struct trace *t, const char *fmt, ...)
{
    va_list ap;
    trace_close_line(t);
    va_start(ap, fmt);
    vfprintf(trace_out(t), fmt, ap);
    va_end(ap);
    fputc('\n', trace_out(t));
}

void trace_begin(struct trace *t, const char *fmt, ...)
{
    va_list ap;
    trace_close_line(t);
    va_start(ap, fmt);
    vfprintf(trace_out(t), fmt, ap);
    va_end(ap);
    t->open = true;
}

void trace_end(struct trace *t, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (t->open || text[0])
        fprintf(trace_out(t), "%s%s\n", t->open ? "" : "   ", text);
    t->open = false;
}

const char *trace_place(const struct trace *t, unsigned cpu, u32 va, char text[TRACE_PLACE])
{
    text[0] = '\0';
    if (!t->place || !*t->place(t->ctx, cpu, va, text + 1))
        return "";
    text[0] = ' ';
    return text;
}

static bool trace_set_word(struct trace *t, const char *word, size_t len)
{
    if (len == 3 && !memcmp(word, "all", 3)) {
        t->on = (1u << TRACE_COUNT) - 1;
        return true;
    }
    for (unsigned i = 0; i < TRACE_COUNT; i++) {
        if (strlen(trace_points[i].word) == len && !memcmp(trace_points[i].word, word, len)) {
            t->on |= 1u << i;
            return true;
        }
    }
    return false;
}

enum err trace_parse_words(struct trace *t, const char *words, struct error *e)
{
    while (*words) {
        size_t len = strcspn(words, ",");
        if (!trace_set_word(t, words, len)) {
            char known[256] = "";
            for (unsigned i = 0; i < TRACE_COUNT; i++) {
                strcat(known, trace_points[i].word);
                strcat(known, " ");
            }
            return err_set(e, ERR_USAGE, "nothing to trace is called '%.*s' (known: %sall)",
                           (int)len, words, known);
        }
        words += len;
        words += *words == ',';
    }
    return ERR_OK;
}

bool trace_set_letter(struct trace *t, char letter, bool on)
{
    for (unsigned i = 0; i < TRACE_COUNT; i++) {
        if (trace_points[i].letter == letter) {
            t->on = on ? t->on | 1u << i : t->on & ~(1u << i);
            return true;
        }
    }
    return false;
}
