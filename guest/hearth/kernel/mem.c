/* SPDX-License-Identifier: ISC */
/*
 * The page allocator. Memory behind the kernel is one stretch of which the lower part has been used
 * at some time; freed pages form a list through their first words. Pages that nobody ever asked for
 * are not touched: half a gigabyte costs nothing at boot, neither us nor the host under us.
 */
#include "mem.h"

#include "lock.h"
#include "print.h"
#include "string.h"

struct mem_free {
    struct mem_free *next;
};

static struct {
    struct lock lock;
    struct mem_free *list;
    u32 start, fresh, end; /* kseg0 addresses; fresh and above was never handed out */
    u32 listed;
} mem;

extern char kernel_end[];

void mem_init(u32 bytes)
{
    mem.start = mem.fresh = page_up((u32)kernel_end);
    mem.end = 0x80000000u + page_down(bytes);
    if (mem.end <= mem.start)
        panic("%u KB of memory are too few", bytes / 1024);
}

static void *mem_take_locked(void)
{
    struct mem_free *page = mem.list;

    if (page) {
        mem.list = page->next;
        mem.listed--;
    } else if (mem.fresh < mem.end) {
        page = (void *)mem.fresh;
        mem.fresh += PAGE_SIZE;
    }
    return page;
}

void *mem_page(void)
{
    void *page;

    lock_take(&mem.lock);
    page = mem_take_locked();
    lock_drop(&mem.lock);
    if (page)
        memset(page, 0, PAGE_SIZE);
    return page;
}

void mem_free(void *page)
{
    struct mem_free *entry = page;

    lock_take(&mem.lock);
    entry->next = mem.list;
    mem.list = entry;
    mem.listed++;
    lock_drop(&mem.lock);
}

void *mem_run(u32 pages)
{
    void *run = NULL;

    lock_take(&mem.lock);
    if (pages <= (mem.end - mem.fresh) / PAGE_SIZE) {
        run = (void *)mem.fresh;
        mem.fresh += pages * PAGE_SIZE;
    }
    lock_drop(&mem.lock);
    return run;
}

void mem_free_run(void *run, u32 pages)
{
    bool last;

    lock_take(&mem.lock);
    last = (u32)run + pages * PAGE_SIZE == mem.fresh;
    if (last)
        mem.fresh = (u32)run;
    lock_drop(&mem.lock);
    for (u32 i = 0; !last && i < pages; i++)
        mem_free((char *)run + i * PAGE_SIZE);
}

u32 mem_total_pages(void)
{
    return (mem.end - 0x80000000u) / PAGE_SIZE;
}

u32 mem_free_pages(void)
{
    return mem.listed + (mem.end - mem.fresh) / PAGE_SIZE;
}
