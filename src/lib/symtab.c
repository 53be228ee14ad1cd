/* SPDX-License-Identifier: ISC */
#include "lib/symtab.h"

#include "lib/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small symbols that end before the address may stand between it and the one that holds it. */
#define SYMTAB_LOOK_BACK 32

void symtab_add(struct symtab *t, const struct symbol *s)
{
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 256;
        t->item = xrealloc(t->item, t->room * sizeof *t->item);
    }
    t->item[t->n++] = *s;
}

/* The better of two at one place comes last: look-up goes downwards. */
static int symtab_compare(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->va != y->va)
        return x->va < y->va ? -1 : 1;
    if (x->function != y->function)
        return x->function ? 1 : -1;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return strcmp(x->name, y->name); /* the same choice on every host */
}

void symtab_sort(struct symtab *t)
{
    if (t->n)
        qsort(t->item, t->n, sizeof *t->item, symtab_compare);
}

void symtab_fini(struct symtab *t)
{
    free(t->item);
    *t = (struct symtab){0};
}

/* How many begin at or below va. */
static size_t symtab_below(const struct symtab *t, u32 va)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->item[mid].va <= va)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct symbol *symtab_at(const struct symtab *t, u32 va)
{
    size_t n = symtab_below(t, va);
    for (size_t i = n; i > 0 && n - i < SYMTAB_LOOK_BACK; i--) {
        const struct symbol *s = &t->item[i - 1];
        if (!s->size || va - s->va < s->size)
            return s;
    }
    return NULL;
}

const char *symtab_text(const struct symtab *t, u32 va, char text[SYMTAB_TEXT])
{
    const struct symbol *s = t ? symtab_at(t, va) : NULL;
    if (!s)
        return "";
    if (va == s->va)
        snprintf(text, SYMTAB_TEXT, "%.60s", s->name);
    else
        snprintf(text, SYMTAB_TEXT, "%.60s+0x%x", s->name, va - s->va);
    return text;
}
