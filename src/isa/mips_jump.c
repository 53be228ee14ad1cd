/* SPDX-License-Identifier: ISC */
/*
 * Where indirect jumps have been seen to go. A region that has one first leaves at it, so that
 * somebody can watch; after so many times it is made anew, with the targets seen inside. What is
 * kept here are guesses: code compares.
 */
#include "isa/mips_lift.h"

#include <string.h>

/* Which a table full of others' jumps refuses; then all are forgotten. */
#define MIPS_JUMP_REFUSALS 64

#define MIPS_JUMP_PROBES 4

struct mips_jump *mips_jump_find(struct mips_jumps *t, const struct mips_code_page *page, u32 pc)
{
    u32 hash = (pc / 4 ^ page->number * 2654435761u) % MIPS_JUMPS;
    for (u32 k = 0; k < MIPS_JUMP_PROBES; k++) {
        u32 i = (hash + k) % MIPS_JUMPS;
        struct mips_jump *j = &t->at[i];
        if (!t->page[i]) {
            t->page[i] = page->id;
            *j = (struct mips_jump){.pc = pc, .unseen = t->enough};
        }
        if (t->page[i] == page->id && j->pc == pc)
            return j;
    }
    if (t->refused++ == MIPS_JUMP_REFUSALS)
        mips_jump_forget(t);
    return NULL;
}

void mips_jump_forget(struct mips_jumps *t)
{
    memset(t->page, 0, sizeof t->page);
    t->refused = 0;
}

bool mips_jump_saw(struct mips_jump *j, u32 to)
{
    unsigned i = 0;
    if (!j->unseen)
        return true;
    while (i < j->n && j->to[i] != to)
        i++;
    if (i == j->n && i < ARRAY_LEN(j->to))
        j->to[j->n++] = to;
    return !--j->unseen;
}
