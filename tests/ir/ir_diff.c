/* SPDX-License-Identifier: ISC */
/* usage: ir_diff ENGINE [COUNT [FIRST-SEED]] */
#include "ir_compare.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ir_engine *find(const char *name)
{
    const struct ir_engine *e = ir_engines;
    while (e->name && strcmp(e->name, name) != 0)
        e++;
    return e->name ? e : NULL;
}

int main(int argc, char **argv)
{
    const struct ir_engine *e = argc > 1 ? find(argv[1]) : NULL;
    u64 count = argc > 2 ? strtoull(argv[2], NULL, 0) : 10000;
    u64 first = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
    if (!e) {
        fprintf(stderr, "usage: ir_diff ENGINE [COUNT [FIRST-SEED]]\n");
        return 2;
    }
    mallopt(M_MMAP_THRESHOLD, 1 << 28); /* each case makes regions: let their memory stay */
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    void *ctx = e->open ? e->open() : NULL;
    bool same = true;
    u64 seed = first;
    for (; same && seed - first < count; seed++)
        same = ir_compare(e, ctx, seed);
    if (e->close)
        e->close(ctx);
    if (!same)
        printf("# repeat it with: %s %s 1 %llu\n", argv[0], e->name,
               (unsigned long long)(seed - 1));
    printf("1..1\n%sok 1 - %s and the evaluator agree\n", same ? "" : "not ", e->name);
    return !same;
}
