/* SPDX-License-Identifier: ISC */
/* The block cache: least recently used, written when the file system says so. */
#include "block.h"

#include "abi.h"
#include "board.h"
#include "format.h"
#include "mem.h"
#include "string.h"

#define BLOCK_MAX      512
#define BLOCK_PER_PAGE (PAGE_SIZE / BLOCK_SIZE)

struct block {
    u32 disk, number;
    u32 used; /* the time of its last use; 0: holds nothing */
    bool dirty;
    u8 *data;
};

static struct {
    struct block table[BLOCK_MAX];
    struct block *last; /* found: is asked for again most often */
    u32 count;
    u32 time;
    u32 reads, hits, writes;
} block;

/* A 64th of the memory, within limits. */
void block_init(void)
{
    u32 pages = mem_total_pages() / 64;

    pages = pages < 4 ? 4 : min_u32(pages, BLOCK_MAX / BLOCK_PER_PAGE);
    for (u32 i = 0; i < pages; i++) {
        u8 *page = mem_page();
        for (u32 j = 0; page && j < BLOCK_PER_PAGE; j++)
            block.table[block.count++].data = page + j * BLOCK_SIZE;
    }
}

static bool block_is(const struct block *b, u32 disk, u32 number)
{
    return b->used && b->number == number && b->disk == disk;
}

static struct block *block_find(u32 disk, u32 number)
{
    if (block.last && block_is(block.last, disk, number))
        return block.last;
    for (struct block *b = block.table; b < block.table + block.count; b++)
        if (block_is(b, disk, number))
            return block.last = b;
    return NULL;
}

static int block_clean(struct block *b)
{
    if (b->dirty && board_disk_transfer(b->disk, b->number, b->data, true) != 0)
        return E_IO;
    block.writes += b->dirty;
    b->dirty = false;
    return 0;
}

/* Oldest first, but clean before dirty: the order of writes is the file system's to choose. */
static bool block_better_victim(const struct block *a, const struct block *b)
{
    return a->dirty != b->dirty ? !a->dirty : a->used < b->used;
}

static struct block *block_claim(u32 disk, u32 number)
{
    struct block *victim = block.table;

    for (struct block *b = block.table + 1; b < block.table + block.count; b++)
        if (block_better_victim(b, victim))
            victim = b;
    if (block_clean(victim) != 0)
        return NULL;
    victim->disk = disk;
    victim->number = number;
    victim->used = 0;
    return victim;
}

u8 *block_read(u32 disk, u32 number)
{
    struct block *b = block_find(disk, number);

    if (b) {
        block.hits++;
    } else {
        b = block_claim(disk, number);
        if (!b || board_disk_transfer(disk, number, b->data, false) != 0)
            return NULL;
        block.reads++;
    }
    b->used = ++block.time;
    return b->data;
}

u8 *block_fresh(u32 disk, u32 number)
{
    struct block *b = block_find(disk, number);

    if (!b)
        b = block_claim(disk, number);
    if (!b)
        return NULL;
    memset(b->data, 0, BLOCK_SIZE);
    b->used = ++block.time;
    b->dirty = true;
    return b->data;
}

void block_dirty(u32 disk, u32 number)
{
    block_find(disk, number)->dirty = true;
}

static struct block *block_next_dirty(u32 disk, u32 first, u32 last)
{
    struct block *next = NULL;

    for (struct block *b = block.table; b < block.table + block.count; b++)
        if (b->dirty && b->disk == disk && b->number >= first && b->number < last &&
            (!next || b->number < next->number))
            next = b;
    return next;
}

int block_flush(u32 disk, u32 first, u32 last)
{
    struct block *b;
    int error = 0;

    while ((b = block_next_dirty(disk, first, last)) && !error)
        error = block_clean(b);
    return error;
}

void block_forget(u32 disk)
{
    for (struct block *b = block.table; b < block.table + block.count; b++)
        if (b->disk == disk) {
            b->used = 0;
            b->dirty = false;
        }
}

void block_print(struct format_text *out)
{
    format_text(out, "cache: %u blocks of %u bytes; %u reads, %u writes, %u hits\n", block.count,
                BLOCK_SIZE, block.reads, block.writes, block.hits);
}
