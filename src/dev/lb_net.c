/* SPDX-License-Identifier: ISC */
/*
 * Sending takes System/161's 2 ms, whatever the length; at their end the frame leaves as it then
 * lies in the buffer, framing word and sender filled in there.
 *
 * A frame that arrives before RIRQ was cleared is discarded, as documented. On System/161 frames
 * come in one at each look at the socket, so that a burst leaves a driver some time between two.
 * Here the host hands over all it has; a few wait in a queue and arrive LB_NET_GAP_NS apart, in
 * which a driver can copy 4 KB by words. Frames for others, and damaged ones, take no such time and
 * no longer touch the buffer.
 *
 * What hangs System/161 is wrong (dev.h) and changes nothing: sending while sending, a frame longer
 * than the buffer, reserved bits in a register. STATUS is the address; its upper half is 0 on
 * System/161, whatever the carrier.
 */
#include "dev/lb_net.h"
#include "dev/dev_int.h"
#include "dev/lb.h"
#include "io/io_net.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define LB_NET_SEND_NS 2000000
#define LB_NET_GAP_NS  500000
#define LB_NET_QUEUE   8
#define LB_NET_CARRIER 0x80000000u

enum {
    LB_NET_RIRQ = 0x0,
    LB_NET_WIRQ = 0x4,
    LB_NET_CONTROL = 0x8,
    LB_NET_STATUS = 0xc,
};

enum {
    LB_NET_IRQ_DONE = 1,
    LB_NET_PROMISC = 1,
    LB_NET_START = 2,
};

struct lb_net {
    const struct dev_env *env;
    struct dev_line line;
    struct lb_net_config config;

    u32 rirq, wirq, control;
    u8 buf[2 * IO_NET_MAX]; /* received; to be sent */
    bool carrier;
    u8 queue[LB_NET_QUEUE * IO_NET_MAX]; /* good frames for this card, on their way */
    u16 head, count;
    struct event sent;
    struct event next; /* the earliest time for the next arrival */
};

static void lb_net_drive(struct lb_net *n)
{
    dev_line_set(&n->line, n->rirq || n->wirq);
}

/* ---- out ---- */

static void lb_net_sent_due(void *ctx)
{
    struct lb_net *n = ctx;
    u8 *frame = n->buf + IO_NET_MAX;
    u32 len = io_net_len(frame);
    n->control &= ~(u32)LB_NET_START;
    if (len > IO_NET_MAX) {
        dev_wrong(n->env, "net: a frame longer than the buffer is to be sent");
        return;
    }
    io_net_put_header(frame, n->config.hwaddr, len, io_net_to(frame));
    trace(n->env->trace, NET, "net: slot %u: sent %u bytes to %04x", n->line.n, len,
          io_net_to(frame));
    n->config.net.send(n->config.net.ctx, frame, len);
    n->env->stats->net_writes++;
    n->wirq = LB_NET_IRQ_DONE;
    lb_net_drive(n);
}

/* ---- in ---- */

static void lb_net_arrive(struct lb_net *n)
{
    const u8 *frame = n->queue + n->head * IO_NET_MAX;
    u32 len = io_net_len(frame);
    n->head = (n->head + 1) % LB_NET_QUEUE;
    n->count--;
    event_arm_after(&n->next, LB_NET_GAP_NS);
    trace(n->env->trace, NET, "net: slot %u: %s %u bytes from %04x", n->line.n,
          n->rirq ? "no room for" : "received", len, io_net_from(frame));
    if (n->rirq) {
        n->env->stats->net_drops++;
        return;
    }
    n->env->stats->net_reads++;
    memcpy(n->buf, frame, len);
    n->rirq = LB_NET_IRQ_DONE;
    lb_net_drive(n);
}

static void lb_net_next_due(void *ctx)
{
    struct lb_net *n = ctx;
    if (n->count)
        lb_net_arrive(n);
}

static void lb_net_set_carrier(struct lb_net *n, bool carrier)
{
    if (carrier != n->carrier)
        trace(n->env->trace, NET, "net: slot %u: carrier %s", n->line.n,
              carrier ? "detected" : "lost");
    n->carrier = carrier;
}

/* NULL: for this card. */
static const char *lb_net_refuses(const struct lb_net *n, const u8 *frame, u32 len)
{
    static const char *const faults[] = {
        [IO_NET_RUNT] = "runt", [IO_NET_FRAME] = "framing error", [IO_NET_SIZE] = "length error"};
    enum io_net_fault fault = io_net_check(frame, len);
    if (fault)
        return faults[fault];
    u32 to = io_net_to(frame);
    bool ours = to == n->config.hwaddr || to == IO_NET_BROADCAST || n->control & LB_NET_PROMISC;
    return ours ? NULL : "not for this card";
}

bool lb_net_input_room(const struct lb_net *n)
{
    return n->count < LB_NET_QUEUE;
}

void lb_net_input(struct lb_net *n, const u8 *data, u32 len)
{
    if (len == 1) {
        lb_net_set_carrier(n, data[0]);
        return;
    }
    const char *why = lb_net_refuses(n, data, len);
    if (!why && !lb_net_input_room(n))
        why = "no room";
    if (why) {
        trace(n->env->trace, NET, "net: slot %u: %u bytes dropped: %s", n->line.n, len, why);
        return;
    }
    unsigned at = (n->head + n->count++) % LB_NET_QUEUE;
    memcpy(n->queue + at * IO_NET_MAX, data, len);
    if (!n->next.armed)
        lb_net_arrive(n);
}

/* ---- registers ---- */

static bool lb_net_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_net *n = dev;
    (void)cpu;
    switch (off) {
    case LB_NET_RIRQ:
        *val = n->rirq;
        return true;
    case LB_NET_WIRQ:
        *val = n->wirq;
        return true;
    case LB_NET_CONTROL:
        *val = n->control;
        return true;
    case LB_NET_STATUS:
        *val = n->config.hwaddr | (n->config.extended && n->carrier ? LB_NET_CARRIER : 0);
        return true;
    }
    return false;
}

static void lb_net_set_irq(struct lb_net *n, u32 *irq, u32 val)
{
    if (val & ~(u32)LB_NET_IRQ_DONE) {
        dev_wrong(n->env, "net: reserved bits written to an interrupt register");
        return;
    }
    *irq = val;
    lb_net_drive(n);
}

/* Sending can't be called off. */
static void lb_net_set_control(struct lb_net *n, u32 val)
{
    bool busy = n->control & LB_NET_START;
    if (val & ~(u32)(LB_NET_PROMISC | LB_NET_START)) {
        dev_wrong(n->env, "net: reserved bits written to the control register");
        return;
    }
    if (val & LB_NET_START && busy) {
        dev_wrong(n->env, "net: a frame is to be sent while the last one still is");
        return;
    }
    if (val & LB_NET_START)
        event_arm_after(&n->sent, LB_NET_SEND_NS);
    n->control = val | (busy ? LB_NET_START : 0);
}

static bool lb_net_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_net *n = dev;
    (void)cpu;
    switch (off) {
    case LB_NET_RIRQ:
        lb_net_set_irq(n, &n->rirq, val);
        return true;
    case LB_NET_WIRQ:
        lb_net_set_irq(n, &n->wirq, val);
        return true;
    case LB_NET_CONTROL:
        lb_net_set_control(n, val);
        return true;
    }
    return false;
}

static u8 *lb_net_buffer(void *dev, u32 *len)
{
    struct lb_net *n = dev;
    *len = sizeof n->buf;
    return n->buf;
}

/* The carrier is not the card's to forget. */
static void lb_net_reset(void *dev)
{
    struct lb_net *n = dev;
    n->rirq = n->wirq = n->control = 0;
    memset(n->buf, 0, sizeof n->buf);
    memset(n->queue, 0, sizeof n->queue);
    n->head = n->count = 0;
    dev_disarm(&n->sent);
    dev_disarm(&n->next);
    lb_net_drive(n);
}

/* ---- state ---- */

static bool lb_net_queue_possible(const struct lb_net *n)
{
    if (n->head >= LB_NET_QUEUE || n->count > LB_NET_QUEUE || (n->count && !n->next.armed))
        return false;
    for (unsigned i = 0; i < n->count; i++) {
        const u8 *frame = n->queue + (n->head + i) % LB_NET_QUEUE * IO_NET_MAX;
        if (io_net_check(frame, io_net_len(frame)))
            return false;
    }
    return true;
}

static enum err lb_net_check(const void *scratch, struct error *e)
{
    const struct lb_net *n = scratch;
    if (n->rirq > LB_NET_IRQ_DONE || n->wirq > LB_NET_IRQ_DONE)
        return err_set(e, ERR_FORMAT, "lb_net: reserved bits in an interrupt register");
    if (n->control > (LB_NET_PROMISC | LB_NET_START) ||
        n->sent.armed != (bool)(n->control & LB_NET_START))
        return err_set(e, ERR_FORMAT, "lb_net: impossible control %u", n->control);
    if (!lb_net_queue_possible(n))
        return err_set(e, ERR_FORMAT, "lb_net: the frames on their way are impossible");
    return ERR_OK;
}

static void lb_net_loaded(void *obj)
{
    struct lb_net *n = obj;
    event_loaded(&n->sent);
    event_loaded(&n->next);
    lb_net_drive(n);
}

static const struct state_field lb_net_fields[] = {
    STATE_FIELD(struct lb_net, rirq, U32, 1),
    STATE_FIELD(struct lb_net, wirq, U32, 1),
    STATE_FIELD(struct lb_net, control, U32, 1),
    STATE_FIELD(struct lb_net, buf, U8, 2 * IO_NET_MAX),
    STATE_FIELD(struct lb_net, carrier, BOOL, 1),
    STATE_FIELD(struct lb_net, queue, U8, LB_NET_QUEUE *IO_NET_MAX),
    STATE_FIELD(struct lb_net, head, U16, 1),
    STATE_FIELD(struct lb_net, count, U16, 1),
    DEV_STATE_EVENT(struct lb_net, sent),
    DEV_STATE_EVENT(struct lb_net, next),
};

static const struct state_desc lb_net_state = {
    .name = "lb_net",
    .version = 1,
    .nfields = ARRAY_LEN(lb_net_fields),
    .size = sizeof(struct lb_net),
    .fields = lb_net_fields,
    .check = lb_net_check,
    .loaded = lb_net_loaded,
};

const struct lb_class lb_net_class = {
    .name = "net",
    .device = 6,
    .revision = 2,
    .read = lb_net_read,
    .write = lb_net_write,
    .reset = lb_net_reset,
    .state = &lb_net_state,
    .buffer = lb_net_buffer,
};

struct lb_net *lb_net_new(const struct dev_env *env, struct dev_line line,
                          const struct lb_net_config *config)
{
    BUG_ON(config->hwaddr == IO_NET_HUB || config->hwaddr == IO_NET_BROADCAST);
    struct lb_net *n = xcalloc(1, sizeof *n);
    n->env = env;
    n->line = line;
    n->config = *config;
    event_init(&n->sent, env->clock, lb_net_sent_due, n);
    event_init(&n->next, env->clock, lb_net_next_due, n);
    return n;
}

void lb_net_free(struct lb_net *n)
{
    free(n);
}
