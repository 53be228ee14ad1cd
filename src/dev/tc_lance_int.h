/* SPDX-License-Identifier: ISC */
/* Shared by tc_lance.c (registers) and tc_lance_ring.c (rings and frames). */
#ifndef DEV_TC_LANCE_INT_H
#define DEV_TC_LANCE_INT_H

#include "dev/tc_int.h"
#include "dev/tc_lance.h"

#define TC_LANCE_FCS 4u

/* CSR0 */
enum {
    TC_LANCE_ERR = 0x8000,
    TC_LANCE_BABL = 0x4000,
    TC_LANCE_CERR = 0x2000,
    TC_LANCE_MISS = 0x1000,
    TC_LANCE_MERR = 0x0800,
    TC_LANCE_RINT = 0x0400,
    TC_LANCE_TINT = 0x0200,
    TC_LANCE_IDON = 0x0100,
    TC_LANCE_INTR = 0x0080,
    TC_LANCE_INEA = 0x0040,
    TC_LANCE_RXON = 0x0020,
    TC_LANCE_TXON = 0x0010,
    TC_LANCE_TDMD = 0x0008,
    TC_LANCE_STOP = 0x0004,
    TC_LANCE_STRT = 0x0002,
    TC_LANCE_INIT = 0x0001,
};

/* The mode word of the initialization block. */
enum {
    TC_LANCE_PROM = 0x8000,
    TC_LANCE_INTL = 0x0040,
    TC_LANCE_COLL = 0x0010,
    TC_LANCE_DTCR = 0x0008,
    TC_LANCE_LOOP = 0x0004,
    TC_LANCE_DTX = 0x0002,
    TC_LANCE_DRX = 0x0001,
    TC_LANCE_MODE = 0x807f,
};

#define TC_LANCE_BSWP 4u /* of CSR3 */

/* A ring of descriptors in the card's memory. */
struct tc_lance_ring {
    u32 base;
    u8 log; /* of the number of its descriptors */
    u8 at;  /* the one to look at next */
};

struct tc_lance {
    const struct dev_env *env;
    struct dev_line line;
    struct tc_lance_config config;
    u8 station[32]; /* the ROM with the address */
    const u8 *ram;

    u16 rap;
    u16 csr[4];                   /* of CSR0 what is not derived from the rest */
    u16 mode;                     /* this and what follows is from the initialization block */
    u8 address[IO_ETHER_ADDRESS]; /* that it takes frames for */
    u8 filter[8];                 /* of multicast addresses, by their hash */
    struct tc_lance_ring rx, tx;
    bool carrier;
    struct event look; /* at the ring of transmission; armed: something may be there */
};

/* tc_lance.c */
void tc_lance_drive(struct tc_lance *l);

/* tc_lance_ring.c: the card's memory, whose addresses wrap */
u16 tc_lance_word(const struct tc_lance *l, u32 at);
/* Sends the next frame, if there is one; bytes that it took on the wire, 0: there was none. */
u32 tc_lance_transmit(struct tc_lance *l);

#endif
