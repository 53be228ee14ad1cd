/* SPDX-License-Identifier: ISC */
/*
 * A virtio 1.2 device without its transport: features, status, queues, configuration changes. A
 * kind of device is a struct vio_class; boards reach it through vio_mmio.h. All that the driver
 * lays into memory is hostile and little-endian, whatever the guest's byte order.
 */
#ifndef DEV_VIO_H
#define DEV_VIO_H

#include "dev/dev.h"
#include "lib/piece.h"
#include "mem/mem.h"
#include "state/state.h"

#define VIO_MAX_QUEUES 32u
#define VIO_QUEUE_SIZE 256u       /* descriptors of a queue at most, and of a chain */
#define VIO_MAX_BYTES  (1u << 28) /* of a chain */

/* Feature bits that the core offers for every device. A class offers its own from bit 0. */
#define VIO_F_INDIRECT_DESC (1ull << 28)
#define VIO_F_EVENT_IDX     (1ull << 29)
#define VIO_F_VERSION_1     (1ull << 32)

enum {
    VIO_ACKNOWLEDGE = 1,
    VIO_DRIVER = 2,
    VIO_DRIVER_OK = 4,
    VIO_FEATURES_OK = 8,
    VIO_NEEDS_RESET = 64,
    VIO_FAILED = 128,
};

struct vio;

/* `dev` is what vio_init was given. All but name, id, free are optional. */
struct vio_class {
    const char *name; /* "blk": also of its options */
    u32 id;           /* of virtio's list of devices */
    /* The driver made buffers available in a queue, or there is time again for those that wait.
     * Takes what vio_pop gives; may leave the rest for later. */
    void (*notify)(void *dev, unsigned queue);
    /* DRIVER_OK: v->features are what the driver took. */
    void (*started)(void *dev);
    /* Is such a choice possible? `features`: a subset of those offered. */
    bool (*accepts)(void *dev, u64 features);
    /* The configuration: all of it is rebuilt for each read, in virtio's byte order. */
    void (*config)(void *dev, u8 *to);
    /* One access; size is 1, 2 or 4 and off a multiple, inside the configuration. */
    void (*config_written)(void *dev, u32 off, unsigned size, u32 val);
    /* By the driver, or at power-on: what the device was doing for it is forgotten. */
    void (*reset)(void *dev);
    void (*free)(void *dev);
    const struct state_desc *state; /* of dev, beside the core's own */
};

/* One queue. Guest-physical addresses are checked at each use. */
struct vio_queue {
    u32 size; /* as the driver chose it; a power of 2 */
    bool ready;
    u64 desc, avail, used;
    u16 next;    /* the next entry of the available ring to look at */
    u16 nused;   /* entries put into the used ring, modulo 65536 */
    u16 max;     /* not state: what the device offers */
    unsigned ix; /* not state: its number */
    struct vio *v;
};

#define VIO_CONFIG_MAX 64u

struct vio {
    const struct vio_class *cls;
    void *dev;
    const struct dev_env *env;
    struct mem *mem;
    struct dev_line line;
    u64 offered; /* features */
    u32 config_len;
    unsigned nqueues;
    struct vio_queue *queue;

    u64 features; /* that the driver took */
    u32 status, isr, generation;
    u32 device_sel, driver_sel, queue_sel;
    u32 pending;       /* queues that wait for time, a bit each */
    u64 busy;          /* cycle until which the work done so far would take */
    struct event time; /* there is time for pending queues */
};

/* Where a device is put, by the board. */
struct vio_place {
    const struct dev_env *env;
    struct mem *mem;
    struct dev_line line;
};

/* What a kind of device says of one of its devices. */
struct vio_spec {
    u64 features; /* of its own */
    unsigned nqueues;
    u16 queue_size; /* a power of 2 up to VIO_QUEUE_SIZE; of each */
    u32 config_len; /* up to VIO_CONFIG_MAX */
};

/* ---- by the board ---- */

void vio_reset(struct vio *v); /* power-on */
void vio_free(struct vio *v);  /* and its device */
void vio_add_state(struct vio *v, u32 instance, struct state_set *s);

/* ---- by a device ---- */

/* Embedded in the device, whose vio_NAME_new calls this and hands out `v`. */
void vio_init(struct vio *v, const struct vio_class *cls, void *dev, const struct vio_place *place,
              const struct vio_spec *spec);

/* A stretch of guest memory that was checked: readable, or RAM. */
struct vio_span {
    gpa pa;
    u32 len;
};

/* A chain of buffers: what the device may read, then what it may write. */
struct vio_chain {
    u16 head;
    u16 nread, nspans;       /* span[0..nread) are readable, the rest writable */
    u32 read_len, write_len; /* bytes */
    struct vio_span span[VIO_QUEUE_SIZE];
};

/* The next chain. False: none is there, there is no time for it now (notify will be called
 * again), or the driver has broken the queue. What was popped stays the device's until vio_push. */
MUST_CHECK bool vio_pop(struct vio *v, unsigned queue, struct vio_chain *c);
/* The last one popped is available again, untouched. So many of its bytes were not read: they take
 * their time when they are. */
void vio_unpop(struct vio *v, unsigned queue, u32 unread);
/* Used: `written` bytes of the writable part count. Interrupts the driver if it wants to know. */
void vio_push(struct vio *v, unsigned queue, u16 head, u32 written);
/* A chain that was popped and is still out, read again (after a load): false: the driver has broken
 * it meanwhile. */
MUST_CHECK bool vio_again(struct vio *v, unsigned queue, u16 head, struct vio_chain *c);
/* Would vio_pop find one? Changes the device's state: a source's `room` asks vio_has_room. */
bool vio_waiting(struct vio *v, unsigned queue);
/* The same as seen from outside the run: nothing changes by it, not even a broken queue. */
bool vio_has_room(const struct vio *v, unsigned queue);

/* Copies from the readable, into the writable part, at a distance from its beginning; returns how
 * many bytes there were. */
u32 vio_get(const struct vio *v, const struct vio_chain *c, u32 off, void *buf, u32 len);
u32 vio_put(const struct vio *v, const struct vio_chain *c, u32 off, const void *buf, u32 len);

/* The same without a copy: host memory, for at once, of up to `len` bytes of the readable or the
 * writable part. Returns how many pieces there are. */
unsigned vio_pieces(const struct vio *v, const struct vio_chain *c, bool writable, u32 off, u32 len,
                    struct piece piece[VIO_QUEUE_SIZE]);

/* Host memory of one span of a popped chain, for at once: never NULL. */
const u8 *vio_readable(const struct vio *v, const struct vio_span *s);
u8 *vio_writable(const struct vio *v, const struct vio_span *s);

void vio_config_changed(struct vio *v);         /* by the device's side: tells the driver */
void vio_break(struct vio *v, const char *why); /* the driver is wrong: it must reset the device */
static inline bool vio_has(const struct vio *v, u64 feature)
{
    return v->features & feature;
}

static inline bool vio_is_live(const struct vio *v)
{
    return (v->status & (VIO_DRIVER_OK | VIO_NEEDS_RESET)) == VIO_DRIVER_OK;
}

#endif
