/* SPDX-License-Identifier: ISC */
/* Time since boot, and sleeping until some time. */
#ifndef CLOCK_H
#define CLOCK_H

#include "abi.h"
#include "types.h"

void clock_init(void);
void clock_read(struct abi_clock *clock); /* all but ticks */
int clock_sleep(u32 milliseconds);        /* waits */

/* The board's alarm went off. */
void clock_alarm(void);

#endif
