/* SPDX-License-Identifier: ISC */
/* The Ethernet card without CPU. Numbers are those of the Am7990's data sheet. */
#include "tc_cmocka.h"

#include "lib/bits.h"
#include "lib/crc.h"

#include <string.h>

enum {
    ERR = 0x8000,
    BABL = 0x4000,
    MISS = 0x1000,
    RINT = 0x0400,
    TINT = 0x0200,
    IDON = 0x0100,
    INTR = 0x0080,
    INEA = 0x0040,
    RXON = 0x0020,
    TXON = 0x0010,
    TDMD = 0x0008,
    STOP = 0x0004,
    STRT = 0x0002,
    INIT = 0x0001,

    OWN = 0x8000,
    DERR = 0x4000,
    RX_CRC = 0x0800,
    RX_BUFF = 0x0400,
    STP = 0x0200,
    ENP = 0x0100,

    TX_BUFF = 0x8000,
    TX_UFLO = 0x4000,
    TX_LCAR = 0x0800,
    TX_RTRY = 0x0400,

    PROM = 0x8000,
    INTL = 0x40,
    COLL = 0x10,
    DTCR = 0x08,
    LOOP = 0x04,
    DTX = 0x02,
    DRX = 0x01,

    RX_RING = 0x40, /* places in the card's memory */
    TX_RING = 0x80,
    RX_DATA = 0x2000,
    TX_DATA = 0x8000,
};

#define RDP (RIG_LANCE + 0x100000)
#define RAP (RIG_LANCE + 0x100004)

static const u8 mac[6] = RIG_MAC;

/* ---- a driver ---- */

static void set_csr(struct tc_rig *r, u32 n, u32 val)
{
    rig_set(r, 2, RAP, n);
    rig_set(r, 2, RDP, val);
}

static u32 csr0(struct tc_rig *r)
{
    rig_set(r, 2, RAP, 0);
    return rig_get(r, 2, RDP);
}

static void word(struct tc_rig *r, u32 at, u32 val)
{
    rig_set(r, 2, RIG_LANCE + at, val);
}

static u32 word_at(struct tc_rig *r, u32 at)
{
    return rig_get(r, 2, RIG_LANCE + at);
}

/* Rings of 1 << log descriptors; the filter lets nothing through. */
static void init_block(struct tc_rig *r, u32 mode, u32 log)
{
    word(r, 0, mode);
    for (u32 i = 0; i < 3; i++)
        word(r, 2 + 2 * i, load_le16(mac + 2 * i));
    for (u32 i = 0; i < 4; i++)
        word(r, 8 + 2 * i, 0);
    word(r, 16, RX_RING);
    word(r, 18, log << 13);
    word(r, 20, TX_RING);
    word(r, 22, log << 13);
}

static void start(struct tc_rig *r)
{
    set_csr(r, 0, STOP);
    set_csr(r, 1, 0);
    set_csr(r, 2, 0);
    set_csr(r, 0, INIT);
    assert_int_equal(csr0(r), IDON | INTR | INIT);
    set_csr(r, 0, IDON | STRT | INEA);
}

static struct tc_rig *new_rig(u32 mode, u32 log)
{
    struct tc_rig *r = tc_rig_new(0);
    rig_set(r, 4, TC_KN02_CSR, 0x40 << 16);
    tc_lance_input(r->lance, (const u8[]){1}, 1);
    init_block(r, mode, log);
    start(r);
    return r;
}

static void desc(struct tc_rig *r, u32 at, u32 buffer, u32 flags, u32 size)
{
    word(r, at, buffer & 0xffff);
    word(r, at + 4, 0xf000 | (0x1000 - size));
    word(r, at + 6, 0);
    word(r, at + 2, buffer >> 16 | flags);
}

static void rx_desc(struct tc_rig *r, u32 n, u32 size)
{
    desc(r, RX_RING + 8 * n, RX_DATA + 0x800 * n, OWN, size);
}

static void put(struct tc_rig *r, u32 at, const u8 *data, u32 len)
{
    for (u32 i = 0; i < len; i++)
        rig_set(r, 1, RIG_LANCE + at + i, data[i]);
}

static void get(struct tc_rig *r, u32 at, u8 *data, u32 len)
{
    for (u32 i = 0; i < len; i++)
        data[i] = (u8)rig_get(r, 1, RIG_LANCE + at + i);
}

/* A frame whose bytes tell their places. */
static const u8 *frame_to(const u8 *to, u32 len)
{
    static u8 frame[4096];
    for (u32 i = 0; i < sizeof frame; i++)
        frame[i] = (u8)(i * 7 + i / 256);
    memcpy(frame, to, 6);
    assert_true(len <= sizeof frame);
    return frame;
}

static void input(struct tc_rig *r, const u8 *to, u32 len)
{
    tc_lance_input(r->lance, frame_to(to, len), len);
}

static void transmit(struct tc_rig *r, u32 n, const u8 *data, u32 len)
{
    put(r, TX_DATA, data, len);
    desc(r, TX_RING + 8 * n, TX_DATA, OWN | STP | ENP, len);
    set_csr(r, 0, INEA | TDMD);
    tc_rig_run(r, RIG_MS);
}

/* ---- registers ---- */

static void stopped_at_reset(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    assert_int_equal(csr0(r), STOP);
    set_csr(r, 0, INEA | TDMD); /* not while it is stopped */
    assert_int_equal(csr0(r), STOP);
    set_csr(r, 1, 0xffff);
    assert_int_equal(rig_get(r, 2, RDP), 0xfffe);
    set_csr(r, 2, 0xffff);
    assert_int_equal(rig_get(r, 2, RDP), 0x00ff);
    set_csr(r, 3, 0xffff);
    assert_int_equal(rig_get(r, 2, RDP), 0x0007);
    rig_set(r, 2, RAP, 0xffff);
    assert_int_equal(rig_get(r, 2, RAP), 3);
    set_csr(r, 0, STOP); /* clears CSR3 */
    rig_set(r, 2, RAP, 3);
    assert_int_equal(rig_get(r, 2, RDP), 0);
    tc_rig_free(r);
}

static void starts(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    assert_int_equal(csr0(r), INEA | RXON | TXON | STRT | INIT);
    assert_false(r->io);
    set_csr(r, 3, 7); /* not while it runs */
    rig_set(r, 2, RAP, 3);
    assert_int_equal(rig_get(r, 2, RDP), 0);
    assert_int_equal(r->misuses, 1);
    set_csr(r, 0, STOP | INIT | STRT); /* STOP wins */
    assert_int_equal(csr0(r), STOP);
    tc_rig_free(r);
    r = new_rig(DTX, 2);
    assert_int_equal(csr0(r) & (RXON | TXON), RXON);
    tc_rig_free(r);
    r = new_rig(DRX, 2);
    assert_int_equal(csr0(r) & (RXON | TXON), TXON);
    tc_rig_free(r);
}

static void interrupts(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    set_csr(r, 0, STOP);
    set_csr(r, 0, INIT);
    assert_false(r->io);
    set_csr(r, 0, INEA);
    assert_true(r->io);
    assert_int_equal(rig_get(r, 1, TC_KN02_CSR), 0x40);
    set_csr(r, 0, INEA | IDON);
    assert_false(r->io);
    assert_int_equal(csr0(r), INEA | INIT);
    tc_rig_free(r);
}

static void address_rom(void **state)
{
    (void)state;
    /* 08-00, 2b-12, 34-56: doubled with carry and added */
    static const u8 rom[32] = {0x08, 0x00, 0x2b, 0x12, 0x34, 0x56, 0xaa, 0x7a, 0x7a, 0xaa, 0x56,
                               0x34, 0x12, 0x2b, 0x00, 0x08, 0x08, 0x00, 0x2b, 0x12, 0x34, 0x56,
                               0xaa, 0x7a, 0xff, 0x00, 0x55, 0xaa, 0xff, 0x00, 0x55, 0xaa};
    static const char name[] = "DEC     PMAD-AA ";
    struct tc_rig *r = tc_rig_new(0);
    for (u32 i = 0; i < 32; i++)
        assert_int_equal(rig_get(r, 1, RIG_LANCE + 0x1c0002 + 4 * i), rom[i]);
    for (u32 i = 0; i < 16; i++)
        assert_int_equal(rig_get(r, 1, RIG_LANCE + 0x3c0420 + 4 * i), name[i]);
    assert_int_equal(rig_get(r, 1, RIG_LANCE + 0x3c03f8), 0xaa);
    rig_set(r, 4, RIG_LANCE + 0x1c0000, 0);
    assert_int_equal(rig_get(r, 1, RIG_LANCE + 0x1c0002), 0x08);
    tc_rig_free(r);
}

static void memory(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    rig_set(r, 4, RIG_LANCE + 0x1fffc, 0x12345678);
    assert_int_equal(rig_get(r, 2, RIG_LANCE + 0x3fffe), 0x1234); /* and again */
    rig_set(r, 1, RIG_LANCE + 0xffffd, 0xff);
    assert_int_equal(rig_get(r, 4, RIG_LANCE + 0x1fffc), 0x1234ff78);
    tc_rig_free(r);
}

/* ---- out ---- */

static void sends(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    const u8 *frame = frame_to(mac, 60);
    put(r, TX_DATA, frame, 60);
    desc(r, TX_RING, TX_DATA, OWN | STP | ENP, 60);
    set_csr(r, 0, INEA | TDMD);
    assert_int_equal(csr0(r) & TDMD, TDMD);
    assert_int_equal(r->frames, 0);
    tc_rig_run(r, RIG_US - RIG_CYCLE);
    assert_false(r->io);
    tc_rig_run(r, RIG_CYCLE);
    assert_true(r->io);
    assert_int_equal(csr0(r), TINT | INTR | INEA | RXON | TXON | STRT | INIT);
    assert_int_equal(r->frames, 1);
    assert_int_equal(r->frame_len, 60);
    assert_memory_equal(r->frame, frame, 60);
    assert_int_equal(word_at(r, TX_RING + 2), STP | ENP);
    assert_int_equal(word_at(r, TX_RING + 6), 0);
    set_csr(r, 0, INEA | TINT);
    assert_false(r->io);
    tc_rig_run(r, RIG_S);
    assert_true(r->clock.next == CLOCK_NEVER); /* nothing more to do */
    assert_int_equal(r->stats.net_writes, 1);
    tc_rig_free(r);
}

/* 1518 bytes with their check sequence, then a gap of the same wire: 8 ns a byte. */
static void pace(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    for (u32 i = 0; i < 4; i++)
        desc(r, TX_RING + 8 * i, TX_DATA, OWN | STP | ENP, 1514);
    set_csr(r, 0, TDMD);
    tc_rig_run(r, RIG_US);
    assert_int_equal(r->frames, 1);
    tc_rig_run(r, 8 * (1514 + 24 + 4) - 2 * RIG_CYCLE);
    assert_int_equal(r->frames, 1);
    tc_rig_run(r, 2 * RIG_CYCLE);
    assert_int_equal(r->frames, 2);
    tc_rig_run(r, RIG_MS);
    assert_int_equal(r->frames, 4);
    desc(r, TX_RING, TX_DATA, OWN | STP | ENP, 1514);
    tc_rig_run(r, RIG_S); /* nobody demands it, */
    assert_int_equal(r->frames, 4);
    set_csr(r, 0, TINT); /* but then something is written to CSR0 */
    tc_rig_run(r, RIG_MS);
    assert_int_equal(r->frames, 5);
    tc_rig_free(r);
}

static void chains_out(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    const u8 *frame = frame_to(mac, 400);
    put(r, TX_DATA, frame, 100);
    put(r, TX_DATA + 0x801, frame + 100, 200);
    put(r, 0x1fff0, frame + 300, 16); /* addresses wrap at the end of memory */
    put(r, 0, frame + 316, 84);
    desc(r, TX_RING, TX_DATA, OWN | STP, 100);
    desc(r, TX_RING + 8, TX_DATA + 0x801, OWN, 200);
    desc(r, TX_RING + 16, 0xfe1fff0 & 0xffffff, OWN | ENP, 100);
    set_csr(r, 0, TDMD);
    tc_rig_run(r, RIG_MS);
    assert_int_equal(r->frames, 1);
    assert_int_equal(r->frame_len, 400);
    assert_memory_equal(r->frame, frame, 400);
    assert_int_equal(word_at(r, TX_RING + 2), STP);
    assert_int_equal(word_at(r, TX_RING + 10), 0);
    assert_int_equal(word_at(r, TX_RING + 18), ENP | 0xe1);
    tc_rig_free(r);
}

/* The end of a frame is not there: the transmitter goes off. */
static void chain_without_end(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    desc(r, TX_RING, TX_DATA, OWN | STP, 100);
    desc(r, TX_RING + 8, TX_DATA, OWN, 100);
    set_csr(r, 0, TDMD);
    tc_rig_run(r, RIG_MS);
    assert_int_equal(r->frames, 0);
    assert_int_equal(csr0(r) & (ERR | TINT | TXON | RXON), TINT | RXON);
    assert_int_equal(word_at(r, TX_RING + 2), STP);
    assert_int_equal(word_at(r, TX_RING + 10), DERR);
    assert_int_equal(word_at(r, TX_RING + 14), TX_BUFF | TX_UFLO);
    tc_rig_free(r);
    for (u32 log = 0; log < 8; log++) { /* all the ring is one chain */
        r = new_rig(0, log);
        for (u32 i = 0; i < 1u << log; i++)
            desc(r, TX_RING + 8 * i, TX_DATA, OWN | STP, 4096);
        set_csr(r, 0, TDMD);
        tc_rig_run(r, RIG_S);
        assert_int_equal(csr0(r) & (TINT | TXON), TINT);
        assert_int_equal(word_at(r, TX_RING + 8 * ((1u << log) - 1) + 2), STP | DERR);
        tc_rig_free(r);
    }
}

/* A descriptor in the middle of nothing is passed over. */
static void no_beginning(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    desc(r, TX_RING, TX_DATA, OWN | ENP, 100);
    transmit(r, 1, frame_to(mac, 64), 64);
    assert_int_equal(word_at(r, TX_RING + 2), ENP);
    assert_int_equal(r->frames, 1);
    assert_int_equal(r->frame_len, 64);
    tc_rig_free(r);
}

static void babble(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    transmit(r, 0, frame_to(mac, 1514), 1514);
    assert_int_equal(csr0(r) & (ERR | BABL), 0);
    transmit(r, 1, frame_to(mac, 1519), 1519);
    assert_int_equal(csr0(r) & (ERR | BABL | TINT | TXON), ERR | BABL | TINT | TXON);
    assert_int_equal(r->frames, 1); /* it reached nobody */
    set_csr(r, 0, BABL);
    assert_int_equal(csr0(r) & (ERR | BABL), 0);
    tc_rig_free(r);
}

static void no_carrier(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    tc_lance_input(r->lance, (const u8[]){0}, 1);
    transmit(r, 0, frame_to(mac, 64), 64);
    assert_int_equal(r->frames, 0);
    assert_int_equal(word_at(r, TX_RING + 2), STP | ENP | DERR);
    assert_int_equal(word_at(r, TX_RING + 6), TX_LCAR);
    assert_int_equal(csr0(r) & (TINT | TXON), TINT | TXON);
    tc_rig_free(r);
}

/* DTCR: the driver brings the check sequence. */
static void own_check_sequence(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(DTCR, 2);
    u8 frame[64];
    memcpy(frame, frame_to(mac, 60), 60);
    store_le32(frame + 60, crc_ethernet(frame, 60));
    transmit(r, 0, frame, 64);
    assert_int_equal(r->frames, 1);
    assert_int_equal(r->frame_len, 60);
    frame[63] ^= 1;
    transmit(r, 1, frame, 64);
    transmit(r, 2, frame, 3);
    assert_int_equal(r->frames, 1);
    assert_int_equal(csr0(r) & (ERR | TINT), TINT);
    tc_rig_free(r);
}

/* ---- in ---- */

static void receives(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    u8 got[104];
    assert_false(tc_lance_input_room(r->lance));
    rx_desc(r, 0, 1536);
    assert_true(tc_lance_input_room(r->lance));
    input(r, mac, 100);
    assert_true(r->io);
    assert_int_equal(csr0(r), RINT | INTR | INEA | RXON | TXON | STRT | INIT);
    assert_int_equal(word_at(r, RX_RING + 2), STP | ENP);
    assert_int_equal(word_at(r, RX_RING + 6), 104);
    get(r, RX_DATA, got, 104);
    assert_memory_equal(got, frame_to(mac, 100), 100);
    assert_int_equal(load_le32(got + 100), crc_ethernet(got, 100));
    assert_false(tc_lance_input_room(r->lance));
    input(r, mac, 100);
    assert_int_equal(csr0(r) & (ERR | MISS), ERR | MISS);
    set_csr(r, 0, INEA | RINT | MISS);
    assert_false(r->io);
    assert_int_equal(r->stats.net_reads, 1);
    assert_int_equal(r->stats.net_drops, 1);
    tc_rig_free(r);
}

/* The check sequence of 60 zeros is known; short frames get that long. */
static void fills_up(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(PROM, 2);
    static const u8 zeros[20];
    u8 got[4];
    rx_desc(r, 0, 1536);
    tc_lance_input(r->lance, zeros, sizeof zeros);
    assert_int_equal(word_at(r, RX_RING + 6), 64);
    get(r, RX_DATA + 60, got, 4);
    assert_int_equal(load_le32(got), 0x04128908);
    tc_rig_free(r);
}

static void filters(void **state)
{
    (void)state;
    static const u8 all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    static const u8 other[6] = {0x08, 0x00, 0x2b, 0x12, 0x34, 0x57};
    /* 224.0.0.1; the upper six bits of its checker's register are 54 */
    static const u8 hosts[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
    static const struct {
        const u8 *to;
        bool taken, by_filter, promiscuous;
    } cases[] = {
        {mac, true, true, true},
        {all, true, true, true},
        {other, false, false, true},
        {hosts, false, true, true},
    };
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned how = 0; how < 3; how++) {
            struct tc_rig *r = tc_rig_new(0);
            init_block(r, how == 2 ? PROM : 0, 2);
            if (how == 1)
                word(r, 14, 1u << 6);
            start(r);
            rx_desc(r, 0, 1536);
            input(r, cases[i].to, 64);
            bool taken = how == 0   ? cases[i].taken
                         : how == 1 ? cases[i].by_filter
                                    : cases[i].promiscuous;
            assert_int_equal(csr0(r) & RINT, taken ? RINT : 0);
            tc_rig_free(r);
        }
    }
}

static void chains_in(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    u8 got[204];
    for (u32 n = 0; n < 4; n++)
        rx_desc(r, n, 100);
    assert_true(tc_lance_input_room(r->lance)); /* it is all that there is */
    input(r, mac, 200);
    assert_int_equal(word_at(r, RX_RING + 2), STP);
    assert_int_equal(word_at(r, RX_RING + 10), 0);
    assert_int_equal(word_at(r, RX_RING + 18), ENP);
    assert_int_equal(word_at(r, RX_RING + 22), 204);
    assert_int_equal(word_at(r, RX_RING + 26), OWN);
    for (u32 n = 0; n < 3; n++)
        get(r, RX_DATA + 0x800 * n, got + 100 * n, n < 2 ? 100 : 4);
    assert_memory_equal(got, frame_to(mac, 200), 200);
    assert_false(tc_lance_input_room(r->lance));
    input(r, mac, 200); /* one buffer is left */
    assert_int_equal(word_at(r, RX_RING + 26), STP | DERR | RX_BUFF);
    assert_int_equal(csr0(r) & (MISS | RINT), RINT);
    rx_desc(r, 0, 2048);
    input(r, mac, 300);
    assert_int_equal(word_at(r, RX_RING + 2), STP | ENP);
    tc_rig_free(r);
}

/* Nobody listens: frames go by. */
static void receiver_off(void **state)
{
    (void)state;
    struct tc_rig *r = tc_rig_new(0);
    assert_true(tc_lance_input_room(r->lance));
    tc_rig_free(r);
    r = new_rig(DRX, 2);
    rx_desc(r, 0, 1536);
    assert_true(tc_lance_input_room(r->lance));
    input(r, mac, 64);
    assert_int_equal(csr0(r) & (RINT | MISS), 0);
    set_csr(r, 0, STOP);
    assert_true(tc_lance_input_room(r->lance));
    input(r, mac, 64);
    assert_int_equal(csr0(r), STOP);
    assert_int_equal(word_at(r, RX_RING + 2), OWN);
    tc_rig_free(r);
}

static void not_frames(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(PROM, 2);
    rx_desc(r, 0, 2048);
    input(r, mac, 13);
    input(r, mac, IO_ETHER_MAX + 1);
    input(r, mac, 4096);
    assert_int_equal(csr0(r) & (RINT | MISS), 0);
    input(r, mac, IO_ETHER_MAX);
    assert_int_equal(word_at(r, RX_RING + 6), 1522);
    tc_rig_free(r);
}

/* BSWP changes the places of bytes in buffers, and nowhere else. */
static void swapped_bytes(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(0, 2);
    u8 data[66], got[68];
    const u8 *frame = frame_to(mac, 64);
    set_csr(r, 0, STOP);
    set_csr(r, 3, 4);
    set_csr(r, 0, INIT);
    set_csr(r, 0, STRT);
    for (u32 i = 0; i < 64; i++)
        data[i ^ 1] = frame[i];
    transmit(r, 0, data, 64);
    assert_memory_equal(r->frame, frame, 64);
    rx_desc(r, 0, 1536);
    input(r, mac, 64);
    get(r, RX_DATA, got, 68);
    for (u32 i = 0; i < 64; i++)
        assert_int_equal(got[i ^ 1], frame[i]);
    assert_int_equal(word_at(r, RX_RING + 6), 68);
    tc_rig_free(r);
}

/* ---- loopback ---- */

static void loops_back(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(LOOP | INTL, 2);
    u8 got[36];
    rx_desc(r, 0, 100);
    input(r, mac, 64); /* the cable is not listened to */
    assert_int_equal(csr0(r) & RINT, 0);
    transmit(r, 0, frame_to(mac, 32), 32);
    assert_int_equal(r->frames, 0);
    assert_int_equal(csr0(r) & (ERR | RINT | TINT), RINT | TINT);
    assert_int_equal(word_at(r, RX_RING + 2), STP | ENP);
    assert_int_equal(word_at(r, RX_RING + 6), 36);
    get(r, RX_DATA, got, 36);
    assert_memory_equal(got, frame_to(mac, 32), 32);
    assert_int_equal(load_le32(got + 32), crc_ethernet(got, 32));
    transmit(r, 1, frame_to(mac, 32), 32);
    assert_int_equal(csr0(r) & MISS, MISS);
    tc_rig_free(r);
}

static void loops_back_checked(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(LOOP | INTL | DTCR, 2);
    u8 data[36];
    memcpy(data, frame_to(mac, 32), 32);
    store_le32(data + 32, crc_ethernet(data, 32));
    for (u32 n = 0; n < 2; n++)
        rx_desc(r, n, 100);
    transmit(r, 0, data, 36);
    data[20] ^= 0x10;
    transmit(r, 1, data, 36);
    assert_int_equal(word_at(r, RX_RING + 2), STP | ENP);
    assert_int_equal(word_at(r, RX_RING + 10), STP | ENP | DERR | RX_CRC);
    tc_rig_free(r);
}

static void forced_collision(void **state)
{
    (void)state;
    struct tc_rig *r = new_rig(LOOP | INTL | COLL, 2);
    rx_desc(r, 0, 100);
    transmit(r, 0, frame_to(mac, 32), 32);
    assert_int_equal(word_at(r, TX_RING + 2), STP | ENP | DERR);
    assert_int_equal(word_at(r, TX_RING + 6), TX_RTRY);
    assert_int_equal(csr0(r) & (RINT | TINT), TINT);
    tc_rig_free(r);
}

/* ---- hostile ---- */

/* Buffers over the ring, the ring over itself, the block at the end of memory. */
static void everything_overlaps(void **state)
{
    (void)state;
    for (u32 log = 0; log < 8; log++) {
        struct tc_rig *r = new_rig(PROM, log);
        for (u32 n = 0; n < 1u << log; n++)
            desc(r, RX_RING + 8 * n, RX_RING + 8 * n + 3, OWN, 1 + n);
        for (u32 n = 0; n < 20; n++) {
            u8 frame[IO_ETHER_MAX];
            memset(frame, n & 1 ? 0xff : (int)n, sizeof frame);
            tc_lance_input(r->lance, frame, sizeof frame);
        }
        set_csr(r, 0, STOP);
        set_csr(r, 1, 0xfffe);
        set_csr(r, 2, 0xff);
        set_csr(r, 0, INIT);
        set_csr(r, 0, STRT | INEA | TDMD);
        tc_rig_run(r, RIG_S);
        tc_rig_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopped_at_reset),
        cmocka_unit_test(starts),
        cmocka_unit_test(interrupts),
        cmocka_unit_test(address_rom),
        cmocka_unit_test(memory),
        cmocka_unit_test(sends),
        cmocka_unit_test(pace),
        cmocka_unit_test(chains_out),
        cmocka_unit_test(chain_without_end),
        cmocka_unit_test(no_beginning),
        cmocka_unit_test(babble),
        cmocka_unit_test(no_carrier),
        cmocka_unit_test(own_check_sequence),
        cmocka_unit_test(receives),
        cmocka_unit_test(fills_up),
        cmocka_unit_test(filters),
        cmocka_unit_test(chains_in),
        cmocka_unit_test(receiver_off),
        cmocka_unit_test(not_frames),
        cmocka_unit_test(swapped_bytes),
        cmocka_unit_test(loops_back),
        cmocka_unit_test(loops_back_checked),
        cmocka_unit_test(forced_collision),
        cmocka_unit_test(everything_overlaps),
    };
    return cmocka_run_group_tests_name("tc_lance", tests, NULL, NULL);
}
