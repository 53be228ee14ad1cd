/* SPDX-License-Identifier: ISC */
/*
 * The R3000's two caches as a kernel sees them that isolates (IsC) and swaps (SwC) them, which is
 * how it finds their sizes and empties them: direct-mapped lines of one word. They are never
 * between the CPU and memory, so there is nothing that could be stale, and what they hold is only
 * what was stored while they were isolated.
 *
 * Kane and Heinrich, chapter 5: while isolated a load takes what the cache holds and says in CM
 * whether it was a miss; a store of a word enters it, a store of less invalidates the line.
 */
#include "isa/mips_int.h"
#include "lib/bug.h"

#include <stdlib.h>

#define MIPS_CACHE_VALID 1u

/* Data, then a tag for each word of it; first the data cache's, then the instruction cache's. */
size_t mips_cache_state_bytes(const struct mips_model *model)
{
    return 4 * (size_t)model->cache_bytes;
}

void mips_cache_init(struct mips *c)
{
    c->cache = c->model->cache_bytes ? xcalloc(1, mips_cache_state_bytes(c->model)) : NULL;
}

void mips_cache_fini(struct mips *c)
{
    free(c->cache);
    c->cache = NULL;
}

static u8 *mips_cache_word(const struct mips *c, gpa pa)
{
    u32 size = c->model->cache_bytes;
    u8 *data = c->cache + (c->status & MIPS_ST_SWC ? 2 * size : 0);
    return data + (pa & (size - 4));
}

static u8 *mips_cache_tag(const struct mips *c, gpa pa)
{
    return mips_cache_word(c, pa) + c->model->cache_bytes;
}

static u32 mips_cache_match(gpa pa)
{
    return ((u32)pa & ~3u) | MIPS_CACHE_VALID;
}

/* Without caches: nothing is found in them, and nothing tells so. */
u32 mips_cache_load(struct mips *c, gpa pa, unsigned size)
{
    if (!c->cache)
        return 0;
    bool hit = load_le32(mips_cache_tag(c, pa)) == mips_cache_match(pa);
    c->status = (c->status & ~(u32)MIPS_ST_CM) | (hit ? 0 : MIPS_ST_CM);
    return mem_load(mips_cache_word(c, pa) + (pa & 3), size, c->big);
}

void mips_cache_store(struct mips *c, gpa pa, unsigned size, u32 val)
{
    if (!c->cache)
        return;
    store_le32(mips_cache_tag(c, pa), size == 4 ? mips_cache_match(pa) : 0);
    if (size != 4)
        return;
    if (c->big)
        store_be32(mips_cache_word(c, pa), val);
    else
        store_le32(mips_cache_word(c, pa), val);
}
