/* SPDX-License-Identifier: ISC */
/* Formatting for kernel and programs: characters go to a function, so it needs no memory. */
#include "format.h"
#include "string.h"

struct format_spec {
    bool left, zero;
    u32 width;
};

static const char *format_parse(const char *p, struct format_spec *spec)
{
    *spec = (struct format_spec){0};
    for (;; p++) {
        if (*p == '-')
            spec->left = true;
        else if (*p == '0' && spec->width == 0)
            spec->zero = true;
        else if (*p >= '0' && *p <= '9')
            spec->width = spec->width * 10 + (u32)(*p - '0');
        else if (*p != 'l')
            return p;
    }
}

static void format_field(format_put *put, void *to, const struct format_spec *spec, const char *s,
                         u32 length)
{
    u32 padding = spec->width > length ? spec->width - length : 0;

    for (u32 i = 0; !spec->left && i < padding; i++)
        put(to, spec->zero ? '0' : ' ');
    for (u32 i = 0; i < length; i++)
        put(to, s[i]);
    for (u32 i = 0; spec->left && i < padding; i++)
        put(to, ' ');
}

static void format_number(format_put *put, void *to, const struct format_spec *spec, u32 n,
                          u32 base, bool negative)
{
    char digits[12];
    u32 at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[n % base];
        n /= base;
    } while (n);
    if (negative)
        digits[--at] = '-';
    format_field(put, to, spec, digits + at, sizeof(digits) - at);
}

static void format_one(format_put *put, void *to, const struct format_spec *spec, char kind,
                       va_list *args)
{
    const char *s;
    char c;
    int n;

    switch (kind) {
    case 'd':
        n = va_arg(*args, int);
        format_number(put, to, spec, n < 0 ? -(u32)n : (u32)n, 10, n < 0);
        break;
    case 'u':
        format_number(put, to, spec, va_arg(*args, u32), 10, false);
        break;
    case 'x':
        format_number(put, to, spec, va_arg(*args, u32), 16, false);
        break;
    case 's':
        s = va_arg(*args, const char *);
        format_field(put, to, spec, s, strlen(s));
        break;
    default:
        c = kind == 'c' ? (char)va_arg(*args, int) : kind;
        format_field(put, to, spec, &c, 1);
    }
}

void format(format_put *put, void *to, const char *text, va_list args)
{
    struct format_spec spec;
    va_list rest;

    va_copy(rest, args);
    for (; *text; text++) {
        if (*text != '%') {
            put(to, *text);
            continue;
        }
        text = format_parse(text + 1, &spec);
        if (!*text)
            break;
        format_one(put, to, &spec, *text, &rest);
    }
    va_end(rest);
}

static void format_text_put(void *to, char c)
{
    struct format_text *text = to;

    if (text->length + 1 >= text->size)
        return;
    text->start[text->length++] = c;
    text->start[text->length] = 0;
}

void format_text(struct format_text *text, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    format(format_text_put, text, fmt, args);
    va_end(args);
}
