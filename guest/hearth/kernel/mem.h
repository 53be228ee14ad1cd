/* SPDX-License-Identifier: ISC */
/* Physical pages, handed out by their kseg0 address. */
#ifndef MEM_H
#define MEM_H

#include "types.h"

void mem_init(u32 bytes);
void *mem_page(void); /* cleared; null if there is none */
void mem_free(void *page);

/* Adjacent pages, not cleared; only from memory never used so far. */
void *mem_run(u32 pages);
void mem_free_run(void *run, u32 pages);

u32 mem_total_pages(void);
u32 mem_free_pages(void);

static inline u32 mem_physical(const void *page)
{
    return (u32)page & 0x1fffffffu;
}
static inline void *mem_kernel(u32 physical)
{
    return (void *)(physical | 0x80000000u);
}

#endif
