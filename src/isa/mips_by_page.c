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

COLD void mips_by_page_full(struct mips_by_page *b, struct mips_by_page_list *l)
{
    mips_by_page_forget_list(b, l);
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
