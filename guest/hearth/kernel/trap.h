/* SPDX-License-Identifier: ISC */
/* Exceptions: what trap_entry.S saves, and what it offers to the rest of the kernel. */
#ifndef TRAP_H
#define TRAP_H

#include "asm.h"
#include "types.h"

struct trap_frame {
    u32 arguments[4]; /* room that the calling convention wants */
    u32 reg[32];      /* 0, 26 and 27 are not saved */
    u32 hi, lo, status, cause, epc, badvaddr;
};

_Static_assert(offsetof(struct trap_frame, reg[1]) == FRAME_REG(1), "trap_entry.S");
_Static_assert(offsetof(struct trap_frame, badvaddr) == FRAME_BADVADDR, "trap_entry.S");
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "trap_entry.S");

#define TRAP_V0 2
#define TRAP_A0 4
#define TRAP_SP 29

void trap_switch(void **save, void *load);
void trap_first(void);
u32 trap_call_on(u32 (*function)(u32), u32 argument, void *stack);

#endif
