/* SPDX-License-Identifier: ISC */
/* A host on which nothing happens: that of a replay, and of a machine that is not connected. */
#ifndef IO_IO_VSOCK_NONE_H
#define IO_IO_VSOCK_NONE_H

#include "io/io_vsock.h"

struct io_vsock io_vsock_none(void);

#endif
