/* SPDX-License-Identifier: ISC */
/* What GDB asks (q) and sets (Q) in general. */
#include "debug/gdb_int.h"
#include "debug/gdb_xml.h"

#include <string.h>

static bool gdb_query_offers(const struct gdb_args *a, const char *feature)
{
    size_t n = strlen(feature);
    for (const u8 *p = a->p; (size_t)(a->end - p) >= n; p++)
        if (!memcmp(p, feature, n) && (p == a->p || p[-1] == ';' || p[-1] == ':'))
            return true;
    return false;
}

static void gdb_query_supported(struct gdb_stub *g, struct gdb_args *a)
{
    g->says_swbreak = gdb_query_offers(a, "swbreak+");
    g->says_hwbreak = gdb_query_offers(a, "hwbreak+");
    g->error_text = gdb_query_offers(a, "error-message+");
    gdb_stub_reply(g,
                   "PacketSize=%x;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;"
                   "qXfer:features:read+;qXfer:memory-map:read+;qXfer:threads:read+;"
                   "ConditionalBreakpoints+%s%s",
                   GDB_PACKET_MAX, g->t->ops->back ? ";ReverseStep+;ReverseContinue+" : "",
                   g->error_text ? ";error-message+" : "");
}

/* ---- documents ---- */

static bool gdb_query_document(struct gdb_stub *g, struct gdb_args *a, struct buf *doc)
{
    if (gdb_args_word(a, "features:read:target.xml:"))
        gdb_xml_features(g->t, doc);
    else if (gdb_args_word(a, "memory-map:read::"))
        gdb_xml_memory_map(g->t, doc);
    else if (gdb_args_word(a, "threads:read::"))
        gdb_xml_threads(g->t, g->state != GDB_DEAD, doc);
    else
        return false;
    return true;
}

/* From offset, as much as asked for and a packet holds when all of it must be escaped. */
static void gdb_query_part(struct gdb_stub *g, struct gdb_args *a, const struct buf *doc)
{
    u64 offset, len;
    if (!gdb_args_number(a, &offset) || !gdb_args_char(a, ',') || !gdb_args_number(a, &len) ||
        offset > doc->len) {
        gdb_stub_fail(g, "qXfer takes an offset and a length");
        return;
    }
    u64 max = GDB_PACKET_MAX / 2 - 1, left = doc->len - offset;
    len = len < max ? len : max;
    buf_put_u8(&g->reply, len < left ? 'm' : 'l');
    gdb_packet_escape(&g->reply, doc->data + offset, len < left ? len : left);
    gdb_stub_send(g);
}

static void gdb_query_xfer(struct gdb_stub *g, struct gdb_args *a)
{
    struct buf doc = {0};
    if (gdb_query_document(g, a, &doc))
        gdb_query_part(g, a, &doc);
    else if (gdb_args_word(a, "features:read:"))
        gdb_stub_reply(g, "E00"); /* no such annex */
    else
        gdb_stub_unknown(g);
    buf_fini(&doc);
}

/* ---- threads ---- */

static void gdb_query_threads(struct gdb_stub *g)
{
    for (unsigned i = 0; i < g->t->nthreads; i++)
        if (gdb_stub_alive(g, i))
            buf_printf(&g->reply, "%c%x", g->reply.len ? ',' : 'm', i + 1);
    if (!g->reply.len)
        buf_put_u8(&g->reply, 'l');
    gdb_stub_send(g);
}

static void gdb_query_extra(struct gdb_stub *g, struct gdb_args *a)
{
    struct buf text = {0};
    int thread;
    if (!gdb_stub_thread(g, a, &thread) || thread < 0) {
        gdb_stub_fail(g, "there is no such thread");
        return;
    }
    g->t->ops->thread_name(g->t->ctx, (unsigned)thread, &text);
    buf_printf(&text, ", ");
    g->t->ops->thread_extra(g->t->ctx, (unsigned)thread, &text);
    gdb_packet_hex(&g->reply, text.data, text.len);
    gdb_stub_send(g);
    buf_fini(&text);
}

/* ---- the rest ---- */

void gdb_query(struct gdb_stub *g, struct gdb_args *a)
{
    if (gdb_args_word(a, "Supported"))
        gdb_query_supported(g, a);
    else if (gdb_args_word(a, "Xfer:"))
        gdb_query_xfer(g, a);
    else if (gdb_args_word(a, "fThreadInfo"))
        gdb_query_threads(g);
    else if (gdb_args_word(a, "sThreadInfo"))
        gdb_stub_reply(g, "l");
    else if (gdb_args_word(a, "ThreadExtraInfo,"))
        gdb_query_extra(g, a);
    else if (gdb_args_word(a, "Attached"))
        gdb_stub_reply(g, "1"); /* it was there before: leaving it alone is the default */
    else if (gdb_args_word(a, "Symbol::"))
        gdb_stub_ok(g); /* no symbols are wanted */
    else if (gdb_args_word(a, "Rcmd,"))
        gdb_monitor(g, a);
    else if (gdb_args_char(a, 'C') && gdb_args_end(a))
        gdb_stub_reply(g, "QC%x", g->general + 1);
    else
        gdb_stub_unknown(g);
}

void gdb_query_set(struct gdb_stub *g, struct gdb_args *a)
{
    if (gdb_args_word(a, "StartNoAckMode")) {
        gdb_stub_ok(g);
        g->no_ack = true;
    } else {
        gdb_stub_unknown(g);
    }
}
