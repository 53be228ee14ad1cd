/* SPDX-License-Identifier: ISC */
#ifndef LIB_CRC_H
#define LIB_CRC_H

#include "lib/types.h"

/* The check sequence at the end of an Ethernet frame (IEEE 802.3; also known as CRC-32), which goes
 * over the wire as four bytes, the lowest first. */
u32 crc_ethernet(const void *data, size_t len);

#endif
