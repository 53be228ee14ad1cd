/* SPDX-License-Identifier: ISC */
/*
 * From a configuration to a virtio device with its back end, on any board. What comes from the
 * host passes the machine's intake.
 */
#ifndef MACHINE_VIO_CARD_H
#define MACHINE_VIO_CARD_H

#include "dev/vio.h"
#include "machine/machine.h"
#include "machine/vio_conf.h"

/* Errors name what could not be opened. vio_free closes the back end, too. */
MUST_CHECK enum err vio_card_new(struct vio **out, struct machine *m, const struct vio_conf *conf,
                                 struct dev_line line, struct error *e);

#endif
