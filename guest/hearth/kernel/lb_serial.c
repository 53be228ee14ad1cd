/* SPDX-License-Identifier: ISC */
/* The serial console card. Its lock is console.c's: only the console talks to it. */
#include "board.h"
#include "console.h"
#include "lb.h"

#define LB_SERIAL_CHAR   0u
#define LB_SERIAL_WIRQ   4u
#define LB_SERIAL_RIRQ   8u
#define LB_SERIAL_ENABLE 1u
#define LB_SERIAL_DONE   2u

static u32 lb_serial_slot = LB_SLOTS; /* none */

/* A character is read before its flag is cleared: the card sends no other one in between. */
static void lb_serial_interrupt(u32 slot)
{
    if ((lb_read(slot, LB_SERIAL_RIRQ) & LB_SERIAL_DONE) && console_room()) {
        u32 c = lb_read(slot, LB_SERIAL_CHAR);
        lb_write(slot, LB_SERIAL_RIRQ, LB_SERIAL_ENABLE);
        console_received((u8)c);
    }
    console_transmitter();
}

void lb_serial_attach(u32 slot)
{
    if (lb_serial_slot != LB_SLOTS)
        return;
    lb_serial_slot = slot;
    lb_handle(slot, lb_serial_interrupt);
    lb_write(slot, LB_SERIAL_WIRQ, LB_SERIAL_ENABLE);
    board_console_listen(true);
}

/* What was typed before is kept, whether its interrupt is wanted now or not. */
void board_console_listen(bool on)
{
    lb_screen_listen(on);
    if (lb_serial_slot == LB_SLOTS)
        return;
    u32 typed = lb_read(lb_serial_slot, LB_SERIAL_RIRQ) & LB_SERIAL_DONE;
    lb_write(lb_serial_slot, LB_SERIAL_RIRQ, (on ? LB_SERIAL_ENABLE : 0) | typed);
}

bool board_console_send(u8 c)
{
    lb_screen_put(c);
    if (lb_serial_slot == LB_SLOTS)
        return false;
    lb_write(lb_serial_slot, LB_SERIAL_CHAR, c);
    return true;
}

bool board_console_sent(void)
{
    if (!(lb_read(lb_serial_slot, LB_SERIAL_WIRQ) & LB_SERIAL_DONE))
        return false;
    lb_write(lb_serial_slot, LB_SERIAL_WIRQ, LB_SERIAL_ENABLE);
    return true;
}
