/* SPDX-License-Identifier: ISC */
/* A buffer gets at most VIO_RNG_MAX bytes: a driver that wants more asks again. */
#include "dev/vio_rng.h"
#include "lib/bug.h"

#include <stdlib.h>

#define VIO_RNG_ID  4u
#define VIO_RNG_MAX 1024u

struct vio_rng {
    struct vio vio;
    struct vio_rng_config config;
};

static void vio_rng_notify(void *dev, unsigned queue)
{
    struct vio_rng *r = dev;
    struct vio_chain c;
    u8 bytes[VIO_RNG_MAX];
    while (vio_pop(&r->vio, queue, &c)) {
        u32 len = c.write_len < VIO_RNG_MAX ? c.write_len : VIO_RNG_MAX;
        if (len)
            r->config.fill(r->config.ctx, bytes, len);
        vio_push(&r->vio, queue, c.head, vio_put(&r->vio, &c, 0, bytes, len));
    }
}

static void vio_rng_free(void *dev)
{
    free(dev);
}

static const struct vio_class vio_rng_class = {
    .name = "rng",
    .id = VIO_RNG_ID,
    .notify = vio_rng_notify,
    .free = vio_rng_free,
};

struct vio *vio_rng_new(const struct vio_place *place, const struct vio_rng_config *config)
{
    struct vio_rng *r = xcalloc(1, sizeof *r);
    struct vio_spec spec = {.nqueues = 1, .queue_size = 64};
    r->config = *config;
    vio_init(&r->vio, &vio_rng_class, r, place, &spec);
    return &r->vio;
}
