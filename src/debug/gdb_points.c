/* SPDX-License-Identifier: ISC */
#include "debug/gdb_points.h"
#include "debug/gdb_agent.h"
#include "lib/bits.h"

#include <stdlib.h>
#include <string.h>

void gdb_points_init(struct gdb_points *ps, const struct debug_target *t)
{
    *ps = (struct gdb_points){.t = t, .space = DEBUG_ANY_SPACE};
}

void gdb_points_fini(struct gdb_points *ps)
{
    gdb_points_clear(ps);
}

static struct gdb_point *gdb_points_find(struct gdb_points *ps, const struct debug_point *p)
{
    for (unsigned i = 0; i < ps->n; i++) {
        struct gdb_point *q = &ps->point[i];
        if (q->p.kind == p->kind && q->p.addr == p->addr && q->p.len == p->len)
            return q;
    }
    return NULL;
}

static u32 gdb_points_space(const struct gdb_points *ps, u64 addr)
{
    if (!ps->t->spaces.name || !ps->t->spaces.covers(ps->t->ctx, addr))
        return DEBUG_ANY_SPACE;
    for (unsigned i = 0; i < ps->nbinds; i++)
        if (ps->bind[i].addr == addr)
            return ps->bind[i].space;
    return ps->space;
}

static void gdb_points_drop(struct gdb_points *ps, struct gdb_point *q)
{
    ps->t->ops->remove(ps->t->ctx, &q->p);
    buf_fini(&q->code);
    *q = ps->point[--ps->n];
}

enum err gdb_points_insert(struct gdb_points *ps, const struct debug_point *p, struct buf *code,
                           struct error *e)
{
    struct gdb_point *q = gdb_points_find(ps, p);
    if (!q) {
        if (ps->n == GDB_POINTS_MAX)
            return err_set(e, ERR_LIMIT, "%u points are inserted: there can be no more", ps->n);
        struct gdb_point new = {.p = *p};
        new.p.space = gdb_points_space(ps, p->addr);
        enum err err = ps->t->ops->insert(ps->t->ctx, &new.p, e);
        if (err)
            return err;
        q = &ps->point[ps->n++];
        *q = new;
    }
    buf_fini(&q->code);
    q->code = *code;
    *code = (struct buf){0};
    return ERR_OK;
}

void gdb_points_remove(struct gdb_points *ps, const struct debug_point *p)
{
    struct gdb_point *q = gdb_points_find(ps, p);
    if (q)
        gdb_points_drop(ps, q);
}

void gdb_points_clear(struct gdb_points *ps)
{
    while (ps->n)
        gdb_points_drop(ps, &ps->point[ps->n - 1]);
}

/* ---- conditions ---- */

static bool gdb_points_condition(const struct gdb_points *ps, unsigned thread,
                                 const struct buf *code)
{
    struct buf_reader r = buf_read(code->data, code->len);
    if (r.p == r.end)
        return true;
    while (r.p != r.end && !r.bad) {
        u16 len = buf_get_le16(&r);
        const u8 *expression = buf_get(&r, len);
        u64 value;
        if (!expression || !gdb_agent_eval(ps->t, thread, expression, len, &value) || value)
            return true;
    }
    return false;
}

bool gdb_points_hold(const struct gdb_points *ps, const struct debug_stop *s)
{
    bool any = false;
    for (unsigned i = 0; i < ps->n; i++) {
        const struct gdb_point *q = &ps->point[i];
        if (q->p.kind > DEBUG_BREAK_HARD || q->p.addr != s->addr)
            continue;
        any = true;
        if (gdb_points_condition(ps, s->thread, &q->code))
            return true;
    }
    return !any;
}

/* ---- address spaces ---- */

static enum err gdb_points_move(struct gdb_points *ps, struct gdb_point *q, struct error *e)
{
    u32 space = gdb_points_space(ps, q->p.addr);
    if (space == q->p.space)
        return ERR_OK;
    ps->t->ops->remove(ps->t->ctx, &q->p);
    u32 before = q->p.space;
    q->p.space = space;
    enum err err = ps->t->ops->insert(ps->t->ctx, &q->p, e);
    if (!err)
        return ERR_OK;
    q->p.space = before;
    if (ps->t->ops->insert(ps->t->ctx, &q->p, NULL)) {
        buf_fini(&q->code);
        *q = ps->point[--ps->n];
    }
    return err;
}

static enum err gdb_points_move_all(struct gdb_points *ps, struct error *e)
{
    enum err err = ERR_OK;
    for (unsigned i = ps->n; i-- > 0 && !err;)
        err = gdb_points_move(ps, &ps->point[i], e);
    return err;
}

enum err gdb_points_set_space(struct gdb_points *ps, u32 space, struct error *e)
{
    ps->space = space;
    return gdb_points_move_all(ps, e);
}

static void gdb_points_forget(struct gdb_points *ps, u64 addr)
{
    for (unsigned i = 0; i < ps->nbinds; i++)
        if (ps->bind[i].addr == addr)
            ps->bind[i--] = ps->bind[--ps->nbinds];
}

enum err gdb_points_bind(struct gdb_points *ps, u64 addr, u32 space, struct error *e)
{
    gdb_points_forget(ps, addr);
    if (ps->nbinds == GDB_POINTS_BINDS)
        return err_set(e, ERR_LIMIT, "%u addresses are bound: there can be no more", ps->nbinds);
    ps->bind[ps->nbinds].addr = addr;
    ps->bind[ps->nbinds++].space = space;
    return gdb_points_move_all(ps, e);
}

enum err gdb_points_unbind(struct gdb_points *ps, u64 addr, struct error *e)
{
    gdb_points_forget(ps, addr);
    return gdb_points_move_all(ps, e);
}
