/* SPDX-License-Identifier: ISC */
#include "state/state_shot.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define STATE_SHOT_PAGE 4096u

struct state_shot_page {
    u32 shots; /* that hold it */
    u8 data[STATE_SHOT_PAGE];
};

struct state_shot {
    u64 *bytes;
    struct buf described;
    size_t npages;
    struct state_shot_page **page; /* of all memory, part after part; NULL: zeros */
};

/* The parts that have tables, as a set of their own. */
static struct state_set state_shot_described(const struct state_set *s)
{
    struct state_set d = {.parts = xcalloc(s->n, sizeof *d.parts)};
    for (size_t i = 0; i < s->n; i++)
        if (s->parts[i].desc) {
            d.parts[d.n] = s->parts[i];
            d.parts[d.n++].only_shots = false;
        }
    return d;
}

static size_t state_shot_npages(const struct state_set *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->parts[i].desc ? 0 : s->parts[i].bytes / STATE_SHOT_PAGE;
    return n;
}

static bool state_shot_is_zero(const u8 *p)
{
    return p[0] == 0 && !memcmp(p, p + 1, STATE_SHOT_PAGE - 1);
}

static struct state_shot_page *state_shot_keep(struct state_shot *shot, const u8 *data,
                                               struct state_shot_page *like)
{
    if (like && !memcmp(like->data, data, STATE_SHOT_PAGE)) {
        like->shots++;
        return like;
    }
    if (state_shot_is_zero(data))
        return NULL;
    struct state_shot_page *p = xmalloc(sizeof *p);
    p->shots = 1;
    *shot->bytes += sizeof *p;
    memcpy(p->data, data, STATE_SHOT_PAGE);
    return p;
}

static u64 state_shot_own(const struct state_shot *shot)
{
    return sizeof *shot + shot->described.cap + shot->npages * sizeof(void *);
}

static void state_shot_take_memory(struct state_shot *shot, size_t n, const struct state_part *p,
                                   const struct state_shot *like, state_shot_touched *touched)
{
    size_t count = p->bytes / STATE_SHOT_PAGE;
    bool *holds = xcalloc(count, sizeof *holds);
    touched(p->obj, p->bytes, holds);
    for (size_t i = 0; i < count; i++)
        if (holds[i])
            shot->page[n + i] = state_shot_keep(shot, (const u8 *)p->obj + i * STATE_SHOT_PAGE,
                                                like ? like->page[n + i] : NULL);
    free(holds);
}

struct state_shot *state_shot_take(const struct state_set *s, const struct state_shot *like,
                                   state_shot_touched *touched, u64 *bytes)
{
    struct state_shot *shot = xcalloc(1, sizeof *shot);
    shot->bytes = bytes;
    struct state_set described = state_shot_described(s);
    state_set_save(&described, &shot->described);
    state_set_fini(&described);
    shot->npages = state_shot_npages(s);
    shot->page = xcalloc(shot->npages, sizeof *shot->page);
    BUG_ON(like && like->npages != shot->npages);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct state_part *p = &s->parts[i];
        if (p->desc)
            continue;
        state_shot_take_memory(shot, n, p, like, touched);
        n += p->bytes / STATE_SHOT_PAGE;
    }
    *bytes += state_shot_own(shot);
    return shot;
}

/* True: it was not so before. */
static bool state_shot_put(u8 *to, const struct state_shot_page *p)
{
    if (p ? !memcmp(to, p->data, STATE_SHOT_PAGE) : state_shot_is_zero(to))
        return false;
    if (p)
        memcpy(to, p->data, STATE_SHOT_PAGE);
    else
        memset(to, 0, STATE_SHOT_PAGE);
    return true;
}

static void state_shot_load_memory(struct state_shot_page *const *page, const struct state_part *p,
                                   state_shot_touched *touched)
{
    size_t count = p->bytes / STATE_SHOT_PAGE;
    bool any = false, *holds = xcalloc(count, sizeof *holds);
    touched(p->obj, p->bytes, holds);
    for (size_t i = 0; i < count; i++) {
        size_t off = i * STATE_SHOT_PAGE;
        if ((!page[i] && !holds[i]) || !state_shot_put((u8 *)p->obj + off, page[i]))
            continue;
        any = true;
        if (p->page_loaded)
            p->page_loaded(p->ctx, p->instance, off);
    }
    if (any && !p->page_loaded && p->loaded)
        p->loaded(p->ctx);
    free(holds);
}

void state_shot_load(const struct state_shot *shot, const struct state_set *s,
                     state_shot_touched *touched)
{
    struct error e;
    BUG_ON(state_shot_npages(s) != shot->npages);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct state_part *p = &s->parts[i];
        if (p->desc)
            continue;
        state_shot_load_memory(shot->page + n, p, touched);
        n += p->bytes / STATE_SHOT_PAGE;
    }
    struct state_set described = state_shot_described(s);
    BUG_ON(state_set_load(&described, shot->described.data, shot->described.len, &e));
    state_set_fini(&described);
}

void state_shot_free(struct state_shot *shot)
{
    if (!shot)
        return;
    *shot->bytes -= state_shot_own(shot);
    for (size_t i = 0; i < shot->npages; i++) {
        if (!shot->page[i] || --shot->page[i]->shots)
            continue;
        *shot->bytes -= sizeof *shot->page[i];
        free(shot->page[i]);
    }
    free(shot->page);
    buf_fini(&shot->described);
    free(shot);
}
