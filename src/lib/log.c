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
} log_process = {.name = "kuseg", .threshold = LOG_INFO};

void log_setup(const char *name, enum log_level threshold)
{
    snprintf(log_process.name, sizeof log_process.name, "%s", name);
    log_process.threshold = threshold;
}

static void PRINTF_LIKE(2, 0) log_line(enum log_level level, const char *fmt, va_list ap)
{
    if (level > log_process.threshold)
        return;
    char line[1024];
    vsnprintf(line, sizeof line, fmt, ap);
    fprintf(stderr, "%s: %s%s\n", log_process.name, level == LOG_WARN ? "warning: " : "", line);
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
