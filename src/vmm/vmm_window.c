/* SPDX-License-Identifier: ISC */
#include "vmm/vmm_window.h"
#include "host/host_clock.h"
#include "io/io_pixels.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define VMM_WINDOW_NS 20000000 /* between pictures */

static void vmm_window_row(void *ctx, u32 y, u32 *colour)
{
    const struct vmm_window *w = ctx;
    io_pixels_row(&w->shown, y, colour);
}

enum err vmm_window_open(struct vmm_window *w, const struct board *board, struct host_poll *poll,
                         struct error *e)
{
    struct io_picture p;
    BUG_ON(!board_look(board, &p) || p.cell);
    struct host_window_config c = {.title = "kuseg",
                                   .width = p.pixels.width,
                                   .height = p.pixels.height,
                                   .row = vmm_window_row,
                                   .ctx = w,
                                   .poll = poll};
    w->board = board;
    w->byte = xcalloc(p.pixels.stride, p.pixels.height);
    return host_window_open(&w->window, &c, e);
}

void vmm_window_close(struct vmm_window *w)
{
    host_window_close(w->window);
    free(w->byte);
    *w = (struct vmm_window){0};
}

/* ---- what comes from it ---- */

static bool vmm_window_next(void *ctx, struct io_input *in)
{
    static const enum io_input_kind kinds[] = {[HOST_WINDOW_KEY] = IO_INPUT_KEY,
                                               [HOST_WINDOW_BUTTON] = IO_INPUT_BUTTON,
                                               [HOST_WINDOW_MOTION] = IO_INPUT_MOTION};
    struct vmm_window *w = ctx;
    struct host_window_event ev;
    if (!w->window || !host_window_next(w->window, &ev))
        return false;
    w->closed |= ev.kind == HOST_WINDOW_CLOSED;
    if (w->closed)
        return false;
    *in = (struct io_input){.kind = kinds[ev.kind], .a = ev.a, .b = ev.b};
    return true;
}

static bool vmm_window_ended(void *ctx)
{
    const struct vmm_window *w = ctx;
    return !w->window;
}

struct io_inputs vmm_window_inputs(struct vmm_window *w)
{
    return (struct io_inputs){.next = vmm_window_next, .ended = vmm_window_ended, .ctx = w};
}

/* ---- what is shown ---- */

/* Colours or cursor: they may show anywhere. */
static bool vmm_window_looks_new(const struct vmm_window *w, const struct io_pixels *p)
{
    const struct io_pixels *old = &w->shown;
    return !old->byte || p->x != old->x || p->y != old->y ||
           memcmp(p->cursor, old->cursor, sizeof p->cursor) ||
           memcmp(p->colour, old->colour, sizeof p->colour);
}

/* Brings our copy up to date; the rows from *first on, so many, have changed. */
static u32 vmm_window_update(const struct vmm_window *w, const struct io_pixels *p, u32 *first)
{
    u32 end = 0;
    *first = p->height;
    for (u32 y = 0; y < p->height; y++) {
        size_t at = (size_t)y * p->stride;
        if (!memcmp(w->byte + at, p->byte + at, p->width))
            continue;
        memcpy(w->byte + at, p->byte + at, p->width);
        *first = *first < y ? *first : y;
        end = y + 1;
    }
    return end > *first ? end - *first : 0;
}

static void vmm_window_draw(struct vmm_window *w)
{
    struct io_picture p;
    u32 first;
    if (!board_look(w->board, &p))
        return;
    u32 rows = vmm_window_update(w, &p.pixels, &first);
    if (vmm_window_looks_new(w, &p.pixels)) {
        first = 0;
        rows = p.pixels.height;
        w->shown = p.pixels;
        w->shown.byte = w->byte;
    }
    host_window_show(w->window, first, rows);
}

/* Soon after the last picture nothing is drawn, unless the machine then waits for longer. */
void vmm_window_show(struct vmm_window *w, u64 ns)
{
    u64 now = host_clock_mono_ns();
    if (!w->window || host_window_is_drawing(w->window) ||
        (now - w->last < VMM_WINDOW_NS && ns < VMM_WINDOW_NS))
        return;
    w->last = now;
    vmm_window_draw(w);
}
