/* SPDX-License-Identifier: ISC */
/*
 * Planted bugs, to practise debugging on: nothing else needs this file. The mistake is in
 * bug_note; docs/backwards.md goes from the panic back to it.
 */
#include "bug.h"

#include "mem.h"
#include "print.h"

#define BUG_NOTES 8
#define BUG_NODES 6
#define BUG_STEPS 1200
#define BUG_EVERY 100 /* steps between notes */

#define BUG_SHOWN __attribute__((noinline)) /* back traces are to tell this function */

struct bug_node {
    struct bug_node *next;
    u32 value;
};

/* What was noted last, and a list that has nothing to do with it. */
struct bug_page {
    u32 notes;
    u32 note[BUG_NOTES];
    struct bug_node node[BUG_NODES];
};

static struct bug_page *bug_page;

BUG_SHOWN static void bug_note(u32 what)
{
    if (bug_page->notes > BUG_NOTES) /* BUG: it is full one note earlier */
        bug_page->notes = 0;
    bug_page->note[bug_page->notes++] = what;
}

static struct bug_node *bug_build(void)
{
    struct bug_node *list = NULL;

    for (u32 i = BUG_NODES; i-- > 0;) {
        bug_page->node[i] = (struct bug_node){list, i * i};
        list = &bug_page->node[i];
    }
    return list;
}

static u32 bug_step(u32 sum)
{
    for (u32 i = 0; i < 256; i++)
        sum = (sum << 5) + (sum >> 27) + i;
    return sum;
}

static bool bug_is_node(const struct bug_node *n)
{
    return n >= bug_page->node && n < bug_page->node + BUG_NODES;
}

BUG_SHOWN static u32 bug_walk(const struct bug_node *list)
{
    u32 sum = 0;

    for (const struct bug_node *n = list; n; n = n->next) {
        if (!bug_is_node(n))
            panic("0x%x is in the list, but is no node", (u32)n);
        sum += n->value;
    }
    return sum;
}

void bug_list(void)
{
    struct bug_node *list;
    u32 sum = 1;

    bug_page = mem_page();
    if (!bug_page)
        return;
    list = bug_build();
    for (u32 i = 0; i < BUG_STEPS; i++) {
        sum = bug_step(sum);
        if (i % BUG_EVERY == BUG_EVERY - 1)
            bug_note(sum);
    }
    print("bug: the list's sum is %u\n", bug_walk(list));
    mem_free(bug_page);
}
