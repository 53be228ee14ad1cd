/* SPDX-License-Identifier: ISC */
/* A virtio console, each port of which leads to a socket. */
#ifndef MACHINE_VIO_CARD_CONSOLE_H
#define MACHINE_VIO_CARD_CONSOLE_H

#include "dev/vio.h"
#include "machine/machine.h"
#include "machine/vio_conf.h"

MUST_CHECK enum err vio_card_console_new(struct vio **out, struct machine *m,
                                         const struct vio_place *place, const struct vio_conf *conf,
                                         struct error *e);

#endif
