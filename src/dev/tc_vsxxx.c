/* SPDX-License-Identifier: ISC */
/*
 * A report is three bytes: signs and buttons, and how far it went. In stream mode there is one
 * whenever something changed, as soon as the one before has gone; else one when asked.
 */
#include "dev/tc_vsxxx.h"
#include "lib/bug.h"

#include <stdlib.h>

enum {
    TC_VSXXX_STREAM = 'R', /* incremental */
    TC_VSXXX_PROMPT = 'D',
    TC_VSXXX_ASK = 'P',
    TC_VSXXX_TEST = 'T',

    TC_VSXXX_REPORT = 0x80,
    TC_VSXXX_RIGHT = 0x10, /* signs */
    TC_VSXXX_UP = 0x08,
    TC_VSXXX_TESTED = 0xa0,
    TC_VSXXX_MOUSE = 0x02,
    TC_VSXXX_FAR = 127,
};

struct tc_vsxxx {
    struct tc_sender sender;
    bool stream;
    u32 right, down; /* not told yet; two's complement */
    u8 buttons;      /* left 4, middle 2, right 1 */
    bool changed;    /* any of these */
};

/* At most as far as a report can tell; the rest stays for the next one. */
static i32 tc_vsxxx_part(u32 *way)
{
    i32 all = (i32)*way;
    i32 part = all > TC_VSXXX_FAR ? TC_VSXXX_FAR : all < -TC_VSXXX_FAR ? -TC_VSXXX_FAR : all;
    *way -= (u32)part;
    return part;
}

static void tc_vsxxx_report(struct tc_vsxxx *m)
{
    i32 right = tc_vsxxx_part(&m->right), down = tc_vsxxx_part(&m->down);
    u8 signs = (u8)((right > 0 ? TC_VSXXX_RIGHT : 0) | (down < 0 ? TC_VSXXX_UP : 0));
    m->changed = m->right || m->down;
    tc_sender_send(&m->sender, (u8)(TC_VSXXX_REPORT | signs | m->buttons));
    tc_sender_send(&m->sender, (u8)(right < 0 ? -right : right));
    tc_sender_send(&m->sender, (u8)(down < 0 ? -down : down));
}

static void tc_vsxxx_stream(void *ctx)
{
    struct tc_vsxxx *m = ctx;
    if (m->stream && m->changed && !m->sender.n)
        tc_vsxxx_report(m);
}

/* ---- from the person ---- */

void tc_vsxxx_move(struct tc_vsxxx *m, i32 right, i32 down)
{
    m->right += (u32)right;
    m->down += (u32)down;
    m->changed = true;
    tc_vsxxx_stream(m);
}

void tc_vsxxx_button(struct tc_vsxxx *m, u32 which, bool down)
{
    u8 bit = which >= 1 && which <= 3 ? (u8)(8 >> which) : 0;
    m->buttons = down ? m->buttons | bit : m->buttons & (u8)~bit;
    m->changed = true;
    tc_vsxxx_stream(m);
}

/* ---- from the host ---- */

void tc_vsxxx_reset(struct tc_vsxxx *m)
{
    tc_sender_reset(&m->sender);
    m->stream = false;
    m->right = m->down = 0;
    m->buttons = 0;
    m->changed = false;
}

static void tc_vsxxx_self_test(struct tc_vsxxx *m)
{
    m->stream = false;
    tc_sender_send(&m->sender, TC_VSXXX_TESTED);
    tc_sender_send(&m->sender, TC_VSXXX_MOUSE);
    tc_sender_send(&m->sender, 0); /* no error */
    tc_sender_send(&m->sender, m->buttons);
}

void tc_vsxxx_command(struct tc_vsxxx *m, u8 ch)
{
    switch (ch) {
    case TC_VSXXX_STREAM:
    case TC_VSXXX_PROMPT:
        m->stream = ch == TC_VSXXX_STREAM;
        tc_vsxxx_stream(m);
        break;
    case TC_VSXXX_ASK:
        tc_vsxxx_report(m);
        break;
    case TC_VSXXX_TEST:
        tc_vsxxx_self_test(m);
        break;
    default: /* rates and formats: there is one of each */
        break;
    }
}

/* ---- state ---- */

static enum err tc_vsxxx_check(const void *scratch, struct error *e)
{
    const struct tc_vsxxx *m = scratch;
    if (m->buttons > 7)
        return err_set(e, ERR_FORMAT, "tc_vsxxx: buttons that there are not");
    return tc_sender_check(&m->sender, "tc_vsxxx", e);
}

static void tc_vsxxx_loaded(void *obj)
{
    struct tc_vsxxx *m = obj;
    tc_sender_loaded(&m->sender);
}

static const struct state_field tc_vsxxx_fields[] = {
    TC_SENDER_STATE(struct tc_vsxxx, sender),     STATE_FIELD(struct tc_vsxxx, stream, BOOL, 1),
    STATE_FIELD(struct tc_vsxxx, right, U32, 1),  STATE_FIELD(struct tc_vsxxx, down, U32, 1),
    STATE_FIELD(struct tc_vsxxx, buttons, U8, 1), STATE_FIELD(struct tc_vsxxx, changed, BOOL, 1),
};

static const struct state_desc tc_vsxxx_state = {
    .name = "tc_vsxxx",
    .version = 1,
    .nfields = ARRAY_LEN(tc_vsxxx_fields),
    .size = sizeof(struct tc_vsxxx),
    .fields = tc_vsxxx_fields,
    .check = tc_vsxxx_check,
    .loaded = tc_vsxxx_loaded,
};

void tc_vsxxx_add_state(struct tc_vsxxx *m, struct state_set *s)
{
    state_set_add(s, &tc_vsxxx_state, 0, m);
}

struct tc_vsxxx *tc_vsxxx_new(const struct dev_env *env, const struct tc_sender_line *line)
{
    struct tc_vsxxx *m = xcalloc(1, sizeof *m);
    tc_sender_init(&m->sender, env, line);
    m->sender.idle = tc_vsxxx_stream;
    m->sender.ctx = m;
    tc_vsxxx_reset(m);
    return m;
}

void tc_vsxxx_free(struct tc_vsxxx *m)
{
    free(m);
}
