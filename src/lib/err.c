/* SPDX-License-Identifier: ISC */
#include "lib/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err err_set(struct error *e, enum err code, const char *fmt, ...)
{
    if (e) {
        va_list ap;
        va_start(ap, fmt);
        e->code = code;
        vsnprintf(e->msg, sizeof e->msg, fmt, ap);
        va_end(ap);
    }
    return code;
}

enum err err_prefix(struct error *e, const char *fmt, ...)
{
    if (!e)
        return ERR_OK;
    char old[sizeof e->msg];
    memcpy(old, e->msg, sizeof old);

    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof e->msg)
        snprintf(e->msg + n, sizeof e->msg - (size_t)n, ": %s", old);
    return e->code;
}
