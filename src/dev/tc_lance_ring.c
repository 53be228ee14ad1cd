/* SPDX-License-Identifier: ISC */
/*
 * All that lies in the card's memory is the guest's, and may be anything: addresses wrap, a ring is
 * gone round at most once for a frame, and what was read of a descriptor is not read again.
 */
#include "dev/tc_lance_int.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "lib/crc.h"

#include <string.h>

#define TC_LANCE_SHORTEST (64u - TC_LANCE_FCS) /* on the wire; cables may bring shorter ones */
#define TC_LANCE_LONGEST  1518u                /* with the check sequence, before it is babble */
#define TC_LANCE_MAX      (IO_ETHER_MAX + TC_LANCE_FCS)
#define TC_LANCE_SKIPPED  64u /* bytes' time for a descriptor that begins no frame */

enum {
    TC_LANCE_D1 = 2, /* of a descriptor's words, offsets */
    TC_LANCE_D2 = 4,
    TC_LANCE_D3 = 6,

    TC_LANCE_OWN = 0x8000, /* in the second word: the descriptor is the chip's */
    TC_LANCE_DERR = 0x4000,
    TC_LANCE_STP = 0x0200,
    TC_LANCE_ENP = 0x0100,
    TC_LANCE_HADR = 0x00ff,
    TC_LANCE_RX_CRC = 0x0800,
    TC_LANCE_RX_BUFF = 0x0400,

    TC_LANCE_TX_BUFF = 0x8000, /* in the fourth */
    TC_LANCE_TX_UFLO = 0x4000,
    TC_LANCE_TX_LCAR = 0x0800,
    TC_LANCE_TX_RTRY = 0x0400,
};

/* ---- memory ---- */

u16 tc_lance_word(const struct tc_lance *l, u32 at)
{
    return load_le16(l->ram + (at & (TC_LANCE_RAM - 2)));
}

/* To write len bytes to, which do not wrap. */
static u8 *tc_lance_to(const struct tc_lance *l, u32 at, u32 len)
{
    u8 *to = mem_dma_ptr(l->config.mem, l->config.slot + at, len);
    BUG_ON(!to);
    return to;
}

static void tc_lance_put_word(const struct tc_lance *l, u32 at, u16 val)
{
    store_le16(tc_lance_to(l, at & (TC_LANCE_RAM - 2), 2), val);
}

/* With BSWP the bytes of each word change places, in buffers only. */
static u32 tc_lance_swap(const struct tc_lance *l)
{
    return l->csr[3] & TC_LANCE_BSWP ? 1 : 0;
}

static void tc_lance_fetch(const struct tc_lance *l, u32 at, u8 *data, u32 len)
{
    u32 swap = tc_lance_swap(l);
    at %= TC_LANCE_RAM;
    if (!swap && len <= TC_LANCE_RAM - at) {
        memcpy(data, l->ram + at, len);
        return;
    }
    for (u32 i = 0; i < len; i++)
        data[i] = l->ram[((at + i) % TC_LANCE_RAM) ^ swap];
}

static void tc_lance_store(const struct tc_lance *l, u32 at, const u8 *data, u32 len)
{
    u32 swap = tc_lance_swap(l);
    at %= TC_LANCE_RAM;
    if (!swap && len <= TC_LANCE_RAM - at) {
        memcpy(tc_lance_to(l, at, len), data, len);
        return;
    }
    for (u32 i = 0; i < len; i++)
        *tc_lance_to(l, ((at + i) % TC_LANCE_RAM) ^ swap, 1) = data[i];
}

/* ---- descriptors ---- */

struct tc_lance_desc {
    u32 at;
    u16 flags;
    u32 buffer, size;
};

static u32 tc_lance_desc_at(const struct tc_lance_ring *r, u32 n)
{
    return r->base + 8 * (n & ((1u << r->log) - 1));
}

/* The count is the complement to 4096, so that 0 is all of it. */
static u32 tc_lance_size(const struct tc_lance *l, u32 at)
{
    return 0x1000 - (tc_lance_word(l, at + TC_LANCE_D2) & 0x0fffu);
}

static struct tc_lance_desc tc_lance_desc(const struct tc_lance *l, const struct tc_lance_ring *r)
{
    u32 at = tc_lance_desc_at(r, r->at);
    u16 flags = tc_lance_word(l, at + TC_LANCE_D1);
    return (struct tc_lance_desc){.at = at,
                                  .flags = flags,
                                  .buffer = tc_lance_word(l, at) | (flags & 0xffu) << 16,
                                  .size = tc_lance_size(l, at)};
}

/* A ring of one has no next. */
static bool tc_lance_owns_next(const struct tc_lance *l, const struct tc_lance_ring *r)
{
    u32 at = tc_lance_desc_at(r, r->at + 1u);
    return r->log && tc_lance_word(l, at + TC_LANCE_D1) & TC_LANCE_OWN;
}

/* Back to the driver. */
static void tc_lance_give(const struct tc_lance *l, struct tc_lance_ring *r,
                          const struct tc_lance_desc *d, u16 flags)
{
    tc_lance_put_word(l, d->at + TC_LANCE_D1, (u16)(flags | (d->flags & TC_LANCE_HADR)));
    r->at = (u8)((r->at + 1u) & ((1u << r->log) - 1));
}

/* ---- in ---- */

static bool tc_lance_is_ours(const struct tc_lance *l, const u8 *to)
{
    static const u8 all[IO_ETHER_ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    if (l->mode & TC_LANCE_PROM)
        return true;
    if (!(to[0] & 1))
        return !memcmp(to, l->address, sizeof all);
    u32 hash = ~crc_ethernet(to, IO_ETHER_ADDRESS) >> 26;
    return !memcmp(to, all, sizeof all) || l->filter[hash / 8] & 1u << hash % 8;
}

/* Into the driver's buffers. errors: of the frame, for its last descriptor. */
static void tc_lance_fill(struct tc_lance *l, const u8 *data, u32 len, u16 errors)
{
    u16 first = TC_LANCE_STP;
    struct tc_lance_desc d = tc_lance_desc(l, &l->rx);
    for (u32 done = 0, n;; done += n) {
        n = len - done < d.size ? len - done : d.size;
        tc_lance_store(l, d.buffer, data + done, n);
        if (n == len - done)
            break;
        if (!tc_lance_owns_next(l, &l->rx)) {
            tc_lance_give(l, &l->rx, &d, first | TC_LANCE_DERR | TC_LANCE_RX_BUFF);
            return;
        }
        tc_lance_give(l, &l->rx, &d, first);
        d = tc_lance_desc(l, &l->rx);
        first = 0;
    }
    tc_lance_put_word(l, d.at + TC_LANCE_D3, (u16)len);
    tc_lance_give(l, &l->rx, &d, first | TC_LANCE_ENP | errors);
}

/* `data` ends with the check sequence. */
static void tc_lance_receive(struct tc_lance *l, const u8 *data, u32 len, u16 errors)
{
    u32 at = tc_lance_desc_at(&l->rx, l->rx.at);
    if (!(l->csr[0] & TC_LANCE_RXON) || !tc_lance_is_ours(l, data))
        return;
    bool owns = tc_lance_word(l, at + TC_LANCE_D1) & TC_LANCE_OWN;
    trace(l->env->trace, NET, "net: lance: %s %u bytes", owns ? "received" : "missed", len);
    if (!owns) {
        l->csr[0] |= TC_LANCE_MISS;
        l->env->stats->net_drops++;
        return;
    }
    tc_lance_fill(l, data, len, errors);
    l->env->stats->net_reads++;
    l->csr[0] |= TC_LANCE_RINT;
}

void tc_lance_input(struct tc_lance *l, const u8 *data, u32 len)
{
    u8 frame[TC_LANCE_MAX] = {0};
    if (len == 1)
        l->carrier = data[0];
    if (!io_ether_len_ok(len) || l->mode & TC_LANCE_LOOP)
        return;
    memcpy(frame, data, len);
    if (len < TC_LANCE_SHORTEST)
        len = TC_LANCE_SHORTEST;
    store_le32(frame + len, crc_ethernet(frame, len));
    tc_lance_receive(l, frame, len + TC_LANCE_FCS, 0);
    tc_lance_drive(l);
}

bool tc_lance_input_room(const struct tc_lance *l)
{
    u32 room = 0;
    if (!(l->csr[0] & TC_LANCE_RXON) || l->mode & TC_LANCE_LOOP)
        return true;
    for (u32 i = 0; i < 1u << l->rx.log && room < TC_LANCE_MAX; i++) {
        u32 at = tc_lance_desc_at(&l->rx, l->rx.at + i);
        if (!(tc_lance_word(l, at + TC_LANCE_D1) & TC_LANCE_OWN))
            return false;
        room += tc_lance_size(l, at);
    }
    return true;
}

/* ---- out ---- */

struct tc_lance_frame {
    u32 len;
    u8 data[TC_LANCE_MAX]; /* as much of it as can be a frame */
};

static void tc_lance_append(const struct tc_lance *l, struct tc_lance_frame *f,
                            const struct tc_lance_desc *d)
{
    if (f->len < TC_LANCE_MAX) {
        u32 room = TC_LANCE_MAX - f->len;
        tc_lance_fetch(l, d->buffer, f->data + f->len, d->size < room ? d->size : room);
    }
    f->len += d->size;
}

/* From the chain of buffers that begins at d, which is then its last one. False: its end is not
 * there. Each descriptor is given back as it is left, so this ends. */
static bool tc_lance_gather(struct tc_lance *l, struct tc_lance_frame *f, struct tc_lance_desc *d)
{
    for (;;) {
        tc_lance_append(l, f, d);
        if (d->flags & TC_LANCE_ENP)
            return true;
        if (!tc_lance_owns_next(l, &l->tx))
            return false;
        tc_lance_give(l, &l->tx, d, d->flags & TC_LANCE_STP);
        *d = tc_lance_desc(l, &l->tx);
    }
}

static bool tc_lance_is_sound(const struct tc_lance_frame *f, u32 body)
{
    return load_le32(f->data + body) == crc_ethernet(f->data, body);
}

/* Results are errors for the fourth word. The chip has one checker: it checks what comes back only
 * if it need not make the check sequence. */
static u16 tc_lance_loop_back(struct tc_lance *l, struct tc_lance_frame *f)
{
    u32 body = f->len - TC_LANCE_FCS;
    bool sound = true;
    if (l->mode & TC_LANCE_INTL && l->mode & TC_LANCE_COLL)
        return TC_LANCE_TX_RTRY;
    if (body < IO_ETHER_ADDRESS || body > IO_ETHER_MAX)
        return 0;
    if (l->mode & TC_LANCE_DTCR)
        sound = tc_lance_is_sound(f, body);
    else
        store_le32(f->data + body, crc_ethernet(f->data, body));
    tc_lance_receive(l, f->data, f->len, sound ? 0 : TC_LANCE_DERR | TC_LANCE_RX_CRC);
    return 0;
}

/* A frame whose check sequence is wrong, or that is too long, is no frame to anybody. */
static u16 tc_lance_to_cable(struct tc_lance *l, const struct tc_lance_frame *f)
{
    u32 body = f->len - TC_LANCE_FCS;
    if (!l->carrier)
        return TC_LANCE_TX_LCAR;
    if (!io_ether_len_ok(body) || (l->mode & TC_LANCE_DTCR && !tc_lance_is_sound(f, body)))
        return 0;
    l->config.net.send(l->config.net.ctx, f->data, body);
    l->env->stats->net_writes++;
    return 0;
}

static u16 tc_lance_send(struct tc_lance *l, struct tc_lance_frame *f)
{
    if (!(l->mode & TC_LANCE_DTCR))
        f->len += TC_LANCE_FCS;
    if (f->len > TC_LANCE_LONGEST)
        l->csr[0] |= TC_LANCE_BABL;
    trace(l->env->trace, NET, "net: lance: sent %u bytes", f->len);
    return l->mode & TC_LANCE_LOOP ? tc_lance_loop_back(l, f) : tc_lance_to_cable(l, f);
}

u32 tc_lance_transmit(struct tc_lance *l)
{
    struct tc_lance_frame f = {.len = 0};
    struct tc_lance_desc d = tc_lance_desc(l, &l->tx);
    if (!(d.flags & TC_LANCE_OWN))
        return 0;
    if (!(d.flags & TC_LANCE_STP)) {
        tc_lance_give(l, &l->tx, &d, d.flags & TC_LANCE_ENP);
        return TC_LANCE_SKIPPED;
    }
    u16 errors = TC_LANCE_TX_BUFF | TC_LANCE_TX_UFLO;
    if (tc_lance_gather(l, &f, &d))
        errors = tc_lance_send(l, &f);
    else
        l->csr[0] &= (u16)~TC_LANCE_TXON;
    if (errors)
        tc_lance_put_word(l, d.at + TC_LANCE_D3, errors);
    tc_lance_give(l, &l->tx, &d,
                  (u16)((d.flags & (TC_LANCE_STP | TC_LANCE_ENP)) | (errors ? TC_LANCE_DERR : 0)));
    l->csr[0] |= TC_LANCE_TINT;
    return f.len;
}
