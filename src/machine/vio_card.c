/* SPDX-License-Identifier: ISC */
#include "machine/vio_card.h"
#include "dev/vio_rng.h"
#include "lib/bug.h"

static void vio_card_random(void *ctx, void *buf, u32 len)
{
    struct machine *m = ctx;
    intake_random(&m->intake, buf, len);
}

static enum err vio_card_rng(struct vio **out, struct machine *m, const struct vio_place *place)
{
    struct vio_rng_config config = {.fill = vio_card_random, .ctx = m};
    *out = vio_rng_new(place, &config);
    return ERR_OK;
}

enum err vio_card_new(struct vio **out, struct machine *m, const struct vio_conf *conf,
                      struct dev_line line, struct error *e)
{
    struct vio_place place = {.env = &m->env, .mem = m->mem, .line = line};
    (void)e;
    switch (conf->kind) {
    case VIO_RNG:
        return vio_card_rng(out, m, &place);
    case VIO_KINDS:
        break;
    }
    BUG_ON(true);
}
