/* SPDX-License-Identifier: ISC */
/*
 * The software TLB by page. A page is on a list from when it is first known, or, if an entry of the
 * TLB said it when it was written, noted by that entry's number. One that was forgotten alone may
 * come to be on a list twice.
 */
#include "isa/mips_int.h"
#include "isa/mips_segment.h"

void mips_by_page_use(struct mips *c, struct mips_by_page *b)
{
    c->by_page = b;
    c->read = b->read;
    c->write = b->write;
}

static void mips_by_page_forget_list(struct mips_by_page *b, struct mips_by_page_list *l)
{
    for (unsigned i = 0; i < l->n; i++)
        b->read[l->page[i]] = b->write[l->page[i]] = 0;
    l->n = 0;
}

static void mips_by_page_list(struct mips_by_page *b, gva va)
{
    struct mips_by_page_list *l = mips_is_unmapped(va) ? &b->unmapped : &b->mapped;
    if (l->n == ARRAY_LEN(l->page))
        mips_by_page_forget_list(b, l);
    l->page[l->n++] = va >> MEM_PAGE_SHIFT;
}

void mips_by_page_enter(struct mips *c, gva va, uintptr_t addend, bool write)
{
    struct mips_by_page *b = c->by_page;
    u32 page = va >> MEM_PAGE_SHIFT;
    if (!b)
        return;
    if (!b->read[page])
        mips_by_page_list(b, va);
    else if (b->read[page] != addend)
        b->write[page] = 0;
    b->read[page] = addend;
    if (write)
        b->write[page] = addend;
}

static void mips_by_page_bar_list(struct mips_by_page *b, const struct mips_by_page_list *l)
{
    for (unsigned i = 0; i < l->n; i++)
        b->write[l->page[i]] = 0;
}

static void mips_by_page_bar_written(struct mips_by_page *b)
{
    for (u64 left = b->written; left; left &= left - 1)
        b->write[b->page[__builtin_ctzll(left)]] = 0;
}

void mips_by_page_forget_mapped(struct mips *c)
{
    struct mips_by_page *b = c->by_page;
    if (!b)
        return;
    mips_by_page_forget_list(b, &b->mapped);
    mips_by_page_bar_written(b);
    for (; b->written; b->written &= b->written - 1)
        b->read[b->page[__builtin_ctzll(b->written)]] = 0;
}

void mips_by_page_forget_writes(struct mips *c)
{
    struct mips_by_page *b = c->by_page;
    if (!b)
        return;
    mips_by_page_bar_list(b, &b->mapped);
    mips_by_page_bar_list(b, &b->unmapped);
    mips_by_page_bar_written(b);
}

void mips_by_page_forget_all(struct mips *c)
{
    mips_by_page_forget_mapped(c);
    if (c->by_page)
        mips_by_page_forget_list(c->by_page, &c->by_page->unmapped);
}
