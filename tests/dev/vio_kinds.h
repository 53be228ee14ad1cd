/* SPDX-License-Identifier: ISC */
/* All kinds of virtio devices, each with a back end in memory: for the generic tests and fuzzing,
 * which a new kind joins by one line of the table in vio_kinds.c. */
#ifndef DEV_VIO_KINDS_H
#define DEV_VIO_KINDS_H

#include "vio_rig.h"

#include "io/io_ether.h"

struct vio_kind {
    const char *name;
    struct vio *(*make)(struct vio_rig *r, const struct vio_place *place);
    /* Starts the driver and something that leaves a state behind. */
    void (*begin)(struct vio_rig *r);
    /* The driver asks for something that may well make sense (optional), by a queue that is there.
     */
    void (*request)(struct vio_rig *r, u64 *seed);
    /* Something comes from outside (optional): a frame, a key. */
    void (*outside)(struct vio_rig *r, u64 *seed);
    bool lasting;                    /* what came from outside outlasts a reset */
    void (*drop)(struct vio_rig *r); /* frees r->extra; NULL: nothing to do */
};

extern const struct vio_kind vio_kinds[];
extern const unsigned vio_nkinds;

struct vio_rig *vio_kind_rig(const struct vio_kind *k); /* with one such device */
void vio_kind_drop(const struct vio_kind *k, struct vio_rig *r);
void vio_kind_request(const struct vio_kind *k, struct vio_rig *r, u64 *seed);

/* r->extra of the kind net: the card has end 0. What end 1 sends, it gets when served. */
struct vio_kind_net {
    struct io_ether end[2];
    struct vio_net *card;
};

void vio_kind_net_serve(struct vio_rig *r);

#endif
