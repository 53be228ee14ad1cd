/* SPDX-License-Identifier: ISC */
/*
 * System/161 documents this card and has no model of it. The guest scribbles in the buffer, which
 * the bus does without us: whoever shows the picture looks at it when they like, so showing it
 * costs the guest nothing. Its keyboard is the serial port's receiving half.
 *
 * What the document leaves open: the size counts columns and rows (OS/161's driver takes it so);
 * writing it is odd (dev.h) and changes nothing; a cursor anywhere off the screen can't be seen.
 */
#include "dev/lb_screen.h"
#include "dev/lb_keys.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

enum {
    LB_SCREEN_POSN = 0x0,
    LB_SCREEN_SIZE = 0x4,
    LB_SCREEN_CHAR = 0x8,
    LB_SCREEN_RIRQ = 0xc,
};

_Static_assert(LB_SCREEN_MAX_COLUMNS *LB_SCREEN_MAX_ROWS <= IO_PICTURE_CELLS, "the buffer");

struct lb_screen {
    const struct dev_env *env;
    struct dev_line line;
    u32 columns, rows;

    u32 cursor; /* column << 16 | row */
    struct lb_keys keys;
    u8 buf[IO_PICTURE_CELLS];
};

static void lb_screen_drive(void *card)
{
    const struct lb_screen *s = card;
    dev_line_set(&s->line, lb_keys_asserts(s->keys.irq));
}

struct io_picture lb_screen_look(const struct lb_screen *s)
{
    return (struct io_picture){.cell = s->buf,
                               .columns = s->columns,
                               .rows = s->rows,
                               .x = s->cursor >> 16,
                               .y = s->cursor & 0xffff};
}

void lb_screen_input(struct lb_screen *s, u8 ch)
{
    lb_keys_input(&s->keys, ch);
}

bool lb_screen_input_room(const struct lb_screen *s)
{
    return lb_keys_room(&s->keys);
}

static bool lb_screen_read(void *dev, unsigned cpu, u32 off, u32 *val)
{
    struct lb_screen *s = dev;
    (void)cpu;
    switch (off) {
    case LB_SCREEN_POSN:
        *val = s->cursor;
        return true;
    case LB_SCREEN_SIZE:
        *val = s->columns << 16 | s->rows;
        return true;
    case LB_SCREEN_CHAR:
        *val = lb_keys_read(&s->keys);
        return true;
    case LB_SCREEN_RIRQ:
        *val = s->keys.irq;
        return true;
    }
    return false;
}

static bool lb_screen_write(void *dev, unsigned cpu, u32 off, u32 val)
{
    struct lb_screen *s = dev;
    (void)cpu;
    switch (off) {
    case LB_SCREEN_POSN:
        s->cursor = val;
        return true;
    case LB_SCREEN_SIZE:
        dev_odd(s->env, "screen: its size cannot be changed");
        return true;
    case LB_SCREEN_RIRQ:
        lb_keys_write_irq(&s->keys, val);
        return true;
    }
    return false;
}

static u8 *lb_screen_buffer(void *dev, u32 *len)
{
    struct lb_screen *s = dev;
    *len = sizeof s->buf;
    return s->buf;
}

static void lb_screen_reset(void *dev)
{
    struct lb_screen *s = dev;
    s->cursor = 0;
    memset(s->buf, 0, sizeof s->buf);
    lb_keys_reset(&s->keys);
    lb_screen_drive(s);
}

static enum err lb_screen_check(const void *scratch, struct error *e)
{
    const struct lb_screen *s = scratch;
    return lb_keys_check(&s->keys, "lb_screen", e);
}

static void lb_screen_loaded(void *obj)
{
    struct lb_screen *s = obj;
    lb_keys_loaded(&s->keys);
    lb_screen_drive(s);
}

static const struct state_field lb_screen_fields[] = {
    STATE_FIELD(struct lb_screen, cursor, U32, 1),
    LB_KEYS_STATE(struct lb_screen, keys),
    STATE_FIELD(struct lb_screen, buf, U8, IO_PICTURE_CELLS),
};

static const struct state_desc lb_screen_state = {
    .name = "lb_screen",
    .version = 1,
    .nfields = ARRAY_LEN(lb_screen_fields),
    .size = sizeof(struct lb_screen),
    .fields = lb_screen_fields,
    .check = lb_screen_check,
    .loaded = lb_screen_loaded,
};

const struct lb_class lb_screen_class = {
    .name = "screen",
    .device = 5,
    .revision = 1,
    .read = lb_screen_read,
    .write = lb_screen_write,
    .reset = lb_screen_reset,
    .state = &lb_screen_state,
    .buffer = lb_screen_buffer,
};

struct lb_screen *lb_screen_new(const struct dev_env *env, struct dev_line line, u32 columns,
                                u32 rows)
{
    BUG_ON(!columns || columns > LB_SCREEN_MAX_COLUMNS || !rows || rows > LB_SCREEN_MAX_ROWS);
    struct lb_screen *s = xcalloc(1, sizeof *s);
    s->env = env;
    s->line = line;
    s->columns = columns;
    s->rows = rows;
    lb_keys_init(&s->keys, env, lb_screen_drive, s);
    return s;
}

void lb_screen_free(struct lb_screen *s)
{
    free(s);
}
