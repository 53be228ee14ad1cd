/* SPDX-License-Identifier: ISC */
/*
 * What ordinary programs do all day, in the spirit of the old synthetic benchmarks: records copied
 * and compared, strings, small functions, switches, a division now and then.
 */
#include "bench.h"

#define LEDGER_NAME 24

struct ledger_record {
    struct ledger_record *next;
    unsigned kind, weight;
    char name[LEDGER_NAME];
};

struct ledger {
    struct ledger_record a, b, best;
    unsigned histogram[16];
};

static void ledger_name(char *to, unsigned number)
{
    const char *from = "RECORD OF THE LEDGER ";
    unsigned n = 0;

    for (; from[n]; n++)
        to[n] = from[n];
    to[n++] = (char)('A' + number % 23);
    to[n++] = (char)('a' + number % 19);
    to[n] = 0;
}

static int ledger_compare(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a - *b;
}

static unsigned ledger_classify(const struct ledger_record *r)
{
    switch (r->kind) {
    case 0:
        return r->weight / 10;
    case 1:
        return r->weight % 7 + 3;
    case 2:
        return r->weight ^ r->weight >> 3;
    case 3:
    case 4:
        return r->weight * 5 - r->kind;
    default:
        return r->kind;
    }
}

static void ledger_update(struct ledger *m, struct ledger_record *r, unsigned i)
{
    r->kind = (r->weight + i) % 6;
    r->weight = ledger_classify(r) + i;
    r->next->weight += r->kind;
    ledger_name(r->name, r->weight);
    m->histogram[r->weight & 15]++;
}

static unsigned ledger_run(struct ledger *m, unsigned iterations)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < iterations; i++) {
        struct ledger_record *r = i & 1 ? &m->a : &m->b;
        ledger_update(m, r, i);
        if (ledger_compare(r->name, m->best.name) > 0)
            m->best = *r;
        sum = bench_mix(sum, r->weight + (unsigned)r->name[22]);
        if (i % 64 == 63)
            m->best = *r->next;
    }
    return sum;
}

unsigned bench_ledger(unsigned iterations)
{
    struct ledger *m = bench_arena;

    for (unsigned i = 0; i < 16; i++)
        m->histogram[i] = 0;
    m->a = m->b = m->best = (struct ledger_record){.next = &m->a, .kind = 1, .weight = 12};
    m->a.next = &m->b;
    unsigned sum = ledger_run(m, iterations);
    for (unsigned i = 0; i < 16; i++)
        sum = bench_mix(sum, m->histogram[i]);
    return sum;
}
