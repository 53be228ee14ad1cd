/* SPDX-License-Identifier: ISC */
/* The TLB of the CPU we are on. Interrupts must be off. */
#ifndef TLB_H
#define TLB_H

#include "types.h"

#define TLB_ENTRIES 64

struct format_text;

void tlb_init(void);
void tlb_use_asid(u32 asid);
void tlb_flush_asid(u32 asid);

/* The entry for va of the current ASID changes to pte, if the TLB holds it. */
void tlb_update(u32 va, u32 pte);

void tlb_print(struct format_text *out);

#endif
