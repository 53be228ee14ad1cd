/* SPDX-License-Identifier: ISC */
/*
 * Typed characters on their way into a card: the receiving half of the serial port, which the
 * screen has as well. Part of either, and of its field table.
 */
#ifndef DEV_LB_KEYS_H
#define DEV_LB_KEYS_H

#include "dev/dev_int.h"
#include "dev/lb.h"

#define LB_KEYS_QUEUE   512
#define LB_KEYS_CHAR_NS (1000000000 / (19200 * 25 / 10))

/* Of an interrupt register. */
enum {
    LB_KEYS_IRQEN = 1,
    LB_KEYS_CMPL = 2,
    LB_KEYS_FORCE = 4,
    LB_KEYS_IRQ_BITS = 7,
};

struct lb_keys {
    const struct dev_env *env;
    void (*changed)(void *card); /* `irq` did: drive the line */
    void *card;

    u32 irq;
    u8 ch;      /* delivered last */
    bool taken; /* the guest has read it */
    u8 queue[LB_KEYS_QUEUE];
    u16 head, count;
    struct event next; /* the earliest time for the next one */
};

void lb_keys_init(struct lb_keys *k, const struct dev_env *env, void (*changed)(void *card),
                  void *card);
void lb_keys_reset(struct lb_keys *k);

/* The card's registers: the character, and the interrupt register when it is written. */
u32 lb_keys_read(struct lb_keys *k);
void lb_keys_write_irq(struct lb_keys *k, u32 val);

/* By the machine's intake. Without room it is dropped. */
void lb_keys_input(struct lb_keys *k, u8 ch);
bool lb_keys_room(const struct lb_keys *k);

bool lb_keys_asserts(u32 irq); /* does an interrupt register want the line up? */

/* For the card's check and loaded hooks. */
MUST_CHECK enum err lb_keys_check(const struct lb_keys *k, const char *card, struct error *e);
void lb_keys_loaded(struct lb_keys *k);

#define LB_KEYS_STATE(strukt, member)                                                              \
    STATE_FIELD(strukt, member.irq, U32, 1), STATE_FIELD(strukt, member.ch, U8, 1),                \
        STATE_FIELD(strukt, member.taken, BOOL, 1),                                                \
        STATE_FIELD(strukt, member.queue, U8, LB_KEYS_QUEUE),                                      \
        STATE_FIELD(strukt, member.head, U16, 1), STATE_FIELD(strukt, member.count, U16, 1),       \
        DEV_STATE_EVENT(strukt, member.next)

#endif
