/* SPDX-License-Identifier: ISC */
/* The console: line editing on input, a buffer on output. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "types.h"

/* file.c; both wait. */
int console_read(void *buffer, u32 size);
int console_write(const void *data, u32 size);

/* The board's driver, from its interrupt. */
bool console_room(void); /* else the board is told to hold the character: no console_received */
void console_received(u8 c);
void console_transmitter(void);

/* print.c: never waits. After console_seize output is polled: nobody else runs any more. */
void console_kernel_put(char c);
void console_seize(void);

#endif
