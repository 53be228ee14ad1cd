/* SPDX-License-Identifier: ISC */
/*
 * LAMEbus, inside the board: register access, and what board_lamebus.c and the drivers tell each
 * other. A slot is 64 KB of registers and buffers; slot 31 is the mainboard.
 */
#ifndef LB_H
#define LB_H

#include "types.h"

#define LB_SLOTS  32
#define LB_BASE   0xbfe00000u /* in kseg1 */
#define LB_BUFFER 0x8000u     /* where devices have their transfer buffer */

static inline volatile u32 *lb_register(u32 slot, u32 offset)
{
    return (volatile u32 *)(LB_BASE + slot * 0x10000u + offset);
}

static inline u32 lb_read(u32 slot, u32 offset)
{
    return *lb_register(slot, offset);
}
static inline void lb_write(u32 slot, u32 offset, u32 value)
{
    *lb_register(slot, offset) = value;
}

/* Buffers hold bytes in the order of the CPU's memory. to and from are word-aligned. */
void lb_copy_in(u32 slot, void *to, u32 size);
void lb_copy_out(u32 slot, const void *from, u32 size);

void lb_handle(u32 slot, void (*handler)(u32 slot)); /* who serves a slot's interrupts */

/* Each driver is shown the cards that it may know. */
void lb_serial_attach(u32 slot);
void lb_screen_attach(u32 slot);
void lb_timer_attach(u32 slot);
void lb_disk_attach(u32 slot);
void lb_emufs_attach(u32 slot);
void lb_net_attach(u32 slot);

/* lb_serial.c, for the screen that follows it; nothing happens if there is none. */
void lb_screen_put(u8 c);
void lb_screen_listen(bool on);

#endif
