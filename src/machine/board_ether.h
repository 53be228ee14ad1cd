/* SPDX-License-Identifier: ISC */
/*
 * The Ethernet cables of a board, of whatever bus its cards are: each is opened for a card, and
 * what comes in by it reaches the card through the intake. In a replay it leads nowhere.
 */
#ifndef MACHINE_BOARD_ETHER_H
#define MACHINE_BOARD_ETHER_H

#include "io/io_ether_parse.h"
#include "machine/machine.h"

#define BOARD_ETHER_MAX 4

/* Part of a board's configuration; copied. */
struct board_ether_config {
    unsigned n;
    struct io_ether_options cable[BOARD_ETHER_MAX];
    /* NULL: no cable leads anywhere. */
    enum err (*open)(void *ctx, unsigned i, const struct io_ether_options *o, struct io_ether *out,
                     struct error *e);
    void *ctx;
};

/* The card's end. input: a frame, or one byte of carrier; what comes without room is dropped. */
struct board_ether_card {
    void (*input)(void *card, const u8 *data, u32 len);
    bool (*room)(const void *card);
    void *card;
};

struct board_ether {
    struct io_ether cable; /* for the card: copied into its configuration */
    struct io_ether real;  /* what it leads to */
    struct machine *m;
    struct board_ether_card card;
    bool dead; /* nothing can ever come in */
};

/* First the cable, then the card that is made with it: in a fixed order, because the second adds a
 * source to the machine. After an error there is nothing to close. */
MUST_CHECK enum err board_ether_open(struct board_ether *b, struct machine *m,
                                     const struct board_ether_config *config, unsigned i,
                                     struct error *e);
void board_ether_plug(struct board_ether *b, struct machine *m,
                      const struct board_ether_card *card);
void board_ether_close(struct board_ether *b); /* after the card is freed; safe on zeroed memory */

#endif
