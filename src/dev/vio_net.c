/* SPDX-License-Identifier: ISC */
/*
 * A frame to be sent goes to the cable from where it lies in the guest's memory, unless it is in
 * pieces. One that comes in goes into a buffer of the driver's; while there is none, it stays where
 * it came from. No frame is larger than an Ethernet's, so buffers that could be merged for larger
 * ones are not offered: Linux then uses a frame where it lies.
 */
#include "dev/vio_net.h"
#include "dev/vio_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

enum {
    VIO_NET_ID = 1,
    VIO_NET_RX = 0,
    VIO_NET_TX = 1,
    VIO_NET_CONFIG = 8, /* address, status */
    VIO_NET_LINK_UP = 1,
    VIO_NET_HEADER = 12,
    VIO_NET_GSO_TYPE = 1, /* of the header, at offset */
    VIO_NET_BUFFERS = 10,
};

#define VIO_NET_F_MAC    (1ull << 5)
#define VIO_NET_F_STATUS (1ull << 16)

struct vio_net {
    struct vio vio;
    struct vio_net_config config;
    bool link;
};

/* ---- out ---- */

/* The frame behind its header, in one piece: where it is, or a copy in `copy`. */
static const u8 *vio_net_frame(const struct vio *v, const struct vio_chain *c, u32 len, u8 *copy)
{
    u32 off = VIO_NET_HEADER;
    unsigned i = 0;
    while (off >= c->span[i].len)
        off -= c->span[i++].len;
    if (c->span[i].len - off >= len)
        return vio_readable(v, &c->span[i]) + off;
    vio_get(v, c, VIO_NET_HEADER, copy, len);
    return copy;
}

/* Nothing that needs work on the way was offered, so a header that asks for some is the driver's
 * mistake, as is what is no frame. */
static void vio_net_send(struct vio_net *n, const struct vio_chain *c)
{
    const struct vio *v = &n->vio;
    u8 copy[IO_ETHER_MAX], header[VIO_NET_HEADER];
    u32 len = c->read_len - VIO_NET_HEADER;
    if (vio_get(v, c, 0, header, sizeof header) < sizeof header || !io_ether_len_ok(len) ||
        header[0] || header[VIO_NET_GSO_TYPE]) {
        v->env->stats->net_drops++;
        return;
    }
    n->config.cable.send(n->config.cable.ctx, vio_net_frame(v, c, len, copy), len);
    v->env->stats->net_writes++;
}

static void vio_net_notify(void *dev, unsigned queue)
{
    struct vio_net *n = dev;
    struct vio_chain c;
    while (queue == VIO_NET_TX && vio_pop(&n->vio, VIO_NET_TX, &c)) {
        vio_net_send(n, &c);
        vio_push(&n->vio, VIO_NET_TX, c.head, 0);
    }
}

/* ---- in ---- */

bool vio_net_input_room(const struct vio_net *n)
{
    return !vio_is_live(&n->vio) || vio_has_room(&n->vio, VIO_NET_RX);
}

/* False: no buffer for it. */
static bool vio_net_receive(struct vio_net *n, const u8 *frame, u32 len)
{
    static const u8 header[VIO_NET_HEADER] = {[VIO_NET_BUFFERS] = 1};
    struct vio_chain c;
    if (!vio_pop(&n->vio, VIO_NET_RX, &c))
        return false;
    bool fits = c.write_len >= VIO_NET_HEADER + len;
    if (fits) {
        vio_put(&n->vio, &c, 0, header, sizeof header);
        vio_put(&n->vio, &c, VIO_NET_HEADER, frame, len);
        vio_push(&n->vio, VIO_NET_RX, c.head, VIO_NET_HEADER + len);
    } else {
        vio_unpop(&n->vio, VIO_NET_RX, c.read_len);
    }
    return fits;
}

void vio_net_input(struct vio_net *n, const u8 *data, u32 len)
{
    if (len == 1) {
        n->link = data[0];
        vio_config_changed(&n->vio);
    } else if (io_ether_len_ok(len) && vio_is_live(&n->vio)) {
        bool received = vio_net_receive(n, data, len);
        n->vio.env->stats->net_reads += received;
        n->vio.env->stats->net_drops += !received;
    }
}

/* ---- the device ---- */

static void vio_net_configuration(void *dev, u8 *to)
{
    const struct vio_net *n = dev;
    memcpy(to, n->config.mac, IO_ETHER_ADDRESS);
    store_le16(to + IO_ETHER_ADDRESS, n->link ? VIO_NET_LINK_UP : 0);
}

static void vio_net_free(void *dev)
{
    free(dev);
}

static const struct state_field vio_net_fields[] = {
    STATE_FIELD(struct vio_net, link, BOOL, 1),
};

static const struct state_desc vio_net_state = {
    .name = "vio_net",
    .version = 1,
    .nfields = ARRAY_LEN(vio_net_fields),
    .size = sizeof(struct vio_net),
    .fields = vio_net_fields,
};

static const struct vio_class vio_net_class = {
    .name = "net",
    .id = VIO_NET_ID,
    .notify = vio_net_notify,
    .config = vio_net_configuration,
    .free = vio_net_free,
    .state = &vio_net_state,
};

struct vio_net *vio_net_new(const struct vio_place *place, const struct vio_net_config *config)
{
    struct vio_net *n = xcalloc(1, sizeof *n);
    struct vio_spec spec = {.features = VIO_NET_F_MAC | VIO_NET_F_STATUS,
                            .nqueues = 2,
                            .queue_size = VIO_QUEUE_SIZE,
                            .config_len = VIO_NET_CONFIG};
    n->config = *config;
    vio_init(&n->vio, &vio_net_class, n, place, &spec);
    return n;
}

struct vio *vio_net_device(struct vio_net *n)
{
    return &n->vio;
}
