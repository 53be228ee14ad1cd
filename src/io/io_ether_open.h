/* SPDX-License-Identifier: ISC */
/* Opening the cable that a word names: the back ends on the host. */
#ifndef IO_IO_ETHER_OPEN_H
#define IO_IO_ETHER_OPEN_H

#include "host/host_poll.h"
#include "io/io_ether_parse.h"

/* Served with `poll`. `label` names the card in messages ("net 0"). What is missing only for now
 * (a switch, the other machine) is a missing carrier, no error, and looked for every second. */
MUST_CHECK enum err io_ether_open(struct io_ether *out, const struct io_ether_options *o,
                                  struct host_poll *poll, const char *label, struct error *e);

#endif
