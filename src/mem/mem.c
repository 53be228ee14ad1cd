/* SPDX-License-Identifier: ISC */
#include "mem/mem.h"
#include "host/host_map.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

struct mem *mem_new(void)
{
    return xcalloc(1, sizeof(struct mem));
}

void mem_free(struct mem *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->nregions; i++) {
        struct mem_region *r = &m->region[i];
        host_unmap(r->host, r->size);
        free(r->page_flags);
    }
    free(m);
}

static struct mem_region *mem_insert(struct mem *m, gpa base, u64 size, enum mem_kind kind)
{
    BUG_ON(m->nregions == MEM_MAX_REGIONS);
    unsigned i = m->nregions++;
    for (; i > 0 && m->region[i - 1].base > base; i--)
        m->region[i] = m->region[i - 1];
    BUG_ON(i > 0 && m->region[i - 1].base + m->region[i - 1].size > base);
    BUG_ON(i + 1 < m->nregions && base + size > m->region[i + 1].base);
    m->region[i] = (struct mem_region){.base = base, .size = size, .kind = kind};
    return &m->region[i];
}

static enum err mem_add_host(struct mem *m, gpa base, u64 size, enum mem_kind kind, struct error *e)
{
    BUG_ON((base | size) % MEM_PAGE);
    u8 *host = host_map_memory(size);
    if (!host)
        return err_set(e, ERR_NOMEM, "cannot get %llu KB of memory for the guest: %m",
                       (unsigned long long)size >> 10);
    struct mem_region *r = mem_insert(m, base, size, kind);
    r->host = host;
    r->page_flags = xcalloc(size >> MEM_PAGE_SHIFT, 1);
    r->first_page = m->npages;
    m->npages += (u32)(size >> MEM_PAGE_SHIFT);
    return ERR_OK;
}

enum err mem_add_ram(struct mem *m, gpa base, u64 size, struct error *e)
{
    return mem_add_host(m, base, size, MEM_RAM, e);
}

enum err mem_add_rom(struct mem *m, gpa base, u64 size, struct error *e)
{
    return mem_add_host(m, base, size, MEM_ROM, e);
}

void mem_add_mmio(struct mem *m, gpa base, u64 size, const struct mem_ops *ops, void *dev)
{
    struct mem_region *r = mem_insert(m, base, size, MEM_MMIO);
    r->ops = ops;
    r->dev = dev;
}

const struct mem_region *mem_page_region(const struct mem *m, u32 number)
{
    for (unsigned i = 0; i < m->nregions; i++) {
        const struct mem_region *r = &m->region[i];
        if (r->kind != MEM_MMIO && number - r->first_page < r->size >> MEM_PAGE_SHIFT)
            return r;
    }
    BUG_ON(true);
}

u8 *mem_ram_ptr(const struct mem *m, gpa pa, u64 len)
{
    const struct mem_region *r = mem_find(m, pa);
    if (!r || r->kind == MEM_MMIO || len > r->size - (pa - r->base))
        return NULL;
    return r->host + (pa - r->base);
}

/* Lines of 64 bytes, as whoever marked the page counts them; the mark may go with the first. */
static void mem_code_overwritten(const struct mem *m, const struct mem_region *r, u64 from, u64 to)
{
    u8 *flags = &r->page_flags[from >> MEM_PAGE_SHIFT];
    for (u64 off = from & ~63ull; off < to && *flags & MEM_PAGE_CODE; off += 64)
        m->code_written(m->code_ctx, r, off);
}

u8 *mem_dma_ptr(const struct mem *m, gpa pa, u64 len)
{
    const struct mem_region *r = mem_find(m, pa);
    if (!r || r->kind != MEM_RAM || len > r->size - (pa - r->base))
        return NULL;
    u64 off = pa - r->base, end = off + len;
    for (u64 at = off, next; at < end; at = next) {
        next = (at | (MEM_PAGE - 1)) + 1;
        mem_code_overwritten(m, r, at, next < end ? next : end);
        r->page_flags[at >> MEM_PAGE_SHIFT] |= MEM_PAGE_DIRTY;
    }
    return r->host + off;
}

bool mem_give_back(const struct mem *m, gpa pa, u64 len)
{
    u8 *p = (pa | len) % MEM_PAGE ? NULL : mem_dma_ptr(m, pa, len);
    if (p && len)
        host_map_give_back(p, len);
    return p;
}

u32 mem_load(const u8 *p, unsigned size, bool big)
{
    switch (size) {
    case 1:
        return *p;
    case 2:
        return big ? load_be16(p) : load_le16(p);
    default:
        return big ? load_be32(p) : load_le32(p);
    }
}

static void mem_store(u8 *p, unsigned size, bool big, u32 v)
{
    switch (size) {
    case 1:
        *p = (u8)v;
        break;
    case 2:
        big ? store_be16(p, (u16)v) : store_le16(p, (u16)v);
        break;
    default:
        big ? store_be32(p, v) : store_le32(p, v);
    }
}

bool mem_read(const struct mem *m, struct mem_access a, bool big, gpa pa, u32 *val)
{
    const struct mem_region *r = mem_find(m, pa);
    if (!r)
        return false;
    u64 off = pa - r->base;
    if (r->kind == MEM_MMIO)
        return r->ops->read(r->dev, a, (u32)off, val);
    *val = mem_load(r->host + off, a.size, big);
    return true;
}

bool mem_write(const struct mem *m, struct mem_access a, bool big, gpa pa, u32 val)
{
    const struct mem_region *r = mem_find(m, pa);
    if (!r || r->kind == MEM_ROM)
        return false;
    u64 off = pa - r->base;
    if (r->kind == MEM_MMIO)
        return r->ops->write(r->dev, a, (u32)off, bits_get(val, 0, a.size * 8u));
    u8 *flags = &r->page_flags[off >> MEM_PAGE_SHIFT];
    if (*flags & MEM_PAGE_CODE)
        m->code_written(m->code_ctx, r, off);
    *flags |= MEM_PAGE_DIRTY;
    mem_store(r->host + off, a.size, big, val);
    return true;
}

bool mem_poke(const struct mem *m, gpa pa, u8 val)
{
    const struct mem_region *r = mem_find(m, pa);
    if (!r || r->kind == MEM_MMIO)
        return false;
    u64 off = pa - r->base;
    u8 *flags = &r->page_flags[off >> MEM_PAGE_SHIFT];
    if (*flags & MEM_PAGE_CODE)
        m->code_written(m->code_ctx, r, off);
    *flags |= MEM_PAGE_DIRTY;
    r->host[off] = val;
    return true;
}
