/* SPDX-License-Identifier: ISC */
#include "machine/vio_card.h"
#include "dev/vio_9p.h"
#include "dev/vio_blk.h"
#include "dev/vio_rng.h"
#include "dev/vio_vsock.h"
#include "io/io_9p_host.h"
#include "io/io_disk_image.h"
#include "io/io_disk_nbd.h"
#include "io/io_vsock_none.h"
#include "io/io_vsock_unix.h"
#include "lib/bug.h"
#include "machine/vio_card_balloon.h"
#include "machine/vio_card_console.h"

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
    if (intake_disk_follows(&m->intake, out))
        return ERR_OK;
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

/* ---- 9p ---- */

/* Guests of all boards there are number errors as MIPS does. A replay leaves the directory alone.
 */
static enum err vio_card_open_share(struct io_9p *out, struct machine *m,
                                    const struct vio_conf *conf, struct error *e)
{
    struct io_9p_host_options o = {
        .path = conf->share.dir, .read_only = conf->share.read_only, .mips = true};
    struct io_9p real = {0};
    enum err err = ERR_OK;
    if (m->intake.mode != INTAKE_REPLAY)
        err = io_9p_host_open(&real, &o, e);
    if (!err)
        *out = intake_9p(&m->intake, &real);
    return err ? err_prefix(e, "9p") : ERR_OK;
}

static enum err vio_card_9p(struct vio **out, struct machine *m, const struct vio_place *place,
                            const struct vio_conf *conf, struct error *e)
{
    struct vio_9p_config config = {.tag = conf->share.tag};
    if (!conf->share.tag || !conf->share.dir)
        return err_set(e, ERR_CONFIG, "9p: needs a name and a directory: tag=NAME,dir=PATH");
    if (strlen(conf->share.tag) > VIO_9P_TAG_MAX)
        return err_set(e, ERR_CONFIG, "9p: tag=%s: a name has up to %u characters", conf->share.tag,
                       VIO_9P_TAG_MAX);
    enum err err = vio_card_open_share(&config.server, m, conf, e);
    if (!err)
        *out = vio_9p_new(place, &config);
    return err;
}

/* ---- vsock ---- */

static bool vio_card_vsock_poll(void *ctx, u8 *data, u32 *len)
{
    return vio_vsock_poll(ctx, data, len);
}

static void vio_card_vsock_deliver(void *ctx, const u8 *data, u32 len)
{
    vio_vsock_input(ctx, data, len);
}

static bool vio_card_vsock_room(const void *ctx)
{
    return vio_vsock_room(ctx);
}

static enum err vio_card_vsock(struct vio **out, struct machine *m, const struct vio_place *place,
                               const struct vio_conf *conf, struct error *e)
{
    struct vio_vsock_config config = {.cid = conf->vsock.cid ? (u32)conf->vsock.cid : VIO_VSOCK_CID,
                                      .io = io_vsock_none()};
    enum err err = ERR_OK;
    if (!conf->vsock.path)
        return err_set(e, ERR_CONFIG, "vsock: needs the path of a socket: path=PATH");
    if (m->intake.mode != INTAKE_REPLAY && m->host.poll)
        err = io_vsock_unix_open(&config.io, m->host.poll, conf->vsock.path, e);
    if (err)
        return err_prefix(e, "vsock");
    *out = vio_vsock_new(place, &config);
    struct machine_source source = {.poll = vio_card_vsock_poll,
                                    .deliver = vio_card_vsock_deliver,
                                    .room = vio_card_vsock_room,
                                    .ctx = *out};
    machine_add_source(m, &source);
    return ERR_OK;
}

enum err vio_card_new(struct vio **out, struct machine *m, const struct vio_conf *conf,
                      struct dev_line line, struct error *e)
{
    struct vio_place place = {.env = &m->env, .mem = m->mem, .line = line};
    switch (conf->kind) {
    case VIO_9P:
        return vio_card_9p(out, m, &place, conf, e);
    case VIO_BLK:
        return vio_card_blk(out, m, &place, conf, e);
    case VIO_BALLOON:
        return vio_card_balloon_new(out, m, &place, conf, e);
    case VIO_CONSOLE:
        return vio_card_console_new(out, m, &place, conf, e);
    case VIO_RNG:
        return vio_card_rng(out, m, &place);
    case VIO_VSOCK:
        return vio_card_vsock(out, m, &place, conf, e);
    case VIO_KINDS:
        break;
    }
    BUG_ON(true);
}
