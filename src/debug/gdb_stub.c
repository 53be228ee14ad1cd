/* SPDX-License-Identifier: ISC */
#include "debug/gdb_stub.h"
#include "debug/gdb_int.h"
#include "lib/bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gdb_stub *gdb_stub_new(const struct debug_target *t)
{
    BUG_ON(t->nthreads > DEBUG_MAX_THREADS);
    struct gdb_stub *g = xcalloc(1, sizeof *g);
    g->t = t;
    g->resumed = GDB_THREAD_ALL;
    gdb_points_init(&g->points, t);
    return g;
}

void gdb_stub_free(struct gdb_stub *g)
{
    if (!g)
        return;
    gdb_points_fini(&g->points);
    buf_fini(&g->out);
    buf_fini(&g->reply);
    buf_fini(&g->last);
    free(g);
}

struct buf *gdb_stub_output(struct gdb_stub *g)
{
    return &g->out;
}

bool gdb_stub_attached(const struct gdb_stub *g)
{
    return g->state != GDB_APART && g->state != GDB_PARTED;
}

bool gdb_stub_finished(const struct gdb_stub *g)
{
    return g->state == GDB_PARTED;
}

bool gdb_stub_may_restart(const struct gdb_stub *g)
{
    return g->extended && gdb_stub_attached(g);
}

void gdb_stub_reset(struct gdb_stub *g)
{
    enum gdb_state state = g->state;
    const struct debug_target *t = g->t;
    gdb_points_fini(&g->points);
    gdb_points_init(&g->points, t);
    g->out.len = g->reply.len = g->last.len = 0;
    *g = (struct gdb_stub){.t = t,
                           .out = g->out,
                           .reply = g->reply,
                           .last = g->last,
                           .stop = g->stop,
                           .resumed = GDB_THREAD_ALL,
                           .points = g->points};
    if (state == GDB_DEAD)
        t->ops->kill(t->ctx);
    else if (state != GDB_APART && state != GDB_PARTED)
        t->ops->release(t->ctx);
}

/* ---- replies ---- */

void gdb_stub_send(struct gdb_stub *g)
{
    g->last.len = 0;
    gdb_packet_put(&g->last, g->reply.data, g->reply.len);
    buf_put(&g->out, g->last.data, g->last.len);
    g->reply.len = 0;
}

static void PRINTF_LIKE(2, 0) gdb_stub_text(struct gdb_stub *g, const char *fmt, va_list ap)
{
    char text[600];
    vsnprintf(text, sizeof text, fmt, ap);
    gdb_packet_escape(&g->reply, text, strlen(text));
    gdb_stub_send(g);
}

void gdb_stub_reply(struct gdb_stub *g, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    gdb_stub_text(g, fmt, ap);
    va_end(ap);
}

void gdb_stub_ok(struct gdb_stub *g)
{
    gdb_stub_reply(g, "OK");
}

void gdb_stub_unknown(struct gdb_stub *g)
{
    g->reply.len = 0;
    gdb_stub_send(g);
}

void gdb_stub_refuse(struct gdb_stub *g, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g->reply.len = 0;
    buf_printf(&g->reply, "E.");
    gdb_stub_text(g, fmt, ap);
    va_end(ap);
}

void gdb_stub_fail(struct gdb_stub *g, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g->reply.len = 0;
    buf_printf(&g->reply, g->error_text ? "E." : "E01");
    if (g->error_text)
        gdb_stub_text(g, fmt, ap);
    else
        gdb_stub_send(g);
    va_end(ap);
}

/* ---- threads ---- */

bool gdb_stub_alive(const struct gdb_stub *g, unsigned thread)
{
    return g->state != GDB_DEAD && g->t->ops->alive(g->t->ctx, thread);
}

/* "3", "-1", or with a process in front, "p1.3": there is but one. */
bool gdb_stub_thread(struct gdb_stub *g, struct gdb_args *a, int *thread)
{
    u64 n;
    if (gdb_args_char(a, 'p')) {
        bool all = gdb_args_char(a, '-');
        if (!gdb_args_number(a, &n))
            return false;
        *thread = GDB_THREAD_ALL;
        if (!gdb_args_char(a, '.'))
            return true;
        if (all)
            return false;
    }
    if (gdb_args_word(a, "-1")) {
        *thread = GDB_THREAD_ALL;
        return true;
    }
    if (!gdb_args_number(a, &n) || n > g->t->nthreads)
        return false;
    *thread = n ? (int)n - 1 : GDB_THREAD_ANY;
    return !n || gdb_stub_alive(g, (unsigned)*thread);
}

static void gdb_stub_choose(struct gdb_stub *g, struct gdb_args *a)
{
    bool resume = gdb_args_char(a, 'c');
    int thread;
    if (!resume && !gdb_args_char(a, 'g'))
        gdb_stub_unknown(g);
    else if (!gdb_stub_thread(g, a, &thread))
        gdb_stub_fail(g, "there is no such thread");
    else {
        if (resume)
            g->resumed = thread == GDB_THREAD_ANY ? (int)g->general : thread;
        else if (thread >= 0)
            g->general = (unsigned)thread;
        gdb_stub_ok(g);
    }
}

static void gdb_stub_is_alive(struct gdb_stub *g, struct gdb_args *a)
{
    int thread;
    if (gdb_stub_thread(g, a, &thread))
        gdb_stub_ok(g);
    else
        gdb_stub_fail(g, "there is no such thread");
}

/* ---- packets ---- */

static void gdb_stub_extend(struct gdb_stub *g)
{
    g->extended = true;
    gdb_stub_ok(g);
}

static void gdb_stub_inspect(struct gdb_stub *g, u8 what, struct gdb_args *a)
{
    switch (what) {
    case 'g':
        gdb_data_read_all(g);
        return;
    case 'G':
        gdb_data_write_all(g, a);
        return;
    case 'p':
        gdb_data_read_one(g, a);
        return;
    case 'P':
        gdb_data_write_one(g, a);
        return;
    case 'm':
        gdb_data_read_memory(g, a);
        return;
    case 'M':
        gdb_data_write_memory(g, a);
        return;
    case 'X':
        gdb_data_write_binary(g, a);
        return;
    case 'Z':
    case 'z':
        gdb_data_point(g, a, what == 'Z');
        return;
    case 'c':
    case 'C':
    case 's':
    case 'S':
        gdb_run_legacy(g, a, what == 's' || what == 'S', what == 'C' || what == 'S');
        return;
    case 'b':
        gdb_run_back(g, a);
        return;
    default:
        gdb_stub_unknown(g);
    }
}

/* While it runs, and after its end, only this much can be said. */
static void gdb_stub_always(struct gdb_stub *g, u8 what, struct gdb_args *a)
{
    switch (what) {
    case '?':
        gdb_run_why(g);
        return;
    case '!':
        gdb_stub_extend(g);
        return;
    case 'D':
        gdb_run_detach(g);
        return;
    case 'H':
        gdb_stub_choose(g, a);
        return;
    case 'T':
        gdb_stub_is_alive(g, a);
        return;
    case 'k':
        gdb_run_kill(g);
        return;
    case 'q':
        gdb_query(g, a);
        return;
    case 'Q':
        gdb_query_set(g, a);
        return;
    case 'R':
        gdb_run_restart(g, false);
        return;
    default:
        gdb_run_v(g, a);
    }
}

static void gdb_stub_packet(struct gdb_stub *g)
{
    struct buf_reader in = buf_read(g->in.data, g->in.len);
    struct gdb_args a = {.p = in.p, .end = in.end};
    u8 what = g->in.len ? *a.p++ : 0;
    if (what && strchr("?!DHTkqQRv", what))
        gdb_stub_always(g, what, &a);
    else if (g->state == GDB_STOPPED)
        gdb_stub_inspect(g, what, &a);
    else if (g->state == GDB_RUNS)
        gdb_stub_fail(g, "it runs: interrupt it first");
    else
        gdb_stub_fail(g, "it is not there any more");
}

static void gdb_stub_attach(struct gdb_stub *g)
{
    g->state = GDB_ATTACHES;
    g->stop = (struct debug_stop){0};
    g->t->ops->pause(g->t->ctx);
}

static void gdb_stub_event(struct gdb_stub *g, enum gdb_event event)
{
    switch (event) {
    case GDB_PACKET:
        if (!g->no_ack)
            buf_put_u8(&g->out, '+');
        gdb_stub_packet(g);
        return;
    case GDB_TOO_LONG:
        if (!g->no_ack)
            buf_put_u8(&g->out, '+');
        gdb_stub_refuse(g, "a packet has more than %u bytes", GDB_PACKET_MAX);
        return;
    case GDB_DAMAGED:
        if (!g->no_ack)
            buf_put_u8(&g->out, '-');
        return;
    case GDB_REPEAT:
        if (!g->no_ack)
            buf_put(&g->out, g->last.data, g->last.len);
        return;
    case GDB_INTERRUPT:
        if (g->state == GDB_RUNS)
            g->t->ops->pause(g->t->ctx);
        return;
    case GDB_NOTHING:
        return;
    }
}

static bool gdb_stub_busy(const struct gdb_stub *g)
{
    return g->state == GDB_ATTACHES || g->state == GDB_RESTARTS || g->state == GDB_PARTED ||
           g->out.len > GDB_OUT_MAX;
}

/* The byte that completes the first packet is not taken before the target has stopped. */
size_t gdb_stub_input(struct gdb_stub *g, const u8 *data, size_t len)
{
    size_t n = 0;
    while (n < len && !gdb_stub_busy(g)) {
        if (g->state == GDB_APART && g->in.state == GDB_CHECK_2) {
            gdb_stub_attach(g);
            continue;
        }
        gdb_stub_event(g, gdb_packet_byte(&g->in, data[n++]));
    }
    return n;
}

/* ---- by the target ---- */

bool gdb_stub_passes(const struct gdb_stub *g, const struct debug_stop *s)
{
    bool point = s->kind == DEBUG_STOP_POINT && s->point <= DEBUG_BREAK_HARD;
    return g->state == GDB_RUNS && point && !gdb_points_hold(&g->points, s);
}

bool gdb_stub_stopped(struct gdb_stub *g, const struct debug_stop *s)
{
    if (g->state == GDB_DEAD) /* killed a moment ago */
        return true;
    if (gdb_stub_passes(g, s))
        return false;
    g->stop = *s;
    g->interrupted = g->state == GDB_RUNS && s->kind == DEBUG_STOP_ASKED;
    if (s->kind != DEBUG_STOP_END)
        g->general = s->thread;
    if (gdb_stub_attached(g))
        g->state = s->kind == DEBUG_STOP_END ? GDB_DEAD : GDB_STOPPED;
    if (g->waits)
        gdb_run_why(g);
    g->waits = false;
    return true;
}
