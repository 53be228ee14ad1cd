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

void trace_print(const struct trace *t, const char *fmt, ...)
{
    FILE *out = t->out ? t->out : stderr;
    va_list ap;
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    fputc('\n', out);
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
