/* SPDX-License-Identifier: ISC */
/*
 * The guest-physical address map of one machine: RAM, ROM and device registers (MMIO).
 * Regions never overlap. RAM bytes lie in the order the guest sees them; device registers are
 * values, without byte order. A false return is a bus error, a guest event.
 */
#ifndef MEM_MEM_H
#define MEM_MEM_H

#include "lib/err.h"
#include "lib/types.h"

#define MEM_PAGE_SHIFT 12
#define MEM_PAGE       (1u << MEM_PAGE_SHIFT)

/* Who is asking: a device may answer each CPU differently. */
struct mem_access {
    unsigned cpu;
    u8 size; /* 1, 2 or 4; the offset is aligned to it */
};

struct mem_ops {
    MUST_CHECK bool (*read)(void *dev, struct mem_access a, u32 off, u32 *val);
    MUST_CHECK bool (*write)(void *dev, struct mem_access a, u32 off, u32 val);
};

enum mem_kind {
    MEM_RAM,
    MEM_ROM,
    MEM_MMIO,
};

struct mem_region {
    gpa base;
    u64 size;
    enum mem_kind kind;
    u8 *host;                  /* RAM and ROM */
    u8 *page_flags;            /* RAM and ROM: MEM_PAGE_* per page */
    u32 first_page;            /* RAM and ROM: index of its first page among all such pages */
    const struct mem_ops *ops; /* MMIO */
    void *dev;
};

enum {
    MEM_PAGE_CODE = 1,  /* holds decoded or translated code: stores must be noticed */
    MEM_PAGE_DIRTY = 2, /* written since the flag was cleared */
};

#define MEM_MAX_REGIONS 64

struct mem {
    struct mem_region region[MEM_MAX_REGIONS]; /* sorted by base */
    unsigned nregions;
    u32 npages; /* of RAM and ROM together */
    /* A store hits a page marked MEM_PAGE_CODE: whoever marked it drops what the store changes. */
    void (*code_written)(void *ctx, const struct mem_region *r, u64 off);
    void *code_ctx;
};

struct mem *mem_new(void);
void mem_free(struct mem *m);

/* base and size in bytes, multiples of the page size; RAM is zero, taken from the host lazily. */
MUST_CHECK enum err mem_add_ram(struct mem *m, gpa base, u64 size, struct error *e);
MUST_CHECK enum err mem_add_rom(struct mem *m, gpa base, u64 size, struct error *e);
void mem_add_mmio(struct mem *m, gpa base, u64 size, const struct mem_ops *ops, void *dev);

/* NULL: nothing there */
static inline const struct mem_region *mem_find(const struct mem *m, gpa pa)
{
    for (unsigned i = 0; i < m->nregions; i++) {
        const struct mem_region *r = &m->region[i];
        if (pa - r->base < r->size)
            return r;
    }
    return NULL;
}

/* The region that holds a page, by its number among all pages of RAM and ROM. */
const struct mem_region *mem_page_region(const struct mem *m, u32 number);

/* A value of 1, 2 or 4 bytes at a host address, in the given byte order. */
u32 mem_load(const u8 *p, unsigned size, bool big);

/* Host pointer to [pa, pa+len) if all of it is RAM (or ROM) in one region; else NULL. For loaders
 * (before the first instruction) and for reading. */
u8 *mem_ram_ptr(const struct mem *m, gpa pa, u64 len);

/* Likewise, for a bus master that writes all of it now: RAM only; decoded code in it is dropped and
 * its pages are dirty. Ask anew for each write: what was dropped may be decoded again. */
u8 *mem_dma_ptr(const struct mem *m, gpa pa, u64 len);

/* The guest does not want what is in these pages: they are zeros from now on, and their memory goes
 * back to the host. False: they are not whole pages of RAM in one region; nothing was done. */
bool mem_give_back(const struct mem *m, gpa pa, u64 len);

/* One access by a CPU or a bus master, any kind of region. `big`: byte order of the asker. */
MUST_CHECK bool mem_read(const struct mem *m, struct mem_access a, bool big, gpa pa, u32 *val);
MUST_CHECK bool mem_write(const struct mem *m, struct mem_access a, bool big, gpa pa, u32 val);

/* By a debugger: one byte of RAM or ROM. False: neither. */
MUST_CHECK bool mem_poke(const struct mem *m, gpa pa, u8 val);

#endif
