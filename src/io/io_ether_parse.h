/* SPDX-License-Identifier: ISC */
/*
 * One word that says what an Ethernet cable leads to, and its card:
 *   user | tap:NAME | vde:SWITCH | listen:SOCKET | connect:SOCKET, then ,KEY[=VALUE] as listed in
 * io_ether_parse.c. Parsed here, opened by io_ether_open.
 */
#ifndef IO_IO_ETHER_PARSE_H
#define IO_IO_ETHER_PARSE_H

#include "io/io_ether.h"
#include "lib/err.h"

#define IO_ETHER_PATH     108 /* a socket's, with its zero */
#define IO_ETHER_FORWARDS 16

enum io_ether_kind {
    IO_ETHER_USER,    /* libslirp: a network of its own behind address translation */
    IO_ETHER_TAP,     /* an interface of the host */
    IO_ETHER_VDE,     /* a vde_switch */
    IO_ETHER_LISTEN,  /* another machine, which comes to our socket */
    IO_ETHER_CONNECT, /* another machine, whose socket we come to */
};

/* Which card the cable is plugged into. */
enum io_ether_card {
    IO_ETHER_CARD_USUAL, /* the board's */
    IO_ETHER_CARD_VIRTIO,
    IO_ETHER_CARD_LANCE,
};

/* A port of the host that leads into the guest. Addresses and ports as numbers of this host. */
struct io_ether_forward {
    bool udp;
    u32 host, guest; /* guest 0: the address that DHCP gives first */
    u16 host_port, guest_port;
};

struct io_ether_options {
    enum io_ether_kind kind;
    enum io_ether_card card;
    char path[IO_ETHER_PATH]; /* or the interface's name */
    u8 mac[IO_ETHER_ADDRESS];
    bool restricted; /* user: nothing but the guest's network itself and forwarded ports */
    unsigned nforwards;
    struct io_ether_forward forward[IO_ETHER_FORWARDS];
};

/* The address is, unless given, one that depends on `number` (of the card) and on the word up to
 * its first comma, so that the two ends of one cable differ. The message names the part at fault.
 */
MUST_CHECK enum err io_ether_parse(struct io_ether_options *o, const char *word, unsigned number,
                                   struct error *e);

#define IO_ETHER_TEXT 18 /* "02:6b:75:00:00:00" */
char *io_ether_format(char buf[IO_ETHER_TEXT], const u8 mac[IO_ETHER_ADDRESS]);

#endif
