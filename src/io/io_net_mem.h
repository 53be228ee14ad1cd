/* SPDX-License-Identifier: ISC */
/* A cable between two cards in memory, for tests: what one end sends, the other polls. */
#ifndef IO_IO_NET_MEM_H
#define IO_IO_NET_MEM_H

#include "io/io.h"

#define IO_NET_MEM_QUEUE 16 /* frames that wait at an end; more are lost */

/* Both ends must be closed. The first poll tells of the carrier; it is gone when either end is
 * unplugged, or the other one closed. */
void io_net_mem_open(struct io_net end[2]);
void io_net_mem_unplug(struct io_net *end, bool unplugged);

#endif
