/* SPDX-License-Identifier: ISC */
/*
 * The translation lookaside buffer. Two entries must never match the same address (the chip shuts
 * down), so an unused entry holds a kseg0 page, which is never looked up, and each its own.
 */
#include "tlb.h"

#include "cp0.h"
#include "format.h"

#define TLB_UNUSED  0x80000000u /* + index pages: marks an unused entry */
#define TLB_INTERIM 0x81000000u /* while nobody knows what is in there */

static void tlb_set(u32 index, u32 hi, u32 lo)
{
    cp0_set_entryhi(hi);
    cp0_set_entrylo(lo);
    cp0_set_index(index << 8);
    cp0_tlb_write();
}

static void tlb_get(u32 index, u32 *hi, u32 *lo)
{
    cp0_set_index(index << 8);
    cp0_tlb_read();
    *hi = cp0_entryhi();
    *lo = cp0_entrylo();
}

static bool tlb_holds(u32 hi)
{
    cp0_set_entryhi(hi);
    cp0_tlb_probe();
    return (cp0_index() & 0x80000000u) == 0;
}

/* The TLB's contents at power-on are undefined: first fill it with pages that it doesn't hold, so
 * that the second round can't create a duplicate either. */
void tlb_init(void)
{
    u32 page = TLB_INTERIM;

    for (u32 i = 0; i < TLB_ENTRIES; i++, page += PAGE_SIZE) {
        while (tlb_holds(page))
            page += PAGE_SIZE;
        tlb_set(i, page, 0);
    }
    for (u32 i = 0; i < TLB_ENTRIES; i++)
        tlb_set(i, TLB_UNUSED + i * PAGE_SIZE, 0);
    cp0_set_entryhi(0);
}

void tlb_use_asid(u32 asid)
{
    cp0_set_entryhi(asid << 6);
}

void tlb_flush_asid(u32 asid)
{
    u32 before = cp0_entryhi(), hi, lo;

    for (u32 i = 0; i < TLB_ENTRIES; i++) {
        tlb_get(i, &hi, &lo);
        if ((hi & 0xfc0) == asid << 6)
            tlb_set(i, TLB_UNUSED + i * PAGE_SIZE, 0);
    }
    cp0_set_entryhi(before);
}

void tlb_update(u32 va, u32 pte)
{
    u32 asid = cp0_entryhi() & 0xfc0;

    if (tlb_holds(page_down(va) | asid)) {
        cp0_set_entrylo(pte);
        cp0_tlb_write();
    }
    cp0_set_entryhi(asid);
}

void tlb_print(struct format_text *out)
{
    u32 before = cp0_entryhi(), hi, lo;

    format_text(out, "%-6s%-10s%-6s%-10s%s\n", "entry", "virtual", "asid", "physical", "flags");
    for (u32 i = 0; i < TLB_ENTRIES; i++) {
        tlb_get(i, &hi, &lo);
        if (hi >= TLB_UNUSED)
            continue;
        format_text(out, "%-6u%08x  %-6u%08x  %c%c\n", i, page_down(hi), (hi >> 6) & 63,
                    page_down(lo), lo & PTE_VALID ? 'v' : '-', lo & PTE_DIRTY ? 'w' : '-');
    }
    cp0_set_entryhi(before);
}
