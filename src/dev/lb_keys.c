/* SPDX-License-Identifier: ISC */
/*
 * The pace is System/161's: 25 times 19200 bits a second, ten bits a character.
 *
 * Typed characters wait in a queue. One is delivered when the one before was read or its CMPL
 * cleared, and a character time after both: System/161, which does not wait, loses characters that
 * fall between a driver's two accesses. While the guest doesn't take what was delivered, no event
 * is armed: System/161 looks again every 21 us, which would keep an idle machine awake.
 *
 * A driver that enables the interrupt and clears CMPL at once is at its start (OS/161's does so):
 * what was delivered before is delivered again, so that the first character typed ahead is not
 * lost.
 */
#include "dev/lb_keys.h"

#include <string.h>

bool lb_keys_asserts(u32 irq)
{
    return irq & LB_KEYS_IRQEN && irq & (LB_KEYS_CMPL | LB_KEYS_FORCE);
}

/* Delivers a typed character if there is one and both line and guest are ready for it. */
static void lb_keys_deliver(struct lb_keys *k)
{
    bool held = !k->taken && k->irq & LB_KEYS_CMPL;
    if (!k->count || k->next.armed || held)
        return;
    k->ch = k->queue[k->head];
    k->head = (k->head + 1) % LB_KEYS_QUEUE;
    k->count--;
    k->taken = false;
    k->irq |= LB_KEYS_CMPL;
    event_arm_after(&k->next, LB_KEYS_CHAR_NS);
    k->changed(k->card);
}

static void lb_keys_next_due(void *ctx)
{
    lb_keys_deliver(ctx);
}

/* The guest read the character or cleared CMPL. The next one follows a character time later, so
 * that it can't fall between the two, and be lost, in whichever order a driver does them. */
static void lb_keys_unblock(struct lb_keys *k)
{
    event_arm_after(&k->next, LB_KEYS_CHAR_NS);
}

/* What was delivered keeps its place, to which it may be put back. */
bool lb_keys_room(const struct lb_keys *k)
{
    return k->count + !k->taken < LB_KEYS_QUEUE;
}

void lb_keys_input(struct lb_keys *k, u8 ch)
{
    if (!lb_keys_room(k))
        return;
    k->queue[(k->head + k->count) % LB_KEYS_QUEUE] = ch;
    k->count++;
    lb_keys_deliver(k);
}

static void lb_keys_put_back(struct lb_keys *k)
{
    k->head = (u16)((k->head + LB_KEYS_QUEUE - 1) % LB_KEYS_QUEUE);
    k->queue[k->head] = k->ch;
    k->count++;
    k->taken = true;
}

u32 lb_keys_read(struct lb_keys *k)
{
    k->taken = true;
    k->env->stats->console_reads++;
    lb_keys_unblock(k);
    return k->ch;
}

void lb_keys_write_irq(struct lb_keys *k, u32 val)
{
    bool cleared = k->irq & ~val & LB_KEYS_CMPL, enabled = ~k->irq & val & LB_KEYS_IRQEN;
    if (cleared && enabled && !k->taken && k->count < LB_KEYS_QUEUE)
        lb_keys_put_back(k);
    if (cleared)
        lb_keys_unblock(k);
    k->irq = val & LB_KEYS_IRQ_BITS;
    k->changed(k->card);
}

void lb_keys_init(struct lb_keys *k, const struct dev_env *env, void (*changed)(void *card),
                  void *card)
{
    k->env = env;
    k->changed = changed;
    k->card = card;
    k->taken = true;
    event_init(&k->next, env->clock, lb_keys_next_due, k);
}

void lb_keys_reset(struct lb_keys *k)
{
    k->irq = 0;
    k->ch = 0;
    k->taken = true;
    memset(k->queue, 0, sizeof k->queue);
    k->head = k->count = 0;
    dev_disarm(&k->next);
}

enum err lb_keys_check(const struct lb_keys *k, const char *card, struct error *e)
{
    if (k->head >= LB_KEYS_QUEUE || k->count > LB_KEYS_QUEUE)
        return err_set(e, ERR_FORMAT, "%s: the queue runs out of its bounds", card);
    if (k->irq & ~LB_KEYS_IRQ_BITS)
        return err_set(e, ERR_FORMAT, "%s: an interrupt register has more than three bits", card);
    return ERR_OK;
}

void lb_keys_loaded(struct lb_keys *k)
{
    event_loaded(&k->next);
}
