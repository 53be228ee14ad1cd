/* SPDX-License-Identifier: ISC */
/* What the kernel needs of a machine; a file for each: malta.c, decstation.c. */
#ifndef MACHINE_H
#define MACHINE_H

#include "types.h"

/* `firmware` is what start was given in $a3. Returns which of start's arguments is the first that a
 * person gave. */
u32 machine_init(u32 firmware);
void machine_put(char c);

/* Ends the emulator; its exit status says nothing. */
_Noreturn void machine_off(void);

#endif
