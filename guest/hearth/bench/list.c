/* SPDX-License-Identifier: ISC */
/* Linked lists of small records: built, reversed, merged in order, unlinked and recycled. */
#include "bench.h"

#define LIST_NODES 1024u

struct list_node {
    struct list_node *next;
    unsigned value;
};

static struct list_node *list_reverse(struct list_node *list)
{
    struct list_node *done = 0;

    while (list) {
        struct list_node *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

static struct list_node *list_merge(struct list_node *a, struct list_node *b)
{
    struct list_node *head = 0, **tail = &head;

    while (a && b) {
        struct list_node **least = a->value <= b->value ? &a : &b;
        *tail = *least;
        *least = (*least)->next;
        tail = &(*tail)->next;
    }
    *tail = a ? a : b;
    return head;
}

static struct list_node *list_sort(struct list_node *list, unsigned n)
{
    struct list_node *last = list, *rest;

    if (n < 2)
        return list;
    for (unsigned i = 1; i < n / 2; i++)
        last = last->next;
    rest = last->next;
    last->next = 0;
    return list_merge(list_sort(list, n / 2), list_sort(rest, n - n / 2));
}

unsigned bench_list(unsigned iterations)
{
    struct list_node *pool = bench_arena;
    unsigned seed = 19, sum = 0;

    while (iterations-- > 0) {
        struct list_node *list = 0;
        for (unsigned i = 0; i < LIST_NODES; i++) {
            struct list_node *node = &pool[i * 7 % LIST_NODES];
            node->value = bench_random(&seed) >> 8;
            node->next = list;
            list = node;
        }
        list = list_sort(list_reverse(list), LIST_NODES);
        for (unsigned i = 0; list; list = list->next, i++)
            sum = i % 32 ? sum : bench_mix(sum, list->value);
    }
    return sum;
}
