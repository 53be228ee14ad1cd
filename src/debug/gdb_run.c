/* SPDX-License-Identifier: ISC */
/* Run control, and what is said when it stops. */
#include "debug/gdb_int.h"

/* As GDB numbers them. */
enum {
    GDB_SIGNAL_INT = 2,
    GDB_SIGNAL_TRAP = 5,
    GDB_SIGNAL_ABRT = 6,
};

/* ---- stops ---- */

static unsigned gdb_run_signal(const struct gdb_stub *g)
{
    switch (g->stop.kind) {
    case DEBUG_STOP_ASKED:
        return g->interrupted ? GDB_SIGNAL_INT : GDB_SIGNAL_TRAP;
    case DEBUG_STOP_CRASH:
        return GDB_SIGNAL_ABRT;
    default:
        return GDB_SIGNAL_TRAP;
    }
}

static void gdb_run_put_point(struct gdb_stub *g)
{
    static const char *const watch[] = {[DEBUG_WATCH_WRITE] = "watch",
                                        [DEBUG_WATCH_READ] = "rwatch",
                                        [DEBUG_WATCH_ACCESS] = "awatch"};
    if (g->stop.kind == DEBUG_STOP_FIRST || g->stop.kind == DEBUG_STOP_LAST)
        buf_printf(&g->reply, "replaylog:%s;", g->stop.kind == DEBUG_STOP_FIRST ? "begin" : "end");
    if (g->stop.kind != DEBUG_STOP_POINT)
        return;
    if (g->stop.point > DEBUG_BREAK_HARD)
        buf_printf(&g->reply, "%s:%llx;", watch[g->stop.point], (unsigned long long)g->stop.addr);
    else if (g->stop.point == DEBUG_BREAK_SOFT && g->says_swbreak)
        buf_printf(&g->reply, "swbreak:;");
    else if (g->stop.point == DEBUG_BREAK_HARD && g->says_hwbreak)
        buf_printf(&g->reply, "hwbreak:;");
}

void gdb_run_why(struct gdb_stub *g)
{
    if (g->state == GDB_RUNS) {
        gdb_stub_unknown(g);
        return;
    }
    if (g->state == GDB_DEAD) {
        gdb_stub_reply(g, "W%02x", g->stop.code);
        return;
    }
    buf_printf(&g->reply, "T%02xthread:%x;core:%x;", gdb_run_signal(g), g->stop.thread + 1,
               g->stop.thread);
    gdb_run_put_point(g);
    for (unsigned i = 0; i < g->t->nregs; i++) {
        if (!g->t->reg[i].often)
            continue;
        buf_printf(&g->reply, "%x:", i);
        gdb_data_put_reg(g, g->stop.thread, i);
        buf_put_u8(&g->reply, ';');
    }
    gdb_stub_send(g);
}

/* ---- resuming ---- */

static void gdb_run_go(struct gdb_stub *g, const struct debug_action *action)
{
    bool any = false;
    for (unsigned i = 0; i < g->t->nthreads; i++)
        any |= action[i].go != DEBUG_STAY && g->t->ops->alive(g->t->ctx, i);
    if (!any) {
        gdb_stub_refuse(g, "none of the threads would run");
        return;
    }
    g->state = GDB_RUNS;
    g->waits = true;
    g->t->ops->resume(g->t->ctx, action);
}

static bool gdb_run_set_pc(struct gdb_stub *g, unsigned thread, u64 pc)
{
    u8 value[DEBUG_MAX_REG_BYTES] = {0};
    u32 bytes = g->t->reg[g->t->pc].bytes;
    for (u32 i = 0; i < bytes && i < 8; i++)
        value[g->t->big ? bytes - 1 - i : i] = (u8)(pc >> 8 * i);
    return g->t->ops->reg_write(g->t->ctx, thread, g->t->pc, value);
}

/* Signals mean nothing to a machine. */
void gdb_run_legacy(struct gdb_stub *g, struct gdb_args *a, bool step, bool signal)
{
    struct debug_action action[DEBUG_MAX_THREADS] = {0};
    unsigned thread = g->resumed < 0 ? g->general : (unsigned)g->resumed;
    u64 n;
    if (signal && (!gdb_args_number(a, &n) || (!gdb_args_end(a) && !gdb_args_char(a, ';')))) {
        gdb_stub_fail(g, "this is not a signal");
        return;
    }
    if (gdb_args_number(a, &n) && !gdb_run_set_pc(g, thread, n)) {
        gdb_stub_fail(g, "the pc cannot be 0x%llx", (unsigned long long)n);
        return;
    }
    for (unsigned i = 0; i < g->t->nthreads; i++)
        action[i].go = g->resumed < 0 && !step ? DEBUG_GO : DEBUG_STAY;
    action[thread].go = step ? DEBUG_STEP : DEBUG_GO;
    gdb_run_go(g, action);
}

void gdb_run_back(struct gdb_stub *g, struct gdb_args *a)
{
    bool step = gdb_args_char(a, 's');
    unsigned thread = g->resumed < 0 ? g->general : (unsigned)g->resumed;
    if (!g->t->ops->back || (!step && !gdb_args_char(a, 'c')) || !gdb_args_end(a)) {
        gdb_stub_unknown(g);
        return;
    }
    g->state = GDB_RUNS;
    g->waits = true;
    g->t->ops->back(g->t->ctx, thread, step);
}

static bool gdb_run_action(struct gdb_args *a, struct debug_action *action)
{
    u64 signal;
    *action = (struct debug_action){.go = DEBUG_GO};
    if (gdb_args_char(a, 'c'))
        return true;
    if (gdb_args_char(a, 'C'))
        return gdb_args_number(a, &signal);
    action->go = DEBUG_STEP;
    if (gdb_args_char(a, 's'))
        return true;
    if (gdb_args_char(a, 'S'))
        return gdb_args_number(a, &signal);
    action->go = DEBUG_RANGE;
    return gdb_args_char(a, 'r') && gdb_args_number(a, &action->start) && gdb_args_char(a, ',') &&
           gdb_args_number(a, &action->end);
}

/* The first action that fits a thread counts. */
static bool gdb_run_actions(struct gdb_stub *g, struct gdb_args *a, struct debug_action *action)
{
    u64 set = 0;
    while (gdb_args_char(a, ';')) {
        struct debug_action one;
        int thread = GDB_THREAD_ALL;
        if (!gdb_run_action(a, &one) || (gdb_args_char(a, ':') && !gdb_stub_thread(g, a, &thread)))
            return false;
        if (thread == GDB_THREAD_ANY)
            thread = (int)g->general;
        for (unsigned i = 0; i < g->t->nthreads; i++) {
            if (set >> i & 1 || (thread >= 0 && (unsigned)thread != i))
                continue;
            action[i] = one;
            set |= 1ull << i;
        }
    }
    return gdb_args_end(a);
}

static void gdb_run_vcont(struct gdb_stub *g, struct gdb_args *a)
{
    struct debug_action action[DEBUG_MAX_THREADS] = {0};
    if (g->state == GDB_RUNS)
        gdb_stub_refuse(g, "it runs already");
    else if (g->state != GDB_STOPPED)
        gdb_stub_refuse(g, "it is not there any more");
    else if (!gdb_run_actions(g, a, action))
        gdb_stub_refuse(g, "vCont with an action or a thread that does not exist");
    else
        gdb_run_go(g, action);
}

/* ---- beginnings and ends ---- */

void gdb_run_restart(struct gdb_stub *g, bool answered)
{
    struct error e;
    gdb_points_clear(&g->points);
    g->state = GDB_RESTARTS;
    g->waits = answered;
    if (!g->t->ops->restart(g->t->ctx, &e))
        return;
    g->state = GDB_STOPPED;
    g->waits = false;
    gdb_stub_refuse(g, "%s", e.msg);
}

/* Without extended-remote there is nothing left to talk about. */
void gdb_run_kill(struct gdb_stub *g)
{
    gdb_points_clear(&g->points);
    g->waits = false;
    if (g->extended) {
        if (g->state == GDB_RUNS)
            g->t->ops->pause(g->t->ctx);
        g->state = GDB_DEAD;
        return;
    }
    g->state = GDB_PARTED;
    g->t->ops->kill(g->t->ctx);
}

void gdb_run_detach(struct gdb_stub *g)
{
    gdb_points_clear(&g->points);
    bool dead = g->state == GDB_DEAD;
    g->waits = false;
    g->state = GDB_PARTED;
    gdb_stub_ok(g);
    if (dead)
        g->t->ops->kill(g->t->ctx);
    else
        g->t->ops->release(g->t->ctx);
}

static void gdb_run_attach(struct gdb_stub *g)
{
    if (g->state == GDB_STOPPED)
        gdb_run_why(g);
    else
        gdb_stub_refuse(g, "there is nothing to attach to");
}

void gdb_run_v(struct gdb_stub *g, struct gdb_args *a)
{
    if (gdb_args_word(a, "Cont?")) {
        gdb_stub_reply(g, "vCont;c;C;s;S;r");
    } else if (gdb_args_word(a, "Cont")) {
        gdb_run_vcont(g, a);
    } else if (gdb_args_word(a, "Kill;")) {
        gdb_stub_ok(g);
        gdb_run_kill(g);
    } else if (gdb_args_word(a, "Run;")) {
        gdb_run_restart(g, true);
    } else if (gdb_args_word(a, "Attach;")) {
        gdb_run_attach(g);
    } else {
        gdb_stub_unknown(g); /* so also vMustReplyEmpty */
    }
}
