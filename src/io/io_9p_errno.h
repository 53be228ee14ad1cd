/* SPDX-License-Identifier: ISC */
/*
 * Error numbers as a guest's Linux has them. The protocol sends the server's own, which a Linux
 * takes for its own; on MIPS those above 34 are others.
 */
#ifndef IO_IO_9P_ERRNO_H
#define IO_IO_9P_ERRNO_H

#include "lib/types.h"

/* Of an errno of this host; what Linux on MIPS does not know of a file is EIO. */
u32 io_9p_errno_mips(int why);

#endif
