/* SPDX-License-Identifier: ISC */
/*
 * Our own bugs. Alive in release builds; the condition has no side effects and never depends on
 * what a guest or a stream says.
 */
#ifndef LIB_BUG_H
#define LIB_BUG_H

#include "lib/types.h"

_Noreturn void bug_die(const char *file, int line, const char *what);

#define BUG_ON(x)                                                                                  \
    do {                                                                                           \
        if (unlikely(x))                                                                           \
            bug_die(__FILE__, __LINE__, #x);                                                       \
    } while (0)

/* Memory for the monitor's own small structures: never NULL, zeroed. */
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull)); /* not zeroed */
void *xrealloc(void *p, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((malloc, returns_nonnull));

#endif
