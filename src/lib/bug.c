/* SPDX-License-Identifier: ISC */
#include "lib/bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void bug_die(const char *file, int line, const char *what)
{
    fprintf(stderr, "kuseg: internal error at %s:%d: %s\n", file, line, what);
    fprintf(stderr, "kuseg: this is a bug in kuseg, not in the guest; please report it\n");
    abort();
}

static void *bug_checked(void *p)
{
    if (!p) {
        fprintf(stderr, "kuseg: out of memory\n");
        abort();
    }
    return p;
}

void *xcalloc(size_t n, size_t size)
{
    return bug_checked(calloc(n ? n : 1, size ? size : 1));
}

void *xmalloc(size_t size)
{
    return bug_checked(malloc(size));
}

void *xrealloc(void *p, size_t size)
{
    return bug_checked(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
    return bug_checked(strdup(s));
}

char *xasprintf(const char *fmt, ...)
{
    char *s = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&s, fmt, ap);
    va_end(ap);
    return bug_checked(n < 0 ? NULL : s);
}
