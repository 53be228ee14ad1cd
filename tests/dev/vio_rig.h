/* SPDX-License-Identifier: ISC */
/*
 * Virtio devices without a CPU, and the driver's side of them: registers, queues in guest memory,
 * chains. Time passes when told. Without cmocka, because a fuzz target uses it too.
 *
 * A test: vio_rig_new, vio_rig_plug of what vio_NAME_new made at vio_rig_place, vio_rig_start,
 * vio_rig_send, vio_rig_collect. Several devices: vio_rig_at chooses which the calls are about.
 */
#ifndef DEV_VIO_RIG_H
#define DEV_VIO_RIG_H

#include "dev/vio_bank.h"

#define RIG_HZ     25000000u
#define RIG_RAM    0x200000u
#define RIG_ROM    0x1fc00000u /* a page */
#define RIG_WINDOW 0x1f400000u /* where the bank is */
#define RIG_QUEUE  64u         /* descriptors that the driver uses at most */
#define RIG_US     1000ull
#define RIG_MS     1000000ull
#define RIG_S      1000000000ull

/* Registers that tests name. */
enum {
    RIG_DEVICE_FEATURES = 0x10,
    RIG_DEVICE_FEATURES_SEL = 0x14,
    RIG_DRIVER_FEATURES = 0x20,
    RIG_DRIVER_FEATURES_SEL = 0x24,
    RIG_QUEUE_SEL = 0x30,
    RIG_QUEUE_NUM_MAX = 0x34,
    RIG_QUEUE_NUM = 0x38,
    RIG_QUEUE_READY = 0x44,
    RIG_QUEUE_NOTIFY = 0x50,
    RIG_ISR = 0x60,
    RIG_ACK = 0x64,
    RIG_STATUS = 0x70,
    RIG_QUEUE_DESC = 0x80,
    RIG_QUEUE_DRIVER = 0x90,
    RIG_QUEUE_DEVICE = 0xa0,
    RIG_GENERATION = 0xfc,
    RIG_CONFIG = 0x100,
};

/* The driver's idea of a queue. */
struct vio_rig_queue {
    u32 size;
    gpa desc, avail, used;
    u16 next; /* descriptor to use next */
    u16 made; /* chains made available */
    u16 seen; /* used entries collected */
};

struct vio_rig {
    struct clock clock;
    struct mem *mem;
    struct dev_env env;
    struct dev_stats stats;
    struct trace tracing;
    struct state_set parts;
    struct vio_bank bank;
    bool line; /* the bank's interrupt */
    unsigned misuses;
    unsigned at; /* the device that calls are about */
    struct vio_rig_queue queue[VIO_BANK_MAX][VIO_MAX_QUEUES];
    gpa free;     /* memory from here on was not given out yet */
    u64 features; /* taken by the driver */
    void *extra;  /* the kind's own: see vio_kinds.h */
};

struct vio_rig *vio_rig_new(void);
void vio_rig_free(struct vio_rig *r);
struct vio_place vio_rig_place(struct vio_rig *r);
void vio_rig_plug(struct vio_rig *r, struct vio *v);
void vio_rig_run(struct vio_rig *r, u64 ns);

/* By the CPU; false is a bus error. */
bool vio_rig_read(struct vio_rig *r, unsigned size, u32 off, u32 *val);
bool vio_rig_write(struct vio_rig *r, unsigned size, u32 off, u32 val);
u32 vio_rig_get(struct vio_rig *r, u32 off); /* 32 bits */
void vio_rig_set(struct vio_rig *r, u32 off, u32 val);

/* As a driver does: reset, features (VERSION_1 goes without saying), queues of up to RIG_QUEUE,
 * DRIVER_OK. False: not with these features. */
bool vio_rig_start(struct vio_rig *r, u64 features);
void vio_rig_place_queue(struct vio_rig *r, unsigned queue, u32 size);

/* Memory: zeroed, never given back. */
gpa vio_rig_alloc(struct vio_rig *r, u32 len);
u8 *vio_rig_ptr(const struct vio_rig *r, gpa pa);

struct vio_rig_buf {
    gpa pa;
    u32 len;
    bool write; /* by the device */
};

/* Lays a chain into the table; the driver has RIG_QUEUE descriptors, taken in turn. */
u16 vio_rig_chain(struct vio_rig *r, unsigned queue, const struct vio_rig_buf *buf, unsigned n);
void vio_rig_offer(struct vio_rig *r, unsigned queue, u16 head); /* without notification */
u16 vio_rig_send(struct vio_rig *r, unsigned queue, const struct vio_rig_buf *buf, unsigned n);
/* The next used chain; false: none. */
bool vio_rig_collect(struct vio_rig *r, unsigned queue, u16 *head, u32 *written);
/* A descriptor as it is, for what no driver does. */
void vio_rig_desc(struct vio_rig *r, gpa table, u32 i, u64 addr, u32 len, u16 flags, u16 next);

/* A random act of a driver that is out of its mind, on the device at r->at; *val is what it saw. */
bool vio_rig_random_step(struct vio_rig *r, u64 *seed, u32 *val);
u32 vio_rig_random(u64 *seed, u32 below);

#endif
