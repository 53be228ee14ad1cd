/* SPDX-License-Identifier: ISC */
/*
 * Memory and strings. Copying and filling go by words when both ends are aligned, because pages are
 * cleared and copied with them all day; everything else is the plain loop.
 */
#include "string.h"

static bool string_aligned(const void *a, const void *b)
{
    return (((u32)a | (u32)b) & 3) == 0;
}

void *memcpy(void *to, const void *from, size_t n)
{
    u8 *t = to;
    const u8 *f = from;

    if (string_aligned(to, from)) {
        for (; n >= 16; n -= 16, t += 16, f += 16) {
            const u32 *s = (const void *)f;
            u32 *d = (void *)t;
            u32 a = s[0], b = s[1], c = s[2], e = s[3];
            d[0] = a;
            d[1] = b;
            d[2] = c;
            d[3] = e;
        }
    }
    while (n-- > 0)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    u8 *t = to;
    const u8 *f = from;

    if (t <= f || t >= f + n)
        return memcpy(to, from, n);
    while (n-- > 0)
        t[n] = f[n];
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    u8 *t = to;
    u32 word = (u8)byte * 0x01010101u;

    if (string_aligned(to, to)) {
        for (; n >= 16; n -= 16, t += 16) {
            u32 *d = (void *)t;
            d[0] = d[1] = d[2] = d[3] = word;
        }
    }
    while (n-- > 0)
        *t++ = (u8)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const u8 *x = a, *y = b;

    for (; n > 0; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0 && *a && *a == *b; a++, b++, n--)
        ;
    return n == 0 ? 0 : (u8)*a - (u8)*b;
}

char *strchr(const char *s, int c)
{
    for (; *s != c; s++)
        if (!*s)
            return NULL;
    return (char *)s;
}

bool string_copy(char *to, const char *from, size_t size)
{
    for (; size > 1 && *from; size--)
        *to++ = *from++;
    *to = 0;
    return *from == 0;
}

static int string_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

u32 string_number(const char *s)
{
    u32 base = 10, n = 0;

    if (s[0] == '0' && (s[1] | 0x20) == 'x') {
        base = 16;
        s += 2;
    }
    for (; string_digit(*s) < (int)base; s++)
        n = n * base + (u32)string_digit(*s);
    return n;
}
