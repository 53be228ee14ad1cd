/* SPDX-License-Identifier: ISC */
/*
 * The software TLB by page. A page is on a list from when it is first known; one that was forgotten
 * alone may come to be there twice.
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

void mips_by_page_forget_mapped(struct mips *c)
{
    if (c->by_page)
        mips_by_page_forget_list(c->by_page, &c->by_page->mapped);
}

static void mips_by_page_bar(struct mips_by_page *b, const struct mips_by_page_list *l)
{
    for (unsigned i = 0; i < l->n; i++)
        b->write[l->page[i]] = 0;
}

void mips_by_page_forget_writes(struct mips *c)
{
    if (!c->by_page)
        return;
    mips_by_page_bar(c->by_page, &c->by_page->mapped);
    mips_by_page_bar(c->by_page, &c->by_page->unmapped);
}

void mips_by_page_forget_all(struct mips *c)
{
    mips_by_page_forget_mapped(c);
    if (c->by_page)
        mips_by_page_forget_list(c->by_page, &c->by_page->unmapped);
}
