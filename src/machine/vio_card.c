/* SPDX-License-Identifier: ISC */
#include "machine/vio_card.h"
#include "dev/vio_blk.h"
#include "dev/vio_rng.h"
#include "io/io_disk_image.h"
#include "io/io_disk_nbd.h"
#include "lib/bug.h"

#include <string.h>

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

static bool vio_card_give_up(void *ctx)
{
    const struct machine *m = ctx;
    return m->host.asked_to_end(m->host.ctx);
}

static enum err vio_card_open_nbd(struct io_disk *out, struct machine *m,
                                  const struct vio_conf *conf, bool read_only, struct error *e)
{
    const char *on_error = conf->blk.on_error ? conf->blk.on_error : "report";
    struct io_disk_nbd_options o = {.read_only = read_only,
                                    .pause = !strcmp(on_error, "pause"),
                                    .give_up = vio_card_give_up,
                                    .ctx = m};
    if (!o.pause && strcmp(on_error, "report"))
        return err_set(e, ERR_CONFIG, "blk: on-error=%s: report or pause", on_error);
    return io_disk_nbd_open(conf->blk.file, &o, out, e);
}

static enum err vio_card_open_image(struct io_disk *out, const struct vio_conf *conf,
                                    bool read_only, struct error *e)
{
    struct io_disk_image_options o = {.format = IO_DISK_RAW, .read_only = read_only};
    if (conf->blk.on_error)
        return err_set(e, ERR_CONFIG, "blk: on-error is for a disk at an nbd:// address");
    return io_disk_image_open(conf->blk.file, &o, out, e);
}

/* In a replay the image is only read. */
static enum err vio_card_open_disk(struct io_disk *out, struct machine *m,
                                   const struct vio_conf *conf, struct error *e)
{
    bool read_only = m->intake.mode == INTAKE_REPLAY || conf->blk.read_only;
    struct io_disk real;
    if (!conf->blk.file)
        return err_set(e, ERR_CONFIG, "blk: name its image with file=PATH");
    enum err err = io_disk_nbd_is_uri(conf->blk.file)
                       ? vio_card_open_nbd(&real, m, conf, read_only, e)
                       : vio_card_open_image(&real, conf, read_only, e);
    if (!err)
        *out = intake_disk(&m->intake, &real, conf->blk.read_only);
    return err;
}

static enum err vio_card_blk(struct vio **out, struct machine *m, const struct vio_place *place,
                             const struct vio_conf *conf, struct error *e)
{
    struct vio_blk_config config = {.serial = conf->blk.serial};
    enum err err = vio_card_open_disk(&config.disk, m, conf, e);
    if (!err)
        *out = vio_blk_new(place, &config);
    return err;
}

enum err vio_card_new(struct vio **out, struct machine *m, const struct vio_conf *conf,
                      struct dev_line line, struct error *e)
{
    struct vio_place place = {.env = &m->env, .mem = m->mem, .line = line};
    switch (conf->kind) {
    case VIO_BLK:
        return vio_card_blk(out, m, &place, conf, e);
    case VIO_RNG:
        return vio_card_rng(out, m, &place);
    case VIO_KINDS:
        break;
    }
    BUG_ON(true);
}
