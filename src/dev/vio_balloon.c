/* SPDX-License-Identifier: ISC */
/*
 * Pages are given back to the host when the driver lists them, and are zeros then. One that is used
 * again is taken from the host by that alone, so deflating is only acknowledged, and a driver may
 * use a page before it says so. Numbers that are no page of RAM are passed over.
 *
 * Neither statistics nor hints are offered. The queue of reports is then number 4 by the standard's
 * count, and number 2 by that of Linux, which counts only queues that are there: both are.
 */
#include "dev/vio_balloon.h"
#include "dev/vio_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

enum {
    VIO_BALLOON_ID = 5,
    VIO_BALLOON_INFLATE = 0,
    VIO_BALLOON_DEFLATE = 1,
    VIO_BALLOON_QUEUES = 5, /* all others are for reports */
    VIO_BALLOON_CONFIG = 8, /* target, actual */
    VIO_BALLOON_ACTUAL = 4, /* of it, at offset */
};

#define VIO_BALLOON_F_REPORTING (1ull << 5)

/* Pages in one request: Linux has 256, others 1024. Bounds what the host does at a time. */
#define VIO_BALLOON_LIST 16384u

/* Bytes as if copied, for each page given back. */
#define VIO_BALLOON_WORK 2048u

struct vio_balloon {
    struct vio vio;
    struct vio_balloon_config config;
    u32 target, actual; /* pages */
};

/* Pages in a row, which the host takes at once. */
struct vio_balloon_run {
    u64 first, n;
};

/* ---- pages ---- */

static u64 vio_balloon_give(struct vio_balloon *b, u64 pa, u64 len)
{
    if (!mem_give_back(b->vio.mem, pa, len))
        return 0;
    vio_took(&b->vio, (u32)(len >> MEM_PAGE_SHIFT) * VIO_BALLOON_WORK);
    return len;
}

static void vio_balloon_give_run(struct vio_balloon *b, const struct vio_balloon_run *run)
{
    b->vio.env->stats->balloon_given_back +=
        vio_balloon_give(b, run->first << MEM_PAGE_SHIFT, run->n << MEM_PAGE_SHIFT);
}

static void vio_balloon_page(struct vio_balloon *b, struct vio_balloon_run *run, u64 page)
{
    const struct mem_region *r = mem_find(b->vio.mem, page << MEM_PAGE_SHIFT);
    if (!r || r->kind != MEM_RAM)
        return;
    if (run->n && page == run->first + run->n) {
        run->n++;
    } else if (run->n && page + 1 == run->first) {
        run->first--;
        run->n++;
    } else {
        vio_balloon_give_run(b, run);
        *run = (struct vio_balloon_run){.first = page, .n = 1};
    }
}

static void vio_balloon_list(struct vio_balloon *b, const struct vio_chain *c)
{
    struct vio_balloon_run run = {0, 0};
    u8 list[1024];
    u32 len;
    for (u32 off = 0; (len = vio_get(&b->vio, c, off, list, sizeof list)); off += len)
        for (u32 i = 0; i + 4 <= len; i += 4)
            vio_balloon_page(b, &run, load_le32(list + i));
    vio_balloon_give_run(b, &run);
}

/* The whole pages of what the driver would let us write. */
static void vio_balloon_report(struct vio_balloon *b, const struct vio_chain *c)
{
    for (unsigned i = c->nread; i < c->nspans; i++) {
        u64 mask = MEM_PAGE - 1, first = (c->span[i].pa + mask) & ~mask;
        u64 end = (c->span[i].pa + c->span[i].len) & ~mask;
        if (first < end)
            b->vio.env->stats->balloon_reported += vio_balloon_give(b, first, end - first);
    }
}

/* ---- the device ---- */

static bool vio_balloon_takes(struct vio_balloon *b, unsigned queue, const struct vio_chain *c)
{
    if (queue == VIO_BALLOON_INFLATE && c->read_len > 4 * VIO_BALLOON_LIST) {
        vio_break(&b->vio, "too many pages in one request");
        return false;
    }
    if (queue == VIO_BALLOON_INFLATE)
        vio_balloon_list(b, c);
    else if (queue != VIO_BALLOON_DEFLATE && vio_has(&b->vio, VIO_BALLOON_F_REPORTING))
        vio_balloon_report(b, c);
    return true;
}

static void vio_balloon_notify(void *dev, unsigned queue)
{
    struct vio_balloon *b = dev;
    struct vio_chain c;
    while (vio_pop(&b->vio, queue, &c) && vio_balloon_takes(b, queue, &c))
        vio_push(&b->vio, queue, c.head, 0);
}

static void vio_balloon_configuration(void *dev, u8 *to)
{
    const struct vio_balloon *b = dev;
    store_le32(to, b->target);
    store_le32(to + VIO_BALLOON_ACTUAL, b->actual);
}

static void vio_balloon_tell(const struct vio_balloon *b)
{
    b->vio.env->stats->balloon_held = (u64)b->actual << MEM_PAGE_SHIFT;
}

static void vio_balloon_configured(void *dev, u32 off, unsigned size, u32 val)
{
    struct vio_balloon *b = dev;
    if (off != VIO_BALLOON_ACTUAL || size != 4)
        return;
    b->actual = val;
    vio_balloon_tell(b);
}

void vio_balloon_set(struct vio_balloon *b, u32 target)
{
    b->target = target;
    vio_config_changed(&b->vio);
}

u32 vio_balloon_target(const struct vio_balloon *b)
{
    return b->target;
}

u32 vio_balloon_actual(const struct vio_balloon *b)
{
    return b->actual;
}

static void vio_balloon_reset(void *dev)
{
    ((struct vio_balloon *)dev)->actual = 0;
}

static void vio_balloon_free(void *dev)
{
    struct vio_balloon *b = dev;
    if (b->config.drop)
        b->config.drop(b->config.ctx);
    free(b);
}

static void vio_balloon_loaded(void *obj)
{
    vio_balloon_tell(obj);
}

static const struct state_field vio_balloon_fields[] = {
    STATE_FIELD(struct vio_balloon, target, U32, 1),
    STATE_FIELD(struct vio_balloon, actual, U32, 1),
};

static const struct state_desc vio_balloon_state = {
    .name = "vio_balloon",
    .version = 1,
    .nfields = ARRAY_LEN(vio_balloon_fields),
    .size = sizeof(struct vio_balloon),
    .fields = vio_balloon_fields,
    .loaded = vio_balloon_loaded,
};

static const struct vio_class vio_balloon_class = {
    .name = "balloon",
    .id = VIO_BALLOON_ID,
    .notify = vio_balloon_notify,
    .config = vio_balloon_configuration,
    .config_written = vio_balloon_configured,
    .reset = vio_balloon_reset,
    .free = vio_balloon_free,
    .state = &vio_balloon_state,
};

struct vio_balloon *vio_balloon_new(const struct vio_place *place,
                                    const struct vio_balloon_config *config)
{
    struct vio_balloon *b = xcalloc(1, sizeof *b);
    struct vio_spec spec = {.features = VIO_BALLOON_F_REPORTING,
                            .nqueues = VIO_BALLOON_QUEUES,
                            .queue_size = 64,
                            .config_len = VIO_BALLOON_CONFIG};
    b->config = *config;
    b->target = config->target;
    vio_init(&b->vio, &vio_balloon_class, b, place, &spec);
    return b;
}

struct vio *vio_balloon_device(struct vio_balloon *b)
{
    return &b->vio;
}
