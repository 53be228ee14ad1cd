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

#endif
