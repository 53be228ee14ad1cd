/* SPDX-License-Identifier: ISC */
/* Shared by the device core (vio.c), its queues (vio_queue.c) and transports. */
#ifndef DEV_VIO_INT_H
#define DEV_VIO_INT_H

#include "dev/dev_int.h"
#include "dev/vio.h"

/* vio_queue.c */
void vio_queue_reset(struct vio_queue *q);
/* The driver wants to use it: is it one? */
MUST_CHECK bool vio_queue_is_possible(const struct vio_queue *q);
extern const struct state_desc vio_queue_state;

/* vio.c, by a transport */
enum {
    VIO_ISR_USED = 1,
    VIO_ISR_CONFIG = 2,
};
void vio_set_status(struct vio *v, u32 status); /* written by the driver */
void vio_notified(struct vio *v, u32 queue);
void vio_acknowledge(struct vio *v, u32 isr);
bool vio_config_read(struct vio *v, u32 off, unsigned size, u32 *val);
bool vio_config_write(struct vio *v, u32 off, unsigned size, u32 val);

/* by queues */
void vio_interrupt(struct vio *v, u32 isr);
void vio_took_chain(struct vio *v, u32 bytes); /* that were read */
void vio_took(struct vio *v, u32 bytes);
void vio_took_less(struct vio *v, u32 bytes); /* of the chain just popped */
void vio_took_sync(struct vio *v);            /* the host made sure that data are on its storage */
/* False: it has done enough for now; later notify is called again for this queue. */
MUST_CHECK bool vio_may_work(struct vio *v, unsigned queue);
bool vio_has_time(const struct vio *v);

#endif
