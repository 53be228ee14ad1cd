/* SPDX-License-Identifier: ISC */
/* printf's formatting: %d %u %x %c %s %%, with '-', '0' and a width. */
#ifndef FORMAT_H
#define FORMAT_H

#include "types.h"

typedef void format_put(void *to, char c);

void format(format_put *put, void *to, const char *text, va_list args);

/* A bounded text buffer; what doesn't fit is dropped. Always terminated. */
struct format_text {
    char *start;
    u32 size;
    u32 length;
};

void format_text(struct format_text *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
