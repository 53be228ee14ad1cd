/* SPDX-License-Identifier: ISC */
/*
 * Both directions have the same pace; what is typed waits in lb_keys.c.
 *
 * Writing a character while one is being sent is odd (dev.h) and loses it, as on System/161.
 */
#include "dev/lb_serial.h"
#include "dev/lb_keys.h"
#include "lib/bug.h"

#include <stdlib.h>

enum {
    LB_SERIAL_CHAR = 0x0,
    LB_SERIAL_WIRQ = 0x4,
    LB_SERIAL_RIRQ = 0x8,
};

struct lb_serial {
    const struct dev_env *env;
    struct dev_line line;
    struct io_console console;

    u32 wirq;
    struct event sent; /* the character being written is out */
    struct lb_keys keys;
};

static void lb_serial_drive(struct lb_serial *s)
{
    dev_line_set(&s->line, lb_keys_asserts(s->keys.irq) || lb_keys_asserts(s->wirq));
}

static void lb_serial_keys_changed(void *card)
{
    lb_serial_drive(card);
}

static void lb_serial_sent_due(void *ctx)
{
    struct lb_serial *s = ctx;
    s->wirq |= LB_KEYS_CMPL;
    lb_serial_drive(s);
}

bool lb_serial_input_room(const struct lb_serial *s)
{
    return lb_keys_room(&s->keys);
}

void lb_serial_input(struct lb_serial *s, u8 ch)
{
    lb_keys_input(&s->keys, ch);
}

static bool lb_serial_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_serial *s = dev;
    (void)cpu;
    switch (off) {
    case LB_SERIAL_CHAR:
        *val = lb_keys_read(&s->keys);
        return true;
    case LB_SERIAL_WIRQ:
        *val = s->wirq;
        return true;
    case LB_SERIAL_RIRQ:
        *val = s->keys.irq;
        return true;
    }
    return false;
}

static void lb_serial_put(struct lb_serial *s, u8 ch)
{
    if (s->sent.armed) {
        dev_odd(s->env, "serial: a character written before the last was out");
        return;
    }
    s->env->stats->console_writes++;
    s->console.put(s->console.ctx, ch);
    event_arm_after(&s->sent, LB_KEYS_CHAR_NS);
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
        s->wirq = val & LB_KEYS_IRQ_BITS;
        lb_serial_drive(s);
        return true;
    case LB_SERIAL_RIRQ:
        lb_keys_write_irq(&s->keys, val);
        return true;
    }
    return false;
}

static void lb_serial_reset(void *dev)
{
    struct lb_serial *s = dev;
    s->wirq = 0;
    dev_disarm(&s->sent);
    lb_keys_reset(&s->keys);
    lb_serial_drive(s);
}

static enum err lb_serial_check(const void *scratch, struct error *e)
{
    const struct lb_serial *s = scratch;
    if (s->wirq & ~LB_KEYS_IRQ_BITS)
        return err_set(e, ERR_FORMAT, "lb_serial: WIRQ has more than three bits");
    return lb_keys_check(&s->keys, "lb_serial", e);
}

static void lb_serial_loaded(void *obj)
{
    struct lb_serial *s = obj;
    event_loaded(&s->sent);
    lb_keys_loaded(&s->keys);
    lb_serial_drive(s);
}

static const struct state_field lb_serial_fields[] = {
    STATE_FIELD(struct lb_serial, wirq, U32, 1),
    DEV_STATE_EVENT(struct lb_serial, sent),
    LB_KEYS_STATE(struct lb_serial, keys),
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
    event_init(&s->sent, env->clock, lb_serial_sent_due, s);
    lb_keys_init(&s->keys, env, lb_serial_keys_changed, s);
    return s;
}

void lb_serial_free(struct lb_serial *s)
{
    free(s);
}
