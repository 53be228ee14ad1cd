/* SPDX-License-Identifier: ISC */
/*
 * Words to the person at the terminal. One sink: standard error, a line each, "kuseg: " in front
 * (or the name the program was called by), control characters shown as \xNN. Not for guest
 * misbehaviour: that is traced (trace.h).
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include "lib/types.h"

enum log_level {
    LOG_ERROR,
    LOG_WARN,
    LOG_INFO,
};

void log_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Called before each line: for a console on the same terminal to end its own first. */
void log_before(void (*fn)(void));

/* Called once by main, before threads: the name in front, and the threshold. */
void log_setup(const char *name, enum log_level threshold);

#endif
