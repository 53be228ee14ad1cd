/* SPDX-License-Identifier: ISC */
#include "debug/gmon.h"

#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

enum {
    GMON_VERSION = 1,
    GMON_HISTOGRAM = 0,
    GMON_ARC = 1,
};

static size_t gmon_bins(const struct gmon *g)
{
    return (g->high - g->low) / GMON_BIN;
}

void gmon_init(struct gmon *g, u32 low, u32 high, u32 hz, bool big)
{
    *g = (struct gmon){.low = low & ~(u32)(GMON_BIN - 1), .hz = hz, .big = big};
    g->high = (high + GMON_BIN - 1) & ~(u32)(GMON_BIN - 1);
    if (g->high < g->low)
        g->high = g->low;
    g->bin = xcalloc(gmon_bins(g) + 1, sizeof *g->bin);
}

void gmon_fini(struct gmon *g)
{
    free(g->bin);
    free(g->arc);
    *g = (struct gmon){0};
}

static bool gmon_inside(const struct gmon *g, u32 pc)
{
    return pc >= g->low && pc < g->high;
}

void gmon_sample(struct gmon *g, u32 pc)
{
    if (!gmon_inside(g, pc))
        return;
    u16 *bin = &g->bin[(pc - g->low) / GMON_BIN];
    *bin += *bin < UINT16_MAX;
}

static struct gmon_arc *gmon_find(const struct gmon *g, u32 from, u32 to)
{
    u32 h = (from >> 2) * 0x9e3779b1u ^ (to >> 2) * 0x85ebca6bu;
    for (size_t i = h ^ h >> 15;; i++) {
        struct gmon_arc *a = &g->arc[i & (g->room - 1)];
        if (!a->count || (a->from == from && a->to == to))
            return a;
    }
}

static void gmon_grow(struct gmon *g)
{
    struct gmon old = *g;
    g->room = old.room ? 2 * old.room : 1024;
    g->arc = xcalloc(g->room, sizeof *g->arc);
    for (size_t i = 0; i < old.room; i++)
        if (old.arc[i].count)
            *gmon_find(g, old.arc[i].from, old.arc[i].to) = old.arc[i];
    free(old.arc);
}

void gmon_call(struct gmon *g, u32 from, u32 to)
{
    if (!gmon_inside(g, from) || !gmon_inside(g, to))
        return;
    if (2 * g->narcs >= g->room)
        gmon_grow(g);
    struct gmon_arc *a = gmon_find(g, from, to);
    if (!a->count) {
        if (g->narcs == GMON_MAX_ARCS)
            return;
        g->narcs++;
        *a = (struct gmon_arc){.from = from, .to = to};
    }
    a->count += a->count < UINT32_MAX;
}

void gmon_clear(struct gmon *g)
{
    memset(g->bin, 0, gmon_bins(g) * sizeof *g->bin);
    free(g->arc);
    g->arc = NULL;
    g->narcs = g->room = 0;
}

/* ---- the file ---- */

static void gmon_put(const struct gmon *g, u32 v, unsigned bytes, FILE *f)
{
    for (unsigned i = 0; i < bytes; i++)
        fputc((int)(v >> 8 * (g->big ? bytes - 1 - i : i) & 0xff), f);
}

static void gmon_write_histogram(const struct gmon *g, FILE *f)
{
    char dimension[16] = "seconds";
    dimension[15] = 's'; /* its abbreviation */
    fputc(GMON_HISTOGRAM, f);
    gmon_put(g, g->low, 4, f);
    gmon_put(g, g->high, 4, f);
    gmon_put(g, (u32)gmon_bins(g), 4, f);
    gmon_put(g, g->hz, 4, f);
    fwrite(dimension, 1, sizeof dimension, f);
    for (size_t i = 0; i < gmon_bins(g); i++)
        gmon_put(g, g->bin[i], 2, f);
}

static int gmon_by_place(const void *a, const void *b)
{
    const struct gmon_arc *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* Sorted, so that equal runs give equal files. */
static void gmon_write_arcs(const struct gmon *g, FILE *f)
{
    struct gmon_arc *list = xcalloc(g->narcs + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < g->room; i++)
        if (g->arc[i].count)
            list[n++] = g->arc[i];
    qsort(list, n, sizeof *list, gmon_by_place);
    for (size_t i = 0; i < n; i++) {
        fputc(GMON_ARC, f);
        gmon_put(g, list[i].from, 4, f);
        gmon_put(g, list[i].to, 4, f);
        gmon_put(g, list[i].count, 4, f);
    }
    free(list);
}

void gmon_write(const struct gmon *g, FILE *f)
{
    static const char unused[12];
    fwrite("gmon", 1, 4, f);
    gmon_put(g, GMON_VERSION, 4, f);
    fwrite(unused, 1, sizeof unused, f);
    gmon_write_histogram(g, f);
    gmon_write_arcs(g, f);
}
