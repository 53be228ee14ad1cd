/* SPDX-License-Identifier: ISC */
/* The device's streams, shared by what the driver sends (vio_vsock.c) and gets (vio_vsock_rx.c). */
#ifndef DEV_VIO_VSOCK_INT_H
#define DEV_VIO_VSOCK_INT_H

#include "dev/vio_vsock.h"

enum {
    VIO_VSOCK_RX,
    VIO_VSOCK_TX,
    VIO_VSOCK_EVENTS,
    VIO_VSOCK_QUEUES,
};

enum vio_vsock_op {
    VIO_VSOCK_REQUEST = 1,
    VIO_VSOCK_RESPONSE,
    VIO_VSOCK_RST,
    VIO_VSOCK_SHUTDOWN,
    VIO_VSOCK_RW,
    VIO_VSOCK_CREDIT_UPDATE,
    VIO_VSOCK_CREDIT_REQUEST,
};

#define VIO_VSOCK_HOST   2u
#define VIO_VSOCK_STREAM 1u           /* type of socket */
#define VIO_VSOCK_BUFFER (256u << 10) /* bytes of a guest's that wait for a host's program */
#define VIO_VSOCK_HEADER 44u
#define VIO_VSOCK_STRAYS 64u

enum vio_vsock_state {
    VIO_VSOCK_FREE,
    VIO_VSOCK_CONNECTING, /* the guest asked; the host has not answered */
    VIO_VSOCK_OFFERED,    /* the other way round */
    VIO_VSOCK_OPEN,
    VIO_VSOCK_CLOSING, /* nothing is left but to tell the guest */
};

/* All of it is state: 32-bit fields only. */
struct vio_vsock_conn {
    u32 state, id;
    u32 guest_port, host_port;
    u32 owed;                 /* packets for the guest: a bit for each enum vio_vsock_op */
    u32 guest_end, host_end;  /* enum io_vsock_end */
    u32 peer_room, peer_took; /* the guest's buffer, and what its program has taken of it */
    u32 sent;                 /* to the guest, bytes */
    u32 got, took, told;      /* from it: all; of these the host's now; of these it knows */
};

#define VIO_VSOCK_CONN_WORDS (sizeof(struct vio_vsock_conn) / 4)

struct vio_vsock_stray { /* somebody who has no stream gets a RST */
    u32 guest_port, host_port;
};

struct vio_vsock {
    struct vio vio;
    struct io_vsock io;
    u32 cid;

    u32 next_id, next_port;
    bool owes_reset; /* an event: all streams are gone */
    struct vio_vsock_conn conn[VIO_VSOCK_STREAMS];
    u32 nstrays;
    struct vio_vsock_stray stray[VIO_VSOCK_STRAYS];
    u32 held_id, held_off, held_len; /* data that wait for a buffer */
    u8 held[IO_VSOCK_MAX];
};

struct vio_vsock_conn *vio_vsock_find(struct vio_vsock *s, u32 id);
/* The back end is done with it, or never knew it; the guest is told. */
void vio_vsock_refuse(struct vio_vsock *s, struct vio_vsock_conn *c);
void vio_vsock_drop(struct vio_vsock *s, struct vio_vsock_conn *c); /* the guest knows */
void vio_vsock_set_limit(struct vio_vsock *s, const struct vio_vsock_conn *c);
/* Gives the driver what it is owed, as far as it has buffers. */
void vio_vsock_pump(struct vio_vsock *s);

#endif
