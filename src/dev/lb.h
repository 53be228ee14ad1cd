/* SPDX-License-Identifier: ISC */
/*
 * LAMEbus, the bus of System/161 machines: 32 slots of 64 KB at physical 0x1fe00000, a device
 * model in each, the mainboard (bus controller) in slot 31. Source of facts: the documents
 * devices, lamebus and system of System/161 2.0.8.
 */
#ifndef DEV_LB_H
#define DEV_LB_H

#include "dev/dev.h"
#include "lib/err.h"
#include "mem/mem.h"
#include "state/state.h"

#define LB_SLOTS     32
#define LB_SLOT_SIZE 0x10000u
#define LB_BASE      0x1fe00000u
#define LB_MAINBOARD 31
#define LB_BUFFER    0x8000u /* offset of a card's transfer buffer in its slot */
#define LB_MAX_CPUS  32
#define LB_VENDOR    1 /* "System/161 Development Team" */

/* Registers are 32-bit words; the bus splits narrower accesses. A false return is a bus error. */
struct lb_class {
    const char *name;
    u32 device, revision; /* identity in the configuration region */
    MUST_CHECK bool (*read)(void *dev, unsigned cpu, u32 off, u32 *val);
    MUST_CHECK bool (*write)(void *dev, unsigned cpu, u32 off, u32 val);
    void (*reset)(void *dev); /* power-on state; also called when its slot is powered off */
    const struct state_desc *state; /* NULL: whoever plugs it adds that */
    /* The transfer buffer at LB_BUFFER, which the bus reads and writes by itself; its bytes lie as
     * the guest sees them. NULL: none. Must not move while plugged. */
    u8 *(*buffer)(void *dev, u32 *len);
};

/* What the mainboard asks of the board around it. */
struct lb_cpu_ops {
    void (*start)(void *ctx, unsigned cpu, u32 pc, u32 sp, u32 a0);
    void (*stop)(void *ctx, unsigned cpu);
    void (*irq)(void *ctx, unsigned cpu, bool up); /* the LAMEbus line of a CPU */
    void (*ipi)(void *ctx, unsigned cpu, bool up); /* the inter-processor line */
    void (*power_off)(void *ctx, u32 code);        /* 0, or the code in EXIT (ours) */
};

struct lb_bus {
    struct {
        const struct lb_class *cls; /* NULL: empty */
        void *dev;
        u8 *buf; /* its transfer buffer */
        u32 buf_len;
    } slot[LB_SLOTS];
    u32 raised;  /* interrupt lines as the cards drive them, bit per slot; derived */
    u32 powered; /* cards that have power; one without answers with bus errors */
    /* the mainboard tells the bus where to send them */
    void (*lines_changed)(void *ctx);
    void *ctx;
};

void lb_bus_init(struct lb_bus *b);
void lb_bus_map(struct lb_bus *b, struct mem *m); /* the 2 MB at LB_BASE */
void lb_bus_plug(struct lb_bus *b, unsigned slot, const struct lb_class *cls, void *dev);
struct dev_line lb_bus_line(struct lb_bus *b, unsigned slot);
void lb_bus_reset(struct lb_bus *b);

/* By the mainboard. */
u32 lb_bus_plugged(const struct lb_bus *b);    /* bit per slot */
u32 lb_bus_irqs(const struct lb_bus *b);       /* lines of cards with power */
void lb_bus_power(struct lb_bus *b, u32 mask); /* a card that loses power is reset */

void lb_bus_add_state(struct lb_bus *b, struct state_set *s); /* the bus and all that is plugged */

#endif
