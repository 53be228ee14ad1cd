/* SPDX-License-Identifier: ISC */
/* A port of some network of the host's, a descriptor of which each read is an Ethernet frame. */
#ifndef HOST_HOST_PORT_H
#define HOST_HOST_PORT_H

#include "lib/err.h"

enum {
    HOST_PORT_NOTHING = -1, /* waits to be read */
    HOST_PORT_GONE = -2,    /* for good: close it */
};

struct host_port {
    int fd;    /* can be read when there is a frame */
    int ctl;   /* can be read when `gone` should be asked; -1: there is none */
    void *ctx; /* NULL: not open */
    /* The length of a frame, max if it is longer. */
    long (*read)(const struct host_port *p, void *frame, size_t max);
    bool (*write)(const struct host_port *p, const void *frame, size_t len); /* false: not sent */
    bool (*gone)(const struct host_port *p);
    void (*close)(struct host_port *p);
};

/* The interface NAME: made now, for as long as it is open, or before by somebody with the right. */
MUST_CHECK enum err host_tap_open(struct host_port *p, const char *name, struct error *e);

/* The directory of a vde_switch, or what else libvdeplug understands. ERR_USAGE: this build, or
 * this host, has no such library. */
MUST_CHECK enum err host_vde_open(struct host_port *p, const char *where, struct error *e);

#endif
