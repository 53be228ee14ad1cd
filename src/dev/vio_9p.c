/* SPDX-License-Identifier: ISC */
/*
 * A chain is a request and room for its reply, which is there before the driver's store returns.
 * The protocol is none of this device's business, but what fids mean is its state.
 */
#include "dev/vio_9p.h"
#include "dev/vio_int.h"

#include "io/io_9p_fids.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define VIO_9P_ID          9u
#define VIO_9P_QUEUE       128u /* what Linux uses of it, too */
#define VIO_9P_F_MOUNT_TAG 1u

struct vio_9p {
    struct vio vio;
    struct io_9p server;
    char tag[VIO_9P_TAG_MAX + 1];
    struct io_9p_fids fids;
    u8 request[IO_9P_MSIZE_MAX], reply[IO_9P_MSIZE_MAX];
};

static u32 vio_9p_least(u32 a, u32 b)
{
    return a < b ? a : b;
}

static void vio_9p_serve(struct vio_9p *p, const struct vio_chain *c)
{
    u32 len = vio_get(&p->vio, c, 0, p->request, vio_9p_least(c->read_len, sizeof p->request));
    u32 max = vio_9p_least(c->write_len, sizeof p->reply);
    u32 n = p->server.serve(p->server.ctx, &p->fids, p->request, len, p->reply, max);
    if (!n) {
        vio_break(&p->vio, "no room for a reply");
        return;
    }
    if (io_9p_fids_syncs(&p->fids, p->request, len))
        vio_took_sync(&p->vio);
    io_9p_fids_apply(&p->fids, p->request, len, p->reply, n);
    vio_push(&p->vio, 0, c->head, vio_put(&p->vio, c, 0, p->reply, n));
}

static void vio_9p_notify(void *dev, unsigned queue)
{
    struct vio_9p *p = dev;
    struct vio_chain c;
    while (vio_pop(&p->vio, queue, &c))
        vio_9p_serve(p, &c);
}

static void vio_9p_config(void *dev, u8 *to)
{
    const struct vio_9p *p = dev;
    store_le16(to, (u16)strlen(p->tag));
    memcpy(to + 2, p->tag, strlen(p->tag));
}

static void vio_9p_reset(void *dev)
{
    struct vio_9p *p = dev;
    io_9p_fids_clear(&p->fids);
    p->server.forget(p->server.ctx);
}

static void vio_9p_free(void *dev)
{
    struct vio_9p *p = dev;
    p->server.close(p->server.ctx);
    free(p);
}

/* ---- state ---- */

static enum err vio_9p_check(const void *scratch, struct error *e)
{
    const struct vio_9p *p = scratch;
    return io_9p_fids_check(&p->fids, "vio_9p", e);
}

/* What this machine had open before is not what its fids mean now. */
static void vio_9p_loaded(void *obj)
{
    struct vio_9p *p = obj;
    p->server.forget(p->server.ctx);
}

static const struct state_field vio_9p_fields[] = {
    STATE_FIELD(struct vio_9p, fids.msize, U32, 1),
    STATE_FIELD(struct vio_9p, fids.births, U64, 1),
    STATE_FIELD(struct vio_9p, fids.used, U32, 1),
    STATE_FIELD(struct vio_9p, fids.fid, U32, IO_9P_FIDS),
    STATE_FIELD(struct vio_9p, fids.open, U8, IO_9P_FIDS),
    STATE_FIELD(struct vio_9p, fids.born, U64, IO_9P_FIDS),
    STATE_FIELD(struct vio_9p, fids.path, U32, IO_9P_FIDS),
    STATE_FIELD(struct vio_9p, fids.length, U16, IO_9P_FIDS),
    STATE_FIELD(struct vio_9p, fids.text, U8, IO_9P_TEXT),
};

static const struct state_desc vio_9p_state = {
    .name = "vio_9p",
    .version = 1,
    .nfields = ARRAY_LEN(vio_9p_fields),
    .size = offsetof(struct vio_9p, request),
    .fields = vio_9p_fields,
    .check = vio_9p_check,
    .loaded = vio_9p_loaded,
};

static const struct vio_class vio_9p_class = {
    .name = "9p",
    .id = VIO_9P_ID,
    .notify = vio_9p_notify,
    .config = vio_9p_config,
    .reset = vio_9p_reset,
    .free = vio_9p_free,
    .state = &vio_9p_state,
};

struct vio *vio_9p_new(const struct vio_place *place, const struct vio_9p_config *config)
{
    struct vio_9p *p = xcalloc(1, sizeof *p);
    size_t len = strlen(config->tag);
    struct vio_spec spec = {.features = VIO_9P_F_MOUNT_TAG,
                            .nqueues = 1,
                            .queue_size = VIO_9P_QUEUE,
                            .config_len = 2 + (u32)len};
    BUG_ON(!len || len > VIO_9P_TAG_MAX);
    memcpy(p->tag, config->tag, len);
    p->server = config->server;
    vio_init(&p->vio, &vio_9p_class, p, place, &spec);
    return &p->vio;
}
