/* SPDX-License-Identifier: ISC */
/*
 * The pace of both directions is System/161's: 25 times 19200 bits a second, ten bits a character.
 *
 * Typed characters wait in a queue. One is delivered when the one before was read or its CMPL
 * cleared, and a character time after both: System/161, which does not wait, loses characters that
 * fall between a driver's two accesses. While the guest doesn't take what was delivered, no event
 * is armed: System/161 looks again every 21 us, which would keep an idle machine awake.
 *
 * Writing a character while one is being sent is odd (dev.h) and loses it, as on System/161.
 */
#include "dev/lb_serial.h"
#include "dev/lb_int.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define LB_SERIAL_CHAR_NS (1000000000 / (19200 * 25 / 10))
#define LB_SERIAL_QUEUE   512

enum {
    LB_SERIAL_CHAR = 0x0,
    LB_SERIAL_WIRQ = 0x4,
    LB_SERIAL_RIRQ = 0x8,
};

enum {
    LB_SERIAL_IRQEN = 1,
    LB_SERIAL_CMPL = 2,
    LB_SERIAL_FORCE = 4,
    LB_SERIAL_IRQ_BITS = 7,
};

struct lb_serial {
    const struct dev_env *env;
    struct dev_line line;
    struct io_console console;

    u32 wirq, rirq;
    u8 ch;      /* delivered last */
    bool taken; /* the guest has read it */
    u8 queue[LB_SERIAL_QUEUE];
    u16 head, count;
    struct event sent; /* the character being written is out */
    struct event next; /* the earliest time for the next typed character */
};

static bool lb_serial_asserts(u32 irq)
{
    return irq & LB_SERIAL_IRQEN && irq & (LB_SERIAL_CMPL | LB_SERIAL_FORCE);
}

static void lb_serial_drive(struct lb_serial *s)
{
    dev_line_set(&s->line, lb_serial_asserts(s->rirq) || lb_serial_asserts(s->wirq));
}

static void lb_serial_sent_due(void *ctx)
{
    struct lb_serial *s = ctx;
    s->wirq |= LB_SERIAL_CMPL;
    lb_serial_drive(s);
}

/* Delivers a typed character if there is one and both line and guest are ready for it. */
static void lb_serial_deliver(struct lb_serial *s)
{
    bool held = !s->taken && s->rirq & LB_SERIAL_CMPL;
    if (!s->count || s->next.armed || held)
        return;
    s->ch = s->queue[s->head];
    s->head = (s->head + 1) % LB_SERIAL_QUEUE;
    s->count--;
    s->taken = false;
    s->rirq |= LB_SERIAL_CMPL;
    event_arm_after(&s->next, LB_SERIAL_CHAR_NS);
    lb_serial_drive(s);
}

static void lb_serial_next_due(void *ctx)
{
    lb_serial_deliver(ctx);
}

/* The guest read the character or cleared CMPL. The next one follows a character time later, so
 * that it can't fall between the two, and be lost, in whichever order a driver does them. */
static void lb_serial_unblock(struct lb_serial *s)
{
    event_arm_after(&s->next, LB_SERIAL_CHAR_NS);
}

bool lb_serial_input_room(const struct lb_serial *s)
{
    return s->count < LB_SERIAL_QUEUE;
}

void lb_serial_input(struct lb_serial *s, u8 ch)
{
    if (!lb_serial_input_room(s))
        return;
    s->queue[(s->head + s->count) % LB_SERIAL_QUEUE] = ch;
    s->count++;
    lb_serial_deliver(s);
}

static bool lb_serial_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_serial *s = dev;
    (void)cpu;
    switch (off) {
    case LB_SERIAL_CHAR:
        *val = s->ch;
        s->taken = true;
        s->env->stats->console_reads++;
        lb_serial_unblock(s);
        return true;
    case LB_SERIAL_WIRQ:
        *val = s->wirq;
        return true;
    case LB_SERIAL_RIRQ:
        *val = s->rirq;
        return true;
    }
    return false;
}

static void lb_serial_put(struct lb_serial *s, u8 ch)
{
    if (s->sent.armed) {
        lb_odd(s->env, "serial: a character written before the last was out");
        return;
    }
    s->env->stats->console_writes++;
    s->console.put(s->console.ctx, ch);
    event_arm_after(&s->sent, LB_SERIAL_CHAR_NS);
}

static bool lb_serial_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_serial *s = dev;
    (void)cpu;
    switch (off) {
    case LB_SERIAL_CHAR:
        lb_serial_put(s, (u8)val);
        return true;
    case LB_SERIAL_WIRQ:
        s->wirq = val & LB_SERIAL_IRQ_BITS;
        lb_serial_drive(s);
        return true;
    case LB_SERIAL_RIRQ:
        if (s->rirq & ~val & LB_SERIAL_CMPL)
            lb_serial_unblock(s);
        s->rirq = val & LB_SERIAL_IRQ_BITS;
        lb_serial_drive(s);
        return true;
    }
    return false;
}

static void lb_serial_reset(void *dev)
{
    struct lb_serial *s = dev;
    s->wirq = s->rirq = 0;
    s->ch = 0;
    s->taken = true;
    memset(s->queue, 0, sizeof s->queue);
    s->head = s->count = 0;
    lb_disarm(&s->sent);
    lb_disarm(&s->next);
    lb_serial_drive(s);
}

static enum err lb_serial_check(const void *scratch, struct error *e)
{
    const struct lb_serial *s = scratch;
    if (s->head >= LB_SERIAL_QUEUE || s->count > LB_SERIAL_QUEUE)
        return err_set(e, ERR_FORMAT, "lb_serial: the queue runs out of its bounds");
    if ((s->rirq | s->wirq) & ~LB_SERIAL_IRQ_BITS)
        return err_set(e, ERR_FORMAT, "lb_serial: an interrupt register has more than three bits");
    return ERR_OK;
}

static void lb_serial_loaded(void *obj)
{
    struct lb_serial *s = obj;
    event_loaded(&s->sent);
    event_loaded(&s->next);
    lb_serial_drive(s);
}

static const struct state_field lb_serial_fields[] = {
    STATE_FIELD(struct lb_serial, wirq, U32, 1),
    STATE_FIELD(struct lb_serial, rirq, U32, 1),
    STATE_FIELD(struct lb_serial, ch, U8, 1),
    STATE_FIELD(struct lb_serial, taken, BOOL, 1),
    STATE_FIELD(struct lb_serial, queue, U8, LB_SERIAL_QUEUE),
    STATE_FIELD(struct lb_serial, head, U16, 1),
    STATE_FIELD(struct lb_serial, count, U16, 1),
    LB_STATE_EVENT(struct lb_serial, sent),
    LB_STATE_EVENT(struct lb_serial, next),
};

static const struct state_desc lb_serial_state = {
    .name = "lb_serial",
    .version = 1,
    .nfields = ARRAY_LEN(lb_serial_fields),
    .size = sizeof(struct lb_serial),
    .fields = lb_serial_fields,
    .check = lb_serial_check,
    .loaded = lb_serial_loaded,
};

const struct lb_class lb_serial_class = {
    .name = "serial",
    .device = 4,
    .revision = 1,
    .read = lb_serial_read,
    .write = lb_serial_write,
    .reset = lb_serial_reset,
    .state = &lb_serial_state,
};

struct lb_serial *lb_serial_new(const struct dev_env *env, struct dev_line line,
                                const struct io_console *console)
{
    struct lb_serial *s = xcalloc(1, sizeof *s);
    s->env = env;
    s->line = line;
    s->console = *console;
    s->taken = true;
    event_init(&s->sent, env->clock, lb_serial_sent_due, s);
    event_init(&s->next, env->clock, lb_serial_next_due, s);
    return s;
}

void lb_serial_free(struct lb_serial *s)
{
    free(s);
}
