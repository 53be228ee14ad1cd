/* SPDX-License-Identifier: ISC */
/*
 * Text screen with a keyboard (device 5). docs/screen.md is its document for guest writers.
 */
#ifndef DEV_LB_SCREEN_H
#define DEV_LB_SCREEN_H

#include "dev/lb.h"
#include "io/io.h"

#define LB_SCREEN_COLUMNS     80u /* what a terminal's window has, too */
#define LB_SCREEN_ROWS        24u
#define LB_SCREEN_MAX_COLUMNS 256u
#define LB_SCREEN_MAX_ROWS    128u

struct lb_screen;

/* 1 to LB_SCREEN_MAX_COLUMNS columns, 1 to LB_SCREEN_MAX_ROWS rows. */
struct lb_screen *lb_screen_new(const struct dev_env *env, struct dev_line line, u32 columns,
                                u32 rows);
void lb_screen_free(struct lb_screen *s);

/* By whoever shows it. The cells are the card's own memory. */
struct io_picture lb_screen_look(const struct lb_screen *s);

/* By the machine's intake: a key. Without room it is dropped. */
void lb_screen_input(struct lb_screen *s, u8 ch);
bool lb_screen_input_room(const struct lb_screen *s);

extern const struct lb_class lb_screen_class;

#endif
