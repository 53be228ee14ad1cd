/* SPDX-License-Identifier: ISC */
#include "lib/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ERR_WHOLE 8192 /* a path, and words about it */

/* Names can be long, and the reason stands at the end: cut in the middle. */
static void err_fit(struct error *e, const char *whole)
{
    size_t n = strlen(whole), half = sizeof e->msg / 2;
    if (n < sizeof e->msg)
        memcpy(e->msg, whole, n + 1);
    else
        snprintf(e->msg, sizeof e->msg, "%.*s...%s", (int)(half - 4), whole, whole + n - half);
}

enum err err_set(struct error *e, enum err code, const char *fmt, ...)
{
    if (e) {
        char whole[ERR_WHOLE];
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(whole, sizeof whole, fmt, ap);
        va_end(ap);
        e->code = code;
        err_fit(e, whole);
    }
    return code;
}

enum err err_prefix(struct error *e, const char *fmt, ...)
{
    if (!e)
        return ERR_OK;
    char whole[ERR_WHOLE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(whole, sizeof whole - sizeof e->msg - 2, fmt, ap);
    va_end(ap);
    strcat(whole, ": ");
    strcat(whole, e->msg);
    err_fit(e, whole);
    return e->code;
}
