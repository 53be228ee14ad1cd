/* SPDX-License-Identifier: ISC */
/* A balloon, whose size a person sets by an option and while it runs. */
#ifndef MACHINE_VIO_CARD_BALLOON_H
#define MACHINE_VIO_CARD_BALLOON_H

#include "dev/vio.h"
#include "machine/machine.h"
#include "machine/vio_conf.h"

MUST_CHECK enum err vio_card_balloon_new(struct vio **out, struct machine *m,
                                         const struct vio_place *place, const struct vio_conf *conf,
                                         struct error *e);

#endif
