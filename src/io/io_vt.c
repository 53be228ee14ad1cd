/* SPDX-License-Identifier: ISC */
/*
 * What is sent is plain VT100, but for hiding the cursor (VT220):
 *
 *     ESC [ row ; column H   from 1    ESC [ ? 7 l   what is too wide does not go on below
 *     ESC [ 2 J   clear                ESC [ ? 25 h, l   cursor visible or not
 *     ESC [ m     attributes off, of which there are none: the mark that a drawing is complete
 *
 * Every run of characters begins with a position, so nothing depends on what a terminal does at
 * the end of a line. Unchanged cells between changed ones are sent again where that is shorter than
 * a new position.
 */
#include "io/io_vt.h"
#include "lib/bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IO_VT_NOWHERE   (~0u)
#define IO_VT_GAP       6u  /* a position takes six to nine bytes */
#define IO_VT_SEQUENCES 64u /* all that comes with a run of characters */

/* ---- to a terminal ---- */

void io_vt_writer_init(struct io_vt_writer *w, const struct io_picture *p)
{
    *w = (struct io_vt_writer){
        .columns = p->columns, .rows = p->rows, .x = IO_VT_NOWHERE, .y = IO_VT_NOWHERE};
    w->shown = xcalloc(p->columns, p->rows);
}

void io_vt_writer_fini(struct io_vt_writer *w)
{
    free(w->shown);
    *w = (struct io_vt_writer){0};
}

static void io_vt_printf(struct buf *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void io_vt_printf(struct buf *out, const char *fmt, ...)
{
    char text[IO_VT_SEQUENCES];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    BUG_ON(n < 0 || (size_t)n >= sizeof text);
    buf_put(out, text, (size_t)n);
}

static bool io_vt_differs(const u8 *cell, const u8 *shown, u32 x)
{
    return io_picture_char(cell[x]) != shown[x];
}

/* The end of the run of cells that begins at x and is worth sending as one. */
static u32 io_vt_run_end(const u8 *cell, const u8 *shown, u32 x, u32 columns)
{
    u32 end = x + 1;
    for (u32 i = end; i < columns && i - end < IO_VT_GAP; i++)
        if (io_vt_differs(cell, shown, i))
            end = i + 1;
    return end;
}

static void io_vt_draw_row(struct io_vt_writer *w, const u8 *cell, u32 y, struct buf *out)
{
    u8 *shown = w->shown + (size_t)y * w->columns;
    for (u32 x = 0; x < w->columns; x++) {
        if (!io_vt_differs(cell, shown, x))
            continue;
        u32 end = io_vt_run_end(cell, shown, x, w->columns);
        io_vt_printf(out, "\033[%u;%uH", y + 1, x + 1);
        for (; x < end; x++) {
            shown[x] = io_picture_char(cell[x]);
            buf_put_u8(out, shown[x]);
        }
        w->x = w->y = IO_VT_NOWHERE;
    }
}

/* A cursor off the picture is remembered as being nowhere, and yet known. */
static void io_vt_draw_cursor(struct io_vt_writer *w, const struct io_picture *p, struct buf *out)
{
    bool visible = p->x < p->columns && p->y < p->rows;
    u32 x = visible ? p->x : p->columns, y = visible ? p->y : p->rows;
    if (x == w->x && y == w->y)
        return;
    if (visible)
        io_vt_printf(out, "\033[%u;%uH\033[?25h", y + 1, x + 1);
    else
        io_vt_printf(out, "\033[?25l");
    io_vt_printf(out, "\033[m");
    w->x = x;
    w->y = y;
}

bool io_vt_draw(struct io_vt_writer *w, const struct io_picture *p, struct buf *out)
{
    BUG_ON(p->columns != w->columns || p->rows != w->rows);
    size_t most = out->len + IO_VT_PORTION - IO_VT_SEQUENCES;
    if (!w->begun)
        io_vt_printf(out, "\033[m\033[?7l\033[2J");
    w->begun = true;
    for (u32 n = 0; n < w->rows; n++) {
        /* At worst every eighth cell is new, each with its position. */
        if (out->len + 3 * w->columns + IO_VT_SEQUENCES > most)
            return false;
        io_vt_draw_row(w, p->cell + (size_t)w->row * w->columns, w->row, out);
        w->row = (w->row + 1) % w->rows;
    }
    io_vt_draw_cursor(w, p, out);
    return true;
}

void io_vt_end(struct buf *out)
{
    io_vt_printf(out, "\033[999;1H\033[?7h\033[?25h\033[m\r\n");
}

/* ---- from the same ---- */

enum io_vt_state {
    IO_VT_TEXT,
    IO_VT_ESCAPE,
    IO_VT_SEQUENCE, /* after ESC [ */
};

static void io_vt_put(struct io_vt_reader *r, u8 ch)
{
    r->complete = false;
    if (r->x < IO_VT_MAX_COLUMNS && r->y < IO_VT_MAX_ROWS) {
        r->cell[r->y * IO_VT_MAX_COLUMNS + r->x] = ch;
        r->x++;
        r->columns = r->x > r->columns ? r->x : r->columns;
        r->rows = r->y + 1 > r->rows ? r->y + 1 : r->rows;
    }
}

static void io_vt_mode(struct io_vt_reader *r, bool on)
{
    if (r->private_mode && r->param[0] == 25)
        r->visible = on;
}

static void io_vt_sequence(struct io_vt_reader *r, u8 final)
{
    switch (final) {
    case 'H':
        r->complete = false;
        r->y = r->param[0] ? r->param[0] - 1 : 0;
        r->x = r->param[1] ? r->param[1] - 1 : 0;
        break;
    case 'J':
        r->complete = false;
        memset(r->cell, ' ', sizeof r->cell);
        break;
    case 'm':
        r->complete = r->columns > 0;
        break;
    case 'h':
    case 'l':
        io_vt_mode(r, final == 'h');
        break;
    }
}

static void io_vt_parameter(struct io_vt_reader *r, u8 ch)
{
    u32 last = ARRAY_LEN(r->param) - 1;
    if (ch == '?')
        r->private_mode = true;
    else if (ch == ';')
        r->nparams++;
    else if (ch >= '0' && ch <= '9' && r->nparams <= last && r->param[r->nparams] < 1000)
        r->param[r->nparams] = r->param[r->nparams] * 10 + (ch - '0');
}

static void io_vt_byte(struct io_vt_reader *r, u8 ch)
{
    if (ch == '\033') {
        r->state = IO_VT_ESCAPE;
    } else if (r->state == IO_VT_ESCAPE) {
        r->state = ch == '[' ? IO_VT_SEQUENCE : IO_VT_TEXT;
        r->private_mode = false;
        r->param[0] = r->param[1] = 0;
        r->nparams = 0;
    } else if (r->state == IO_VT_SEQUENCE && ch >= '@' && ch <= '~') {
        r->state = IO_VT_TEXT;
        io_vt_sequence(r, ch);
    } else if (r->state == IO_VT_SEQUENCE) {
        io_vt_parameter(r, ch);
    } else if (ch >= ' ' && ch < 127) {
        io_vt_put(r, ch);
    }
}

void io_vt_read(struct io_vt_reader *r, const u8 *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        io_vt_byte(r, data[i]);
}

struct io_picture io_vt_picture(const struct io_vt_reader *r, u8 *cell)
{
    for (u32 y = 0; y < r->rows; y++)
        memcpy(cell + (size_t)y * r->columns, r->cell + (size_t)y * IO_VT_MAX_COLUMNS, r->columns);
    return (struct io_picture){.cell = cell,
                               .columns = r->columns,
                               .rows = r->rows,
                               .x = r->visible ? r->x : r->columns,
                               .y = r->visible ? r->y : r->rows};
}
