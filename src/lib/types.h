/* SPDX-License-Identifier: ISC */
/*
 * The scalar vocabulary of the whole tree, and the two compiler hints that hot paths need.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;

typedef u64 gpa; /* guest-physical address */
typedef u32 gva; /* guest-virtual address of a 32-bit guest */

#define likely(x)         __builtin_expect(!!(x), 1)
#define unlikely(x)       __builtin_expect(!!(x), 0)
#define COLD              __attribute__((cold, noinline))
#define ARRAY_LEN(a)      (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define MUST_CHECK        __attribute__((warn_unused_result))

#define KIB(n) ((u64)(n) << 10)
#define MIB(n) ((u64)(n) << 20)

#endif
