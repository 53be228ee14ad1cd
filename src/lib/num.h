/* SPDX-License-Identifier: ISC */
/*
 * Numbers as people write them, on command lines and in configuration files. Each takes the
 * whole string or fails, and says in the message what was written and what would be right.
 */
#ifndef LIB_NUM_H
#define LIB_NUM_H

#include "lib/err.h"
#include "lib/types.h"

/* Decimal, 0x hexadecimal or 0 octal, between min and max inclusive. */
MUST_CHECK enum err num_parse(const char *s, u64 min, u64 max, u64 *out, struct error *e);

/* Bytes: a number with b, s (sectors of 512), K, M or G (powers of 1024); none: bytes. */
MUST_CHECK enum err num_parse_size(const char *s, u64 min, u64 max, u64 *out, struct error *e);

/* What such a suffix stands for; false: there is none. */
bool num_size_unit(const char *suffix, u64 *factor);

/* Nanoseconds: a number with ns, us, ms or s; none: seconds. */
MUST_CHECK enum err num_parse_time(const char *s, u64 min, u64 max, u64 *out, struct error *e);

/* "512 KB", "16 MB", "1000 bytes": for messages. Returns buf. */
#define NUM_SIZE_LEN 32
char *num_format_size(char buf[NUM_SIZE_LEN], u64 bytes);

#endif
