/* SPDX-License-Identifier: ISC */
/* The part of the C library that both kernel and programs need. */
#ifndef STRING_H
#define STRING_H

#include "types.h"

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

/* Copies with a terminating 0, cutting off what doesn't fit in size bytes. False if it was cut. */
bool string_copy(char *to, const char *from, size_t size);

/* Decimal or 0x hexadecimal; stops at the first other character. */
u32 string_number(const char *s);

#endif
