/* SPDX-License-Identifier: ISC */
/*
 * Serial console (device 4).
 */
#ifndef DEV_LB_SERIAL_H
#define DEV_LB_SERIAL_H

#include "dev/lb.h"
#include "io/io.h"

struct lb_serial;

/* `console` is copied; what it points to is borrowed. */
struct lb_serial *lb_serial_new(const struct dev_env *env, struct dev_line line,
                                const struct io_console *console);
void lb_serial_free(struct lb_serial *s);

/* By the machine's intake: a character was typed. Without room it is dropped. */
void lb_serial_input(struct lb_serial *s, u8 ch);
bool lb_serial_input_room(const struct lb_serial *s);

extern const struct lb_class lb_serial_class;

#endif
