/* SPDX-License-Identifier: ISC */
/*
 * How much is sent depends on what the far end has taken, and that is input like any other: so the
 * driver waits for a slow reader, nothing is lost, and a run replays. The console is not waited
 * for: drivers spin until what they print is gone, Linux's with interrupts off. What is to be told
 * by the control queue is kept as one bit for each port and message, until the driver has a buffer
 * for it.
 */
#include "dev/vio_console.h"
#include "dev/vio_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

enum {
    VIO_CONSOLE_ID = 3,
    VIO_CONSOLE_TO_DRIVER = 2, /* control queues */
    VIO_CONSOLE_TO_DEVICE = 3,
    VIO_CONSOLE_CONFIG = 8, /* columns, rows, ports */
    VIO_CONSOLE_MESSAGE = 8,

    /* events */
    VIO_CONSOLE_DEVICE_READY = 0,
    VIO_CONSOLE_ADD = 1,
    VIO_CONSOLE_PORT_READY = 3,
    VIO_CONSOLE_IS_CONSOLE = 4,
    VIO_CONSOLE_OPEN = 6,
    VIO_CONSOLE_NAMED = 7,
};

#define VIO_CONSOLE_F_SIZE      (1ull << 0)
#define VIO_CONSOLE_F_MULTIPORT (1ull << 1)

#define VIO_CONSOLE_FIFO (VIO_CONSOLE_PORTS * VIO_CONSOLE_IN)

struct vio_console {
    struct vio vio;
    struct vio_console_config config;
    char name[VIO_CONSOLE_PORTS][VIO_CONSOLE_NAME + 1];

    /* of each port */
    bool peer[VIO_CONSOLE_PORTS];
    bool ready[VIO_CONSOLE_PORTS], open[VIO_CONSOLE_PORTS]; /* in the driver */
    u8 due[VIO_CONSOLE_PORTS];                              /* events to be told, a bit each */
    u32 untaken[VIO_CONSOLE_PORTS];
    u32 sent[VIO_CONSOLE_PORTS];  /* bytes of the first chain that waits to be sent */
    u32 count[VIO_CONSOLE_PORTS]; /* bytes that came in */
    u8 in[VIO_CONSOLE_FIFO];
};

static bool vio_console_has_ports(const struct vio_console *c)
{
    return vio_has(&c->vio, VIO_CONSOLE_F_MULTIPORT);
}

static bool vio_console_is_port(const struct vio_console *c, u32 port)
{
    return port < c->config.nports && (port || c->config.console);
}

static bool vio_console_is_open(const struct vio_console *c, unsigned port)
{
    return vio_is_live(&c->vio) && (!port || (vio_console_has_ports(c) && c->open[port]));
}

static unsigned vio_console_queue(unsigned port)
{
    return port ? 2 + 2 * port : 0; /* that receives; the next one sends */
}

/* ---- out ---- */

static void vio_console_pieces(struct vio_console *c, unsigned port, const struct vio_chain *ch,
                               u32 off, u32 len)
{
    struct piece piece[VIO_QUEUE_SIZE];
    unsigned n = vio_pieces(&c->vio, ch, false, off, len, piece);
    for (unsigned i = 0; i < n; i++)
        c->config.send(c->config.ctx, port, piece[i].p, (u32)piece[i].len);
    if (port)
        c->untaken[port] += len;
    c->vio.env->stats->console_writes += len;
}

/* A chain may be larger than what can be sent now: then it waits, with what is still to come. */
static void vio_console_transmit(struct vio_console *c, unsigned port)
{
    unsigned queue = vio_console_queue(port) + 1;
    struct vio_chain ch;
    while (c->untaken[port] < VIO_CONSOLE_WINDOW && vio_pop(&c->vio, queue, &ch)) {
        u32 room = port ? VIO_CONSOLE_WINDOW - c->untaken[port] : ~0u;
        u32 left = c->sent[port] < ch.read_len ? ch.read_len - c->sent[port] : 0;
        u32 len = left < room ? left : room;
        if (len)
            vio_console_pieces(c, port, &ch, c->sent[port], len);
        if (len < left) {
            c->sent[port] += len;
            vio_unpop(&c->vio, queue, ch.read_len - len);
            return;
        }
        c->sent[port] = 0;
        vio_push(&c->vio, queue, ch.head, 0);
    }
}

void vio_console_took(struct vio_console *c, unsigned port, u32 len)
{
    c->untaken[port] -= len < c->untaken[port] ? len : c->untaken[port];
    vio_console_transmit(c, port);
}

u32 vio_console_untaken(const struct vio_console *c, unsigned port)
{
    return c->untaken[port];
}

/* ---- in ---- */

static void vio_console_receive(struct vio_console *c, unsigned port)
{
    unsigned queue = vio_console_queue(port);
    u8 *in = c->in + port * VIO_CONSOLE_IN;
    struct vio_chain ch;
    while (c->count[port] && vio_pop(&c->vio, queue, &ch)) {
        u32 n = vio_put(&c->vio, &ch, 0, in, c->count[port]);
        c->count[port] -= n;
        memmove(in, in + n, c->count[port]);
        vio_push(&c->vio, queue, ch.head, n);
        c->vio.env->stats->console_reads += n;
    }
}

u32 vio_console_room(const struct vio_console *c, unsigned port)
{
    return vio_console_is_open(c, port) ? VIO_CONSOLE_IN - c->count[port] : 0;
}

u32 vio_console_waiting(const struct vio_console *c, unsigned port)
{
    return c->count[port];
}

void vio_console_input(struct vio_console *c, unsigned port, const void *data, u32 len)
{
    u32 room = vio_console_room(c, port), n = len < room ? len : room;
    memcpy(c->in + port * VIO_CONSOLE_IN + c->count[port], data, n);
    c->count[port] += n;
    vio_console_receive(c, port);
}

/* ---- control ---- */

static u16 vio_console_value(const struct vio_console *c, unsigned port, unsigned event)
{
    return event == VIO_CONSOLE_OPEN ? !port || c->peer[port] : 1;
}

/* False: no buffer for it. */
static bool vio_console_tell(struct vio_console *c, unsigned port, unsigned event)
{
    u8 message[VIO_CONSOLE_MESSAGE + VIO_CONSOLE_NAME];
    u32 len = VIO_CONSOLE_MESSAGE;
    struct vio_chain ch;
    if (!vio_pop(&c->vio, VIO_CONSOLE_TO_DRIVER, &ch))
        return false;
    store_le32(message, port);
    store_le16(message + 4, (u16)event);
    store_le16(message + 6, vio_console_value(c, port, event));
    if (event == VIO_CONSOLE_NAMED) {
        u32 n = (u32)strlen(c->name[port]);
        memcpy(message + len, c->name[port], n);
        len += n;
    }
    vio_push(&c->vio, VIO_CONSOLE_TO_DRIVER, ch.head, vio_put(&c->vio, &ch, 0, message, len));
    return true;
}

static void vio_console_tell_all(struct vio_console *c)
{
    for (unsigned port = 0; port < c->config.nports; port++)
        for (unsigned event = 0; event < 8; event++) {
            if (!(c->due[port] & 1u << event))
                continue;
            if (!vio_console_tell(c, port, event))
                return;
            c->due[port] &= (u8) ~(1u << event);
        }
}

static void vio_console_device_ready(struct vio_console *c)
{
    for (unsigned port = 0; port < VIO_CONSOLE_PORTS; port++)
        if (vio_console_is_port(c, port))
            c->due[port] |= 1u << VIO_CONSOLE_ADD;
}

static void vio_console_port_ready(struct vio_console *c, unsigned port, bool ready)
{
    c->ready[port] = ready;
    if (!ready)
        c->due[port] = 0;
    else
        c->due[port] |= (u8)(1u << (port ? VIO_CONSOLE_NAMED : VIO_CONSOLE_IS_CONSOLE) |
                             1u << VIO_CONSOLE_OPEN);
}

static void vio_console_port_open(struct vio_console *c, unsigned port, bool open)
{
    c->open[port] = open;
    if (!open && port)
        c->count[port] = 0;
}

/* Wrong ones mean nothing. */
static void vio_console_told(struct vio_console *c, const struct vio_chain *ch)
{
    u8 message[VIO_CONSOLE_MESSAGE];
    if (vio_get(&c->vio, ch, 0, message, sizeof message) < sizeof message)
        return;
    u32 port = load_le32(message);
    bool on = load_le16(message + 6) == 1;
    unsigned event = load_le16(message + 4);
    if (event == VIO_CONSOLE_DEVICE_READY && on)
        vio_console_device_ready(c);
    if (!vio_console_is_port(c, port))
        return;
    if (event == VIO_CONSOLE_PORT_READY)
        vio_console_port_ready(c, port, on);
    else if (event == VIO_CONSOLE_OPEN)
        vio_console_port_open(c, port, on);
}

static void vio_console_control(struct vio_console *c, unsigned queue)
{
    struct vio_chain ch;
    while (queue == VIO_CONSOLE_TO_DEVICE && vio_pop(&c->vio, queue, &ch)) {
        vio_console_told(c, &ch);
        vio_push(&c->vio, queue, ch.head, 0);
    }
    vio_console_tell_all(c);
}

void vio_console_peer(struct vio_console *c, unsigned port, bool here)
{
    c->peer[port] = here;
    if (!c->ready[port] || !port)
        return;
    c->due[port] |= 1u << VIO_CONSOLE_OPEN;
    vio_console_tell_all(c);
}

bool vio_console_has_peer(const struct vio_console *c, unsigned port)
{
    return c->peer[port];
}

/* ---- the device ---- */

static void vio_console_notify(void *dev, unsigned queue)
{
    struct vio_console *c = dev;
    if (queue > 1 && !vio_console_has_ports(c))
        return;
    unsigned port = queue > 3 ? queue / 2 - 1 : 0;
    if (queue == VIO_CONSOLE_TO_DRIVER || queue == VIO_CONSOLE_TO_DEVICE)
        vio_console_control(c, queue);
    else if (queue & 1)
        vio_console_transmit(c, port);
    else
        vio_console_receive(c, port);
}

static void vio_console_configuration(void *dev, u8 *to)
{
    const struct vio_console *c = dev;
    store_le16(to, c->config.columns);
    store_le16(to + 2, c->config.rows);
    store_le32(to + 4, c->config.nports);
}

/* The far end stays, and what it has not taken. */
static void vio_console_reset(void *dev)
{
    struct vio_console *c = dev;
    memset(c->ready, 0, sizeof c->ready);
    memset(c->open, 0, sizeof c->open);
    memset(c->due, 0, sizeof c->due);
    memset(c->sent, 0, sizeof c->sent);
    memset(c->count, 0, sizeof c->count);
    memset(c->in, 0, sizeof c->in);
}

static void vio_console_free(void *dev)
{
    struct vio_console *c = dev;
    if (c->config.drop)
        c->config.drop(c->config.ctx);
    free(c);
}

static enum err vio_console_check(const void *scratch, struct error *e)
{
    const struct vio_console *c = scratch;
    for (unsigned i = 0; i < VIO_CONSOLE_PORTS; i++)
        if (c->untaken[i] > VIO_CONSOLE_WINDOW || c->count[i] > VIO_CONSOLE_IN)
            return err_set(e, ERR_FORMAT, "vio_console: more than can be");
    return ERR_OK;
}

static const struct state_field vio_console_fields[] = {
    STATE_FIELD(struct vio_console, peer, BOOL, VIO_CONSOLE_PORTS),
    STATE_FIELD(struct vio_console, ready, BOOL, VIO_CONSOLE_PORTS),
    STATE_FIELD(struct vio_console, open, BOOL, VIO_CONSOLE_PORTS),
    STATE_FIELD(struct vio_console, due, U8, VIO_CONSOLE_PORTS),
    STATE_FIELD(struct vio_console, untaken, U32, VIO_CONSOLE_PORTS),
    STATE_FIELD(struct vio_console, sent, U32, VIO_CONSOLE_PORTS),
    STATE_FIELD(struct vio_console, count, U32, VIO_CONSOLE_PORTS),
    STATE_FIELD(struct vio_console, in, U8, VIO_CONSOLE_FIFO),
};

static const struct state_desc vio_console_state = {
    .name = "vio_console",
    .version = 1,
    .nfields = ARRAY_LEN(vio_console_fields),
    .size = sizeof(struct vio_console),
    .fields = vio_console_fields,
    .check = vio_console_check,
};

static const struct vio_class vio_console_class = {
    .name = "console",
    .id = VIO_CONSOLE_ID,
    .notify = vio_console_notify,
    .config = vio_console_configuration,
    .reset = vio_console_reset,
    .free = vio_console_free,
    .state = &vio_console_state,
};

struct vio_console *vio_console_new(const struct vio_place *place,
                                    const struct vio_console_config *config)
{
    struct vio_console *c = xcalloc(1, sizeof *c);
    struct vio_spec spec = {.features = VIO_CONSOLE_F_MULTIPORT,
                            .nqueues = 2 + 2 * config->nports,
                            .queue_size = 64,
                            .config_len = VIO_CONSOLE_CONFIG};
    BUG_ON(!config->nports || config->nports > VIO_CONSOLE_PORTS);
    if (config->columns && config->rows)
        spec.features |= VIO_CONSOLE_F_SIZE;
    c->config = *config;
    for (unsigned i = 1; i < config->nports; i++) {
        BUG_ON(strlen(config->name[i]) > VIO_CONSOLE_NAME);
        memcpy(c->name[i], config->name[i], strlen(config->name[i]));
    }
    vio_init(&c->vio, &vio_console_class, c, place, &spec);
    return c;
}

struct vio *vio_console_device(struct vio_console *c)
{
    return &c->vio;
}
