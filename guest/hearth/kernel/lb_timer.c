/* SPDX-License-Identifier: ISC */
/* The timer card: wall clock and countdown. */
#include "board.h"
#include "clock.h"
#include "lb.h"

#define LB_TIMER_SECONDS     0u
#define LB_TIMER_NANOSECONDS 4u
#define LB_TIMER_RESTART     8u
#define LB_TIMER_IRQ         12u /* reading acknowledges */
#define LB_TIMER_COUNTDOWN   16u

static u32 lb_timer_slot = LB_SLOTS; /* none */

static void lb_timer_interrupt(u32 slot)
{
    lb_read(slot, LB_TIMER_IRQ);
    clock_alarm();
}

void lb_timer_attach(u32 slot)
{
    if (lb_timer_slot != LB_SLOTS)
        return;
    lb_timer_slot = slot;
    lb_handle(slot, lb_timer_interrupt);
    lb_write(slot, LB_TIMER_RESTART, 0);
}

bool board_has_clock(void)
{
    return lb_timer_slot != LB_SLOTS;
}

/* The two registers are read one after the other: not across the turn of a second. */
void board_time(u32 *seconds, u32 *nanoseconds)
{
    *seconds = *nanoseconds = 0;
    if (!board_has_clock())
        return;
    do {
        *seconds = lb_read(lb_timer_slot, LB_TIMER_SECONDS);
        *nanoseconds = lb_read(lb_timer_slot, LB_TIMER_NANOSECONDS);
    } while (*seconds != lb_read(lb_timer_slot, LB_TIMER_SECONDS));
}

void board_alarm(u32 microseconds)
{
    if (board_has_clock())
        lb_write(lb_timer_slot, LB_TIMER_COUNTDOWN, microseconds);
}
