/* SPDX-License-Identifier: ISC */
/* The kernel's door for programs; lib/syscall.def has the list. */
#ifndef SYSCALL_H
#define SYSCALL_H

struct proc;
struct trap_frame;

/* Do the call that the frame's registers ask for, and put the result there. */
void syscall_do(struct proc *proc, struct trap_frame *frame);

#endif
