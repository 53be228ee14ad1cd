/* SPDX-License-Identifier: ISC */
/* Host memory mappings. */
#ifndef HOST_HOST_MAP_H
#define HOST_HOST_MAP_H

#include "lib/types.h"

/* Zeroed, page-aligned memory taken from the host when touched; NULL with errno set. */
void *host_map_memory(u64 size);
void host_unmap(void *p, u64 size); /* NULL is fine */
/* Whole pages of such memory: they are zeros from now on, and the host has them back. */
void host_map_give_back(void *p, u64 size);
/* Which pages of 4096 bytes of any memory may hold something other than zeros: only those that have
 * been touched. It takes no page to find out. */
void host_map_touched(const void *p, size_t size, bool *page);

#endif
