/* SPDX-License-Identifier: ISC */
/* Planted bugs, to practise debugging on. */
#ifndef BUG_H
#define BUG_H

#include "types.h"

/* A stray store breaks a list of the kernel's, which is noticed much later: a panic. */
void bug_list(void);

#endif
