/* SPDX-License-Identifier: ISC */
/* Messages of the kernel itself, and its end. */
#ifndef PRINT_H
#define PRINT_H

#include "types.h"

struct trap_frame;

void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
__attribute__((noreturn, format(printf, 2, 3))) void print_panic(const struct trap_frame *frame,
                                                                 const char *fmt, ...);
__attribute__((noreturn)) void print_halt(u32 code);

#define panic(...) print_panic(NULL, __VA_ARGS__)

#endif
