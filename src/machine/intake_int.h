/* SPDX-License-Identifier: ISC */
/* Shared by intake.c and intake_disk.c: what disks do for those who follow a recording. */
#ifndef MACHINE_INTAKE_INT_H
#define MACHINE_INTAKE_INT_H

#include "machine/intake.h"

void intake_disk_rewind(struct intake_disk *d);            /* a follower begins anew */
bool intake_disk_is_written(const struct intake_disk *d);  /* by a follower */
void intake_disk_forget(struct intake_disk *d, u32 epoch); /* what was written before it */

#endif
