/* SPDX-License-Identifier: ISC */
/*
 * The one piece of process-wide state in the tree: where words to the person go. It belongs to
 * the process as its standard error does; machines hold none of it.
 */
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
    char name[32];
    enum log_level threshold;
    void (*before)(void);
} log_process = {.name = "kuseg", .threshold = LOG_INFO};

void log_setup(const char *name, enum log_level threshold)
{
    snprintf(log_process.name, sizeof log_process.name, "%s", name);
    log_process.threshold = threshold;
}

void log_before(void (*fn)(void))
{
    log_process.before = fn;
}

/* The length of the UTF-8 sequence at s; 0: it is none, or a control character. */
static unsigned log_printable(const u8 *s)
{
    static const u32 least[] = {0, ' ', 0xa0, 0x800, 0x10000};
    unsigned n = s[0] < 0x80   ? 1
                 : s[0] < 0xc0 ? 0
                 : s[0] < 0xe0 ? 2
                 : s[0] < 0xf0 ? 3
                 : s[0] < 0xf8 ? 4
                               : 0;
    u32 code = n > 1 ? s[0] & (0xffu >> (n + 1)) : s[0];
    for (unsigned i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3f);
    }
    return n && code >= least[n] && code != 0x7f && code <= 0x10ffff ? n : 0;
}

/* Names and the guest's words can hold anything, but no terminal shall obey it. */
static void log_escape(char *out, const char *text)
{
    for (const u8 *s = (const u8 *)text; *s;) {
        unsigned n = log_printable(s);
        if (n) {
            memcpy(out, s, n);
            out += n;
            s += n;
        } else {
            out += sprintf(out, "\\x%02x", *s++);
        }
    }
    *out = '\0';
}

static void PRINTF_LIKE(2, 0) log_line(enum log_level level, const char *fmt, va_list ap)
{
    if (level > log_process.threshold)
        return;
    char line[1024], escaped[4 * sizeof line];
    vsnprintf(line, sizeof line, fmt, ap); /* first: %m */
    log_escape(escaped, line);
    if (log_process.before)
        log_process.before();
    fprintf(stderr, "%s: %s%s\n", log_process.name, level == LOG_WARN ? "warning: " : "", escaped);
}

#define LOG_DEFINE(fn, level)                                                                      \
    void fn(const char *fmt, ...)                                                                  \
    {                                                                                              \
        va_list ap;                                                                                \
        va_start(ap, fmt);                                                                         \
        log_line(level, fmt, ap);                                                                  \
        va_end(ap);                                                                                \
    }

LOG_DEFINE(log_error, LOG_ERROR)
LOG_DEFINE(log_warn, LOG_WARN)
LOG_DEFINE(log_info, LOG_INFO)
