/* SPDX-License-Identifier: ISC */
/*
 * Addresses: 0x100 to 0x10f overlay colours, 0x181 to 0x183 the cursor's, 0x200 on control,
 * 0x300 on the cursor, 0x400 to 0x7ff its dots. A colour is three accesses, red first, and the
 * address moves on after blue; touching the address begins with red again.
 */
#include "dev/tc_bt459.h"
#include "dev/tc_int.h"

enum {
    TC_BT459_MASK = 0xfff,
    TC_BT459_OVERLAYS = 0x100,
    TC_BT459_CURSOR_COLOURS = 0x180,
    TC_BT459_CONTROL = 0x200,
    TC_BT459_REVISION = 0x220,
    TC_BT459_CURSOR = 0x300,
    TC_BT459_RAM = 0x400,
    TC_BT459_RAM_END = 0x800,
};

/* In control[]. */
enum {
    TC_BT459_ID,
    TC_BT459_COMMAND0,
    TC_BT459_COMMAND1,
    TC_BT459_COMMAND2,
    TC_BT459_READ_MASK,
    TC_BT459_BLINK_MASK = 6,
    TC_BT459_OVERLAY_READ_MASK = 8,
    TC_BT459_OVERLAY_BLINK_MASK,
    TC_BT459_INTERLEAVE,
    TC_BT459_TEST,
};

/* In cursor[]: the command, x, y (low, high), and the crosshair's window. */
enum {
    TC_BT459_CURSOR_COMMAND,
    TC_BT459_CURSOR_X,
    TC_BT459_CURSOR_Y = 3,
};

enum {
    TC_BT459_4TO1 = 0x40, /* COMMAND0: five pixels at a time would be 0xc0 */
    TC_BT459_BLINK_RATE = 0x0c,
    TC_BT459_SYNC = 0xc0,     /* COMMAND2: on green, with pedestal */
    TC_BT459_X_CURSOR = 0x02, /* COMMAND2: plane 1 is a mask, plane 0 the colour */
    TC_BT459_PLANES = 0xc0,   /* CURSOR_COMMAND: 1 and 0 */
    TC_BT459_CURSOR_BLINKS = 0x01,
};

/* Its identity, and revision B's. */
#define TC_BT459_IDENTITY 0x4a
#define TC_BT459_B        0xb0

void tc_bt459_reset(struct tc_bt459 *c)
{
    *c = (struct tc_bt459){.control = {[TC_BT459_ID] = TC_BT459_IDENTITY,
                                       [TC_BT459_COMMAND0] = TC_BT459_4TO1,
                                       [TC_BT459_COMMAND2] = TC_BT459_SYNC,
                                       [TC_BT459_READ_MASK] = 0xff}};
    for (unsigned i = 0; i < sizeof c->palette; i++)
        c->palette[i] = (u8)(i / 3);
}

/* ---- registers ---- */

/* The three bytes of the colour that REG leads to; NULL: it is no colour. */
static u8 *tc_bt459_colour(struct tc_bt459 *c)
{
    if ((c->address & ~0xfu) == TC_BT459_OVERLAYS)
        return c->overlay + 3u * (c->address & 0xf);
    if ((c->address & ~3u) == TC_BT459_CURSOR_COLOURS && c->address & 3)
        return c->cursor_colour + 3u * (c->address & 3);
    return NULL;
}

/* NULL: not there. */
static u8 *tc_bt459_register(struct tc_bt459 *c)
{
    u32 at = c->address;
    if (at - TC_BT459_CONTROL < TC_BT459_CONTROLS)
        return c->control + (at - TC_BT459_CONTROL);
    if (at - TC_BT459_CURSOR < TC_BT459_CURSORS)
        return c->cursor + (at - TC_BT459_CURSOR);
    if (at - TC_BT459_RAM < sizeof c->ram)
        return c->ram + (at - TC_BT459_RAM);
    return NULL;
}

static bool tc_bt459_can_write(const struct tc_bt459 *c)
{
    static const u16 controls =
        1 << TC_BT459_COMMAND0 | 1 << TC_BT459_COMMAND1 | 1 << TC_BT459_COMMAND2 |
        1 << TC_BT459_READ_MASK | 1 << TC_BT459_BLINK_MASK | 1 << TC_BT459_OVERLAY_READ_MASK |
        1 << TC_BT459_OVERLAY_BLINK_MASK | 1 << TC_BT459_INTERLEAVE | 1 << TC_BT459_TEST;
    u32 n = c->address - TC_BT459_CONTROL;
    return n >= TC_BT459_CONTROLS || controls >> n & 1;
}

static void tc_bt459_next(struct tc_bt459 *c)
{
    c->address = (u16)((c->address + 1) & TC_BT459_MASK);
    c->component = 0;
}

/* One of a colour's bytes; moves on. */
static u8 *tc_bt459_component(struct tc_bt459 *c, u8 *colour)
{
    u8 *at = colour + c->component++;
    if (c->component == 3)
        tc_bt459_next(c);
    return at;
}

static u8 tc_bt459_read_register(struct tc_bt459 *c)
{
    u8 *colour = tc_bt459_colour(c);
    if (colour)
        return *tc_bt459_component(c, colour);
    const u8 *at = tc_bt459_register(c);
    u8 val = at ? *at : c->address == TC_BT459_REVISION ? TC_BT459_B : 0;
    tc_bt459_next(c);
    return val;
}

/* The high bytes of positions have four bits. */
static u8 tc_bt459_bits(const struct tc_bt459 *c)
{
    u32 n = c->address - TC_BT459_CURSOR;
    return n < TC_BT459_CURSORS && n && !(n & 1) ? 0x0f : 0xff;
}

static void tc_bt459_write_register(struct tc_bt459 *c, u8 val)
{
    u8 *colour = tc_bt459_colour(c);
    if (colour) {
        *tc_bt459_component(c, colour) = val;
        return;
    }
    u8 *at = tc_bt459_register(c);
    if (at && tc_bt459_can_write(c))
        *at = val & tc_bt459_bits(c);
    tc_bt459_next(c);
}

u8 tc_bt459_read(struct tc_bt459 *c, enum tc_bt459_port port)
{
    switch (port) {
    case TC_BT459_REG:
        return tc_bt459_read_register(c);
    case TC_BT459_PALETTE:
        return *tc_bt459_component(c, c->palette + 3u * (c->address & 0xff));
    default:
        c->component = 0;
        return (u8)(port == TC_BT459_LOW ? c->address : c->address >> 8);
    }
}

void tc_bt459_write(struct tc_bt459 *c, enum tc_bt459_port port, u8 val)
{
    switch (port) {
    case TC_BT459_LOW:
        c->address = (u16)((c->address & 0xf00) | val);
        c->component = 0;
        break;
    case TC_BT459_HIGH:
        c->address = (u16)((val << 8 & 0xf00) | (c->address & 0xff));
        c->component = 0;
        break;
    case TC_BT459_REG:
        tc_bt459_write_register(c, val);
        break;
    case TC_BT459_PALETTE:
        *tc_bt459_component(c, c->palette + 3u * (c->address & 0xff)) = val;
    }
}

/* ---- what is seen ---- */

static u32 tc_bt459_rgb(const u8 *colour)
{
    return (u32)colour[0] << 16 | (u32)colour[1] << 8 | colour[2];
}

/* Frames on and off: 16 and 48, or as many of both. */
static bool tc_bt459_is_on(const struct tc_bt459 *c, u64 frame)
{
    static const u8 off[] = {0x30, 0x10, 0x20, 0x40};
    return !(frame & off[(c->control[TC_BT459_COMMAND0] & TC_BT459_BLINK_RATE) >> 2]);
}

static void tc_bt459_colours(const struct tc_bt459 *c, bool on, struct io_pixels *p)
{
    u8 mask = c->control[TC_BT459_READ_MASK];
    if (!on)
        mask &= (u8)~c->control[TC_BT459_BLINK_MASK];
    for (unsigned i = 0; i < 256; i++) {
        p->colour[0][i] = tc_bt459_rgb(c->palette + 3u * (i & mask));
        for (unsigned k = 1; k < IO_PIXELS_LAYERS; k++)
            p->colour[k][i] = tc_bt459_rgb(c->cursor_colour + 3 * k);
    }
}

static void tc_bt459_dots(const struct tc_bt459 *c, u8 *dot)
{
    u8 planes = (c->cursor[TC_BT459_CURSOR_COMMAND] & TC_BT459_PLANES) >> 6;
    bool masked = c->control[TC_BT459_COMMAND2] & TC_BT459_X_CURSOR;
    for (unsigned i = 0; i < IO_CURSOR * IO_CURSOR; i++) {
        u8 val = c->ram[i / 4] >> (6 - 2 * (i % 4)) & planes;
        dot[i] = masked && val == 1 ? 0 : val;
    }
}

void tc_bt459_look(const struct tc_bt459 *c, u64 frame, u32 left, u32 top, struct io_pixels *p)
{
    bool on = tc_bt459_is_on(c, frame);
    tc_bt459_colours(c, on, p);
    if (on || !(c->cursor[TC_BT459_CURSOR_COMMAND] & TC_BT459_CURSOR_BLINKS))
        tc_bt459_dots(c, p->cursor);
    p->x = tc_position(c->cursor + TC_BT459_CURSOR_X, left);
    p->y = tc_position(c->cursor + TC_BT459_CURSOR_Y, top);
}

enum err tc_bt459_check(const struct tc_bt459 *c, const char *card, struct error *e)
{
    bool good = c->address <= TC_BT459_MASK && c->component < 3;
    for (unsigned i = 2; i < TC_BT459_CURSORS; i += 2)
        good &= c->cursor[i] < 16;
    return good ? ERR_OK : err_set(e, ERR_FORMAT, "%s: Bt459: registers that cannot be so", card);
}
