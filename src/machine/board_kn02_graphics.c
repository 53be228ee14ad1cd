/* SPDX-License-Identifier: ISC */
/* A frame buffer in a slot of the DECstation's TURBOchannel; keyboard and mouse with it. */
#include "dev/tc_kn02.h"
#include "dev/tc_lk201.h"
#include "dev/tc_pmag.h"
#include "dev/tc_vsxxx.h"
#include "lib/bits.h"
#include "machine/board_kn02_int.h"

#define KN02_KEYBOARD 0u /* lines */
#define KN02_MOUSE    1u

/* ---- the frame buffer ---- */

static gpa board_kn02_graphics_slot(void)
{
    return tc_kn02_slot(BOARD_KN02_GRAPHICS);
}

enum err board_kn02_graphics_add_memory(const struct board_kn02 *b, struct error *e)
{
    if (!b->graphics)
        return ERR_OK;
    return tc_slot_add_ram(b->graphics->cls, b->m->mem, board_kn02_graphics_slot(), e);
}

void board_kn02_graphics_plug(struct board_kn02 *b)
{
    const struct tc_pmag_model *g = b->graphics;
    if (!g)
        return;
    const u8 *ram =
        mem_ram_ptr(b->m->mem, board_kn02_graphics_slot() + g->cls->ram, g->cls->ram_size);
    b->frame_buffer = g->make(&b->m->env, tc_kn02_irq(b->kn02, BOARD_KN02_GRAPHICS), ram);
    tc_kn02_plug(b->kn02, BOARD_KN02_GRAPHICS, g->cls, b->frame_buffer);
}

/* ---- keyboard and mouse ---- */

static void board_kn02_keyboard_says(void *ctx, u8 ch)
{
    const struct board_kn02 *b = ctx;
    tc_dz_input(b->dz, KN02_KEYBOARD, ch);
}

static void board_kn02_mouse_says(void *ctx, u8 ch)
{
    const struct board_kn02 *b = ctx;
    tc_dz_input(b->dz, KN02_MOUSE, ch);
}

static void board_kn02_keyboard_told(void *ctx, u8 ch)
{
    tc_lk201_command(((struct board_kn02 *)ctx)->keyboard, ch);
}

static void board_kn02_mouse_told(void *ctx, u8 ch)
{
    tc_vsxxx_command(((struct board_kn02 *)ctx)->mouse, ch);
}

static bool board_kn02_touched(void *ctx, u8 *data, u32 *len)
{
    const struct board_kn02 *b = ctx;
    struct io_input in;
    if (!b->inputs.next || !b->inputs.next(b->inputs.ctx, &in))
        return false;
    data[0] = (u8)in.kind;
    store_le16(data + 1, (u16)in.a);
    store_le16(data + 3, (u16)in.b);
    *len = 5;
    return true;
}

static void board_kn02_touch(void *ctx, const u8 *data, u32 len)
{
    const struct board_kn02 *b = ctx;
    if (len != 5)
        return;
    i32 a = (i16)load_le16(data + 1), c = (i16)load_le16(data + 3);
    if (data[0] == IO_INPUT_KEY && b->keyboard)
        tc_lk201_key(b->keyboard, (u32)a, c);
    else if (data[0] == IO_INPUT_BUTTON && b->mouse)
        tc_vsxxx_button(b->mouse, (u32)a, c);
    else if (data[0] == IO_INPUT_MOTION && b->mouse)
        tc_vsxxx_move(b->mouse, a, c);
}

static bool board_kn02_touch_room(const void *ctx)
{
    const struct board_kn02 *b = ctx;
    return !b->keyboard || tc_lk201_room(b->keyboard);
}

static bool board_kn02_untouched(const void *ctx)
{
    const struct board_kn02 *b = ctx;
    return !b->inputs.next || (b->inputs.ended && b->inputs.ended(b->inputs.ctx));
}

static void board_kn02_add_hands(struct board_kn02 *b)
{
    const struct machine_source source = {.poll = board_kn02_touched,
                                          .deliver = board_kn02_touch,
                                          .room = board_kn02_touch_room,
                                          .ended = board_kn02_untouched,
                                          .ctx = b};
    machine_add_source(b->m, &source);
}

void board_kn02_graphics_connect(struct board_kn02 *b, struct io_console line[TC_DZ_LINES])
{
    const struct tc_sender_line keyboard = {.put = board_kn02_keyboard_says, .ctx = b};
    const struct tc_sender_line mouse = {.put = board_kn02_mouse_says, .ctx = b};
    if (b->graphics && !line[KN02_KEYBOARD].put) {
        b->keyboard = tc_lk201_new(&b->m->env, &keyboard);
        line[KN02_KEYBOARD] = (struct io_console){.put = board_kn02_keyboard_told, .ctx = b};
    }
    if (b->graphics && !line[KN02_MOUSE].put) {
        b->mouse = tc_vsxxx_new(&b->m->env, &mouse);
        line[KN02_MOUSE] = (struct io_console){.put = board_kn02_mouse_told, .ctx = b};
    }
    if (b->graphics)
        board_kn02_add_hands(b);
}

/* ---- both ---- */

void board_kn02_graphics_add_state(const struct board_kn02 *b)
{
    if (b->keyboard)
        tc_lk201_add_state(b->keyboard, &b->m->parts);
    if (b->mouse)
        tc_vsxxx_add_state(b->mouse, &b->m->parts);
}

void board_kn02_graphics_reset(const struct board_kn02 *b)
{
    if (b->keyboard)
        tc_lk201_reset(b->keyboard);
    if (b->mouse)
        tc_vsxxx_reset(b->mouse);
}

void board_kn02_graphics_free(struct board_kn02 *b)
{
    tc_vsxxx_free(b->mouse);
    tc_lk201_free(b->keyboard);
    if (b->frame_buffer)
        b->graphics->free(b->frame_buffer);
}

bool board_kn02_look(const struct board_kn02 *b, struct io_picture *p)
{
    *p = (struct io_picture){0};
    if (b->graphics)
        b->graphics->look(b->frame_buffer, &p->pixels);
    return b->graphics;
}
