/* SPDX-License-Identifier: ISC */
/*
 * The text screen: what goes to the console is shown there too, and keys typed there are the
 * console's. Its lock is console.c's, as the serial card's is.
 */
#include "console.h"
#include "lb.h"

#define LB_SCREEN_POSN   0u
#define LB_SCREEN_SIZE   4u
#define LB_SCREEN_CHAR   8u
#define LB_SCREEN_RIRQ   12u
#define LB_SCREEN_ENABLE 1u
#define LB_SCREEN_DONE   2u

static struct lb_screen {
    u32 slot, columns, rows; /* columns 0: there is none */
    u32 x, y;
} lb_screen;

static volatile u8 *lb_screen_cell(u32 x, u32 y)
{
    volatile u8 *cells = (volatile u8 *)lb_register(lb_screen.slot, LB_BUFFER);
    return cells + y * lb_screen.columns + x;
}

static void lb_screen_scroll(void)
{
    volatile u8 *to = lb_screen_cell(0, 0);
    u32 size = lb_screen.columns * lb_screen.rows, moved = size - lb_screen.columns;

    for (u32 i = 0; i < moved; i++)
        to[i] = to[i + lb_screen.columns];
    for (u32 i = moved; i < size; i++)
        to[i] = ' ';
}

static void lb_screen_newline(void)
{
    lb_screen.x = 0;
    if (lb_screen.y + 1 < lb_screen.rows)
        lb_screen.y++;
    else
        lb_screen_scroll();
}

static void lb_screen_draw(u8 c)
{
    if (lb_screen.x == lb_screen.columns)
        lb_screen_newline();
    *lb_screen_cell(lb_screen.x++, lb_screen.y) = c;
}

void lb_screen_put(u8 c)
{
    if (!lb_screen.columns)
        return;
    if (c == '\n')
        lb_screen_newline();
    else if (c == '\r')
        lb_screen.x = 0;
    else if (c == '\b')
        lb_screen.x -= lb_screen.x > 0;
    else if (c >= ' ')
        lb_screen_draw(c);
    u32 x = min_u32(lb_screen.x, lb_screen.columns - 1);
    lb_write(lb_screen.slot, LB_SCREEN_POSN, x << 16 | lb_screen.y);
}

static void lb_screen_interrupt(u32 slot)
{
    if (!(lb_read(slot, LB_SCREEN_RIRQ) & LB_SCREEN_DONE) || !console_room())
        return;
    u32 c = lb_read(slot, LB_SCREEN_CHAR);
    lb_write(slot, LB_SCREEN_RIRQ, LB_SCREEN_ENABLE);
    console_received((u8)c);
}

void lb_screen_listen(bool on)
{
    if (!lb_screen.columns)
        return;
    u32 typed = lb_read(lb_screen.slot, LB_SCREEN_RIRQ) & LB_SCREEN_DONE;
    lb_write(lb_screen.slot, LB_SCREEN_RIRQ, (on ? LB_SCREEN_ENABLE : 0) | typed);
}

void lb_screen_attach(u32 slot)
{
    if (lb_screen.columns)
        return;
    u32 size = lb_read(slot, LB_SCREEN_SIZE);
    lb_screen = (struct lb_screen){.slot = slot, .columns = size >> 16, .rows = size & 0xffff};
    lb_handle(slot, lb_screen_interrupt);
    lb_screen_listen(true);
}
