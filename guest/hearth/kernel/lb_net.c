/* SPDX-License-Identifier: ISC */
/*
 * The network card: a frame at a time in each direction, through the card's two buffers. Frames
 * that come in are kept in a few pages, taken when somebody first asks for the network (looking at
 * /sys/net is asking); what comes before that, or while they are full, is dropped.
 */
#include "abi.h"
#include "board.h"
#include "format.h"
#include "lb.h"
#include "mem.h"
#include "proc.h"
#include "sched.h"

#define LB_NET_RIRQ    0u
#define LB_NET_WIRQ    4u
#define LB_NET_CONTROL 8u
#define LB_NET_STATUS  12u
#define LB_NET_START   2u
#define LB_NET_CARRIER 0x80000000u /* kuseg's; System/161 never sets it */

/* Offsets in the buffers. The header: magic, sender; length of all, receiver. */
#define LB_NET_IN     LB_BUFFER
#define LB_NET_OUT    (LB_BUFFER + 0x1000u)
#define LB_NET_HEADER 8u
#define LB_NET_RING   4u

static struct {
    struct lock lock;
    u32 slot;
    bool present, open;
    bool taken;   /* somebody is sending */
    bool sending; /* the card is */
    struct abi_frame *ring[LB_NET_RING];
    u32 in, out; /* received, read; free-running */
    u32 sent, dropped;
} lb_net;

static void lb_net_take_locked(void)
{
    u32 first = lb_read(lb_net.slot, LB_NET_IN), second = lb_read(lb_net.slot, LB_NET_IN + 4);
    u32 size = (second >> 16) - LB_NET_HEADER;

    if (!lb_net.open || lb_net.in - lb_net.out == LB_NET_RING || size > ABI_FRAME) {
        lb_net.dropped++;
        return;
    }
    struct abi_frame *frame = lb_net.ring[lb_net.in++ % LB_NET_RING];
    frame->from = (u16)first;
    frame->to = (u16)second;
    frame->size = size;
    for (u32 i = 0; i < size; i += 4)
        *(u32 *)(frame->data + i) = lb_read(lb_net.slot, LB_NET_IN + LB_NET_HEADER + i);
    sched_wake(lb_net.ring);
}

/* A frame is copied before RIRQ is cleared: until then the card leaves it alone. */
static void lb_net_interrupt(u32 slot)
{
    lock_take(&lb_net.lock);
    if (lb_read(slot, LB_NET_RIRQ)) {
        lb_net_take_locked();
        lb_write(slot, LB_NET_RIRQ, 0);
    }
    if (lb_read(slot, LB_NET_WIRQ)) {
        lb_write(slot, LB_NET_WIRQ, 0);
        lb_net.sending = false;
        sched_wake(&lb_net);
    }
    lock_drop(&lb_net.lock);
}

void lb_net_attach(u32 slot)
{
    if (lb_net.present)
        return;
    lb_net.present = true;
    lb_net.slot = slot;
    lb_handle(slot, lb_net_interrupt);
}

static int lb_net_open_locked(void)
{
    if (!lb_net.present)
        return E_NODEV;
    for (u32 i = 0; i < LB_NET_RING; i++)
        if (!lb_net.ring[i] && !(lb_net.ring[i] = mem_page()))
            return E_NOMEM;
    lb_net.open = true;
    return 0;
}

/* The card is ours. It fills in magic and sender. */
static void lb_net_transmit_locked(const struct abi_frame *frame)
{
    u32 length = frame->size + LB_NET_HEADER;

    lb_write(lb_net.slot, LB_NET_OUT + 4, length << 16 | frame->to);
    for (u32 i = 0; i < frame->size; i += 4)
        lb_write(lb_net.slot, LB_NET_OUT + LB_NET_HEADER + i, *(const u32 *)(frame->data + i));
    lb_net.sending = true;
    lb_write(lb_net.slot, LB_NET_CONTROL, LB_NET_START);
    while (lb_net.sending)
        sched_sleep(&lb_net, &lb_net.lock);
    lb_net.sent++;
}

int board_net_send(const struct abi_frame *frame)
{
    int error;

    if (frame->size > ABI_FRAME)
        return E_TOOBIG;
    lock_take(&lb_net.lock);
    error = lb_net_open_locked();
    if (!error) {
        while (lb_net.taken)
            sched_sleep(&lb_net, &lb_net.lock);
        lb_net.taken = true;
        lb_net_transmit_locked(frame);
        lb_net.taken = false;
        sched_wake(&lb_net);
    }
    lock_drop(&lb_net.lock);
    return error;
}

int board_net_receive(struct abi_frame *frame, bool wait)
{
    int error;

    lock_take(&lb_net.lock);
    error = lb_net_open_locked();
    while (!error && wait && lb_net.in == lb_net.out && !proc_self()->killed)
        sched_sleep(lb_net.ring, &lb_net.lock);
    if (!error && lb_net.in == lb_net.out)
        error = E_AGAIN;
    if (!error)
        *frame = *lb_net.ring[lb_net.out++ % LB_NET_RING];
    lock_drop(&lb_net.lock);
    return error;
}

void board_net_print(struct format_text *out)
{
    lock_take(&lb_net.lock);
    int error = lb_net_open_locked();
    lock_drop(&lb_net.lock);
    if (error) {
        format_text(out, "%s\n",
                    error == E_NODEV ? "no network card" : "no memory for the network");
        return;
    }
    u32 status = lb_read(lb_net.slot, LB_NET_STATUS);
    format_text(out, "address %u%s; %u frames sent, %u received, %u dropped\n", status & 0xffff,
                status & LB_NET_CARRIER ? ", with carrier" : "", lb_net.sent, lb_net.in,
                lb_net.dropped);
}
