/* SPDX-License-Identifier: ISC */
/* A run's screen: its card, its socket, and its picture at the end. */
#ifndef CMD_RUN_SCREEN_H
#define CMD_RUN_SCREEN_H

#include "cmd/run_options.h"
#include "io/io_screen_server.h"
#include "machine/board_s161.h"

struct run_screen {
    struct io_screen_server *server; /* NULL: nobody can look */
    struct board_s161 *board;        /* NULL: it has no screen */
    bool unseen;                     /* there only for its picture at the end: on no socket */
    FILE *shot;                      /* for its picture at the end; NULL: none is wanted */
};

/* An option that needs a screen puts one into a free slot, if there is none. */
MUST_CHECK enum err run_screen_conf(struct run_screen *s, const struct run_options *o,
                                    struct s161_conf *conf, struct error *e);

struct io_console run_screen_keys(struct run_screen *s); /* s may still be zeroed */

/* Serves the board's screen, if it has one that anybody shall see. */
MUST_CHECK enum err run_screen_open(struct run_screen *s, const struct run_options *o,
                                    struct board_s161 *board, struct host_poll *poll,
                                    struct error *e);

/* Before each wait of `ns`. */
void run_screen_show(const struct run_screen *s, u64 ns);

/* The file for its picture, found out before the run whether it can be written; and the picture.
 * False: it was not written, and that was said. */
MUST_CHECK enum err run_screen_open_shot(struct run_screen *s, const char *path, struct error *e);
MUST_CHECK bool run_screen_shot(const struct run_screen *s, const char *path);

void run_screen_close(struct run_screen *s); /* safe on zeroed memory */

#endif
