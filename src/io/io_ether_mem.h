/* SPDX-License-Identifier: ISC */
/* An Ethernet cable between two cards in memory, for tests: what one end sends, the other polls. */
#ifndef IO_IO_ETHER_MEM_H
#define IO_IO_ETHER_MEM_H

#include "io/io_ether.h"

#define IO_ETHER_MEM_QUEUE 64 /* frames that wait at an end; more are lost */

/* Both ends must be closed. The first poll tells of the carrier; it is gone when either end is
 * unplugged, or the other one closed. */
void io_ether_mem_open(struct io_ether end[2]);
void io_ether_mem_unplug(struct io_ether *end, bool unplugged);

#endif
