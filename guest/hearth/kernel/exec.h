/* SPDX-License-Identifier: ISC */
/* Loading a program. */
#ifndef EXEC_H
#define EXEC_H

struct proc_args;
struct trap_frame;
struct vm_space;

/* Fill a new space from an ELF file, put the arguments on its stack, and make a frame to start
 * it. */
int exec_load(struct vm_space *space, const char *path, const struct proc_args *args,
              struct trap_frame *frame);

const char *exec_base_name(const char *path);

#endif
