/* SPDX-License-Identifier: ISC */
/* Virtio devices side by side in the address space, behind one interrupt line. */
#ifndef DEV_VIO_BANK_H
#define DEV_VIO_BANK_H

#include "dev/vio_mmio.h"

#define VIO_BANK_MAX 16u /* devices */

struct vio_bank {
    struct dev_line line;
    u32 raised; /* by the devices, a bit each; derived */
    struct vio *dev[VIO_BANK_MAX];
    unsigned n;
};

void vio_bank_init(struct vio_bank *b, struct dev_line line);
/* The line that the next device to be added drives. */
struct dev_line vio_bank_line(struct vio_bank *b);
void vio_bank_add(struct vio_bank *b, struct vio *v); /* takes it over */
void vio_bank_reset(struct vio_bank *b);
void vio_bank_add_state(struct vio_bank *b, struct state_set *s);
void vio_bank_fini(struct vio_bank *b); /* and the devices; safe on zeroed memory */

/* With a bank: device i answers at i * VIO_MMIO_SIZE; beyond the last one there is nobody. */
extern const struct mem_ops vio_bank_ops;

#endif
