/* SPDX-License-Identifier: ISC */
/*
 * Names for addresses: the functions and labels of one program, sorted for look-up. Names are
 * borrowed from whoever added them.
 */
#ifndef LIB_SYMTAB_H
#define LIB_SYMTAB_H

#include "lib/types.h"

struct symbol {
    const char *name;
    u32 va, size; /* size 0: unknown, up to the next one */
    bool function;
};

struct symtab {
    struct symbol *item;
    size_t n, room;
};

void symtab_add(struct symtab *t, const struct symbol *s);
void symtab_sort(struct symtab *t); /* after the last one was added */
void symtab_fini(struct symtab *t); /* safe on zeroed memory */

/* The symbol that holds an address: the nearest below that is not known to end before it. NULL:
 * none. Of several at one place a function. */
const struct symbol *symtab_at(const struct symtab *t, u32 va);

/* "name+0x12", or "" if nothing is known. */
#define SYMTAB_TEXT 80
const char *symtab_text(const struct symtab *t, u32 va, char text[SYMTAB_TEXT]);

#endif
