/* SPDX-License-Identifier: ISC */
/*
 * A window on the host's display, through SDL2, which is loaded when one is wanted. A thread of its
 * own draws it and listens to it: a display that is slow, or stuck, holds up nobody.
 */
#ifndef HOST_HOST_WINDOW_H
#define HOST_HOST_WINDOW_H

#include "host/host_poll.h"
#include "lib/err.h"

struct host_window;

struct host_window_config {
    const char *title;
    u32 width, height;
    /* By the window's thread, between host_window_show and the end of host_window_is_drawing: the
     * colours of a row, 0xrrggbb. */
    void (*row)(void *ctx, u32 y, u32 *colour);
    void *ctx;
    struct host_poll *poll; /* wakes when something happens in the window */
};

/* Copied. The error names what is missing. */
MUST_CHECK enum err host_window_open(struct host_window **out, const struct host_window_config *c,
                                     struct error *e);
void host_window_close(struct host_window *w); /* NULL is fine */

/* These rows have changed. Not while it is drawing. */
void host_window_show(struct host_window *w, u32 first_row, u32 rows);
bool host_window_is_drawing(const struct host_window *w);

enum host_window_kind {
    HOST_WINDOW_KEY,    /* a: USB's number of a key; b: pressed */
    HOST_WINDOW_BUTTON, /* a: 1 left, 2 middle, 3 right; b: pressed */
    HOST_WINDOW_MOTION, /* a, b: to the right and down */
    HOST_WINDOW_CLOSED, /* by the person */
};

struct host_window_event {
    enum host_window_kind kind;
    i32 a, b;
};

/* What happened, if anything did. Keys that repeat by themselves are not told. */
bool host_window_next(struct host_window *w, struct host_window_event *ev);

#endif
