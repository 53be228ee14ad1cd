/* SPDX-License-Identifier: ISC */
/*
 * All that the kernel wants from a board. Byte order, addresses and registers of devices stay
 * behind this header. Functions that wait say so; they need a process to put to sleep.
 */
#ifndef BOARD_H
#define BOARD_H

#include "types.h"

extern const char board_name[];
extern const u32 BOARD_IRQ_MASK; /* Status bits of the interrupt lines in use */

/* main.c: what the firmware left for us in $a0, $a1 and $a3, as text; find the CPU, memory and
 * devices; later start the other CPUs, each with its stack. */
const char *board_words(u32 a0, u32 a1, u32 a3);
u32 board_this_cpu(void);
void board_init(void);
u32 board_memory(void);
u32 board_cpus(void); /* a bit for each CPU present */
void board_start_cpu(u32 number, void (*entry)(void), void *stack);

/* trap.c: acknowledge and serve whatever interrupts cause names. */
void board_interrupt(u32 cause);

/* sched.c: time slices, idleness, waking an idle CPU. board_wait returns on any interrupt pending,
 * served or not. */
void board_tick_start(void);
void board_wait(void);
void board_kick(u32 number);

/* lock.c */
u32 board_exchange(volatile u32 *word, u32 value);
void board_sync(void);

/* clock.c: wall clock, and an interrupt (clock_alarm) some microseconds ahead. */
bool board_has_clock(void);
void board_time(u32 *seconds, u32 *nanoseconds);
void board_alarm(u32 microseconds);

/* Off: the board holds what is typed, until it is on again. */
void board_console_listen(bool on);

/* console.c, which holds its lock: start sending (true if that takes time); has the last character
 * gone out? (true once). */
bool board_console_send(u8 c);
bool board_console_sent(void);

/* block.c: sectors of 512 bytes. Transfers wait. */
u32 board_disks(void);
u32 board_disk_sectors(u32 disk);
int board_disk_transfer(u32 disk, u32 sector, void *buffer, bool write);

/* syscall.c, sysfs.c: the network. Sending waits, receiving if asked to; E_AGAIN: nothing is there.
 */
struct abi_frame;
struct format_text;
int board_net_send(const struct abi_frame *frame);
int board_net_receive(struct abi_frame *frame, bool wait);
void board_net_print(struct format_text *out);

/* print.c: at the end. The cards' interrupts come to this CPU from then on. */
void board_stop_others(void);
__attribute__((noreturn)) void board_power_off(u32 status);

#endif
