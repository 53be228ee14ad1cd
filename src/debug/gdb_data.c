/* SPDX-License-Identifier: ISC */
/* Registers, memory, breakpoints and watchpoints. */
#include "debug/gdb_int.h"
#include "lib/bits.h"

#include <string.h>

/* True, and it has been said why: nothing can be written. */
static bool gdb_data_fixed(struct gdb_stub *g)
{
    const char *why = g->t->ops->fixed ? g->t->ops->fixed(g->t->ctx) : NULL;
    if (why)
        gdb_stub_refuse(g, "%s", why);
    return why;
}

/* ---- registers ---- */

void gdb_data_put_reg(struct gdb_stub *g, unsigned thread, unsigned reg)
{
    const struct debug_reg *r = &g->t->reg[reg];
    u8 value[DEBUG_MAX_REG_BYTES];
    if (g->t->ops->reg_read(g->t->ctx, thread, reg, value))
        gdb_packet_hex(&g->reply, value, r->bytes);
    else
        memset(buf_extend(&g->reply, 2u * r->bytes), 'x', 2u * r->bytes);
}

void gdb_data_read_all(struct gdb_stub *g)
{
    for (unsigned i = 0; i < g->t->nregs; i++)
        gdb_data_put_reg(g, g->general, i);
    gdb_stub_send(g);
}

/* Registers that are not there, or cannot be written, are passed over: GDB sends them all. */
void gdb_data_write_all(struct gdb_stub *g, struct gdb_args *a)
{
    u8 value[DEBUG_MAX_REG_BYTES];
    if (gdb_data_fixed(g))
        return;
    for (unsigned i = 0; i < g->t->nregs && !gdb_args_end(a); i++) {
        u32 bytes = g->t->reg[i].bytes;
        if (gdb_args_left(a) >= 2 * bytes && *a->p == 'x') {
            a->p += 2 * bytes;
            continue;
        }
        if (!gdb_args_bytes(a, value, bytes)) {
            gdb_stub_fail(g, "register %s is not given in hexadecimal digits", g->t->reg[i].name);
            return;
        }
        (void)g->t->ops->reg_write(g->t->ctx, g->general, i, value);
    }
    gdb_stub_ok(g);
}

void gdb_data_read_one(struct gdb_stub *g, struct gdb_args *a)
{
    u64 n;
    if (!gdb_args_number(a, &n) || n >= g->t->nregs) {
        gdb_stub_fail(g, "there is no such register");
        return;
    }
    gdb_data_put_reg(g, g->general, (unsigned)n);
    gdb_stub_send(g);
}

void gdb_data_write_one(struct gdb_stub *g, struct gdb_args *a)
{
    u64 n;
    u8 value[DEBUG_MAX_REG_BYTES];
    if (!gdb_args_number(a, &n) || n >= g->t->nregs || !gdb_args_char(a, '=') ||
        !gdb_args_bytes(a, value, g->t->reg[n].bytes))
        gdb_stub_refuse(g, "there is no such register");
    else if (gdb_data_fixed(g))
        return;
    else if (!g->t->ops->reg_write(g->t->ctx, g->general, (u32)n, value))
        gdb_stub_refuse(g, "register %s cannot be written", g->t->reg[n].name);
    else
        gdb_stub_ok(g);
}

/* ---- memory ---- */

static struct debug_place gdb_data_place(const struct gdb_stub *g, u64 addr)
{
    bool chosen = g->points.space != DEBUG_ANY_SPACE && g->t->spaces.covers(g->t->ctx, addr);
    return (struct debug_place){.view = chosen ? DEBUG_SPACE : DEBUG_VIRTUAL,
                                .thread = g->general,
                                .space = g->points.space,
                                .addr = addr};
}

static bool gdb_data_span(struct gdb_args *a, u64 *addr, u64 *len)
{
    return gdb_args_number(a, addr) && gdb_args_char(a, ',') && gdb_args_number(a, len);
}

void gdb_data_read_memory(struct gdb_stub *g, struct gdb_args *a)
{
    u64 addr, len;
    u8 data[GDB_PACKET_MAX / 2];
    if (!gdb_data_span(a, &addr, &len) || !gdb_args_end(a)) {
        gdb_stub_fail(g, "m takes an address and a length");
        return;
    }
    len = len < sizeof data ? len : sizeof data;
    struct debug_place p = gdb_data_place(g, addr);
    u32 n = g->t->ops->mem_read(g->t->ctx, &p, data, (u32)len);
    if (len && !n) {
        gdb_stub_fail(g, "0x%llx is not memory", (unsigned long long)addr);
        return;
    }
    gdb_packet_hex(&g->reply, data, n);
    gdb_stub_send(g);
}

static void gdb_data_write(struct gdb_stub *g, u64 addr, const u8 *data, u32 len)
{
    struct debug_place p = gdb_data_place(g, addr);
    if (gdb_data_fixed(g))
        return;
    u32 n = g->t->ops->mem_write(g->t->ctx, &p, data, len);
    if (n == len)
        gdb_stub_ok(g);
    else
        gdb_stub_refuse(g, "0x%llx is not memory", (unsigned long long)addr + n);
}

void gdb_data_write_memory(struct gdb_stub *g, struct gdb_args *a)
{
    u64 addr, len;
    u8 data[GDB_PACKET_MAX / 2];
    if (gdb_data_span(a, &addr, &len) && gdb_args_char(a, ':') && len <= sizeof data &&
        gdb_args_left(a) == 2 * len && gdb_args_bytes(a, data, (u32)len))
        gdb_data_write(g, addr, data, (u32)len);
    else
        gdb_stub_refuse(g, "M takes an address, a length, and as many bytes");
}

void gdb_data_write_binary(struct gdb_stub *g, struct gdb_args *a)
{
    u64 addr, len;
    if (!gdb_data_span(a, &addr, &len) || !gdb_args_char(a, ':')) {
        gdb_stub_refuse(g, "X takes an address, a length, and as many bytes");
        return;
    }
    u32 offset = (u32)(a->p - g->in.data);
    u32 n = gdb_packet_unescape(g->in.data + offset, gdb_args_left(a));
    if (n == len)
        gdb_data_write(g, addr, g->in.data + offset, n);
    else
        gdb_stub_refuse(g, "X has %u bytes instead of %llu", n, (unsigned long long)len);
}

/* ---- points ---- */

/* ";X" length "," bytecode in hexadecimal digits, any number of times. */
static bool gdb_data_conditions(struct gdb_args *a, struct buf *code)
{
    u64 len;
    while (gdb_args_word(a, ";X") || gdb_args_word(a, "X")) {
        if (!gdb_args_number(a, &len) || !gdb_args_char(a, ',') ||
            len > GDB_POINTS_CODE - code->len || code->len + len + 2 > GDB_POINTS_CODE)
            return false;
        buf_put_le16(code, (u16)len);
        if (!gdb_args_bytes(a, buf_extend(code, len), (u32)len))
            return false;
    }
    return gdb_args_end(a);
}

static bool gdb_data_read_point(struct gdb_args *a, struct debug_point *p)
{
    u64 kind;
    if (!gdb_args_number(a, &kind) || kind > DEBUG_WATCH_ACCESS || !gdb_args_char(a, ',') ||
        !gdb_data_span(a, &p->addr, &p->len))
        return false;
    p->kind = (enum debug_point_kind)kind;
    if (p->kind <= DEBUG_BREAK_HARD)
        p->len = 0; /* the kind of instruction, which the target knows */
    return true;
}

void gdb_data_point(struct gdb_stub *g, struct gdb_args *a, bool insert)
{
    struct debug_point p = {0};
    struct buf code = {0};
    struct error e;
    if (!gdb_data_read_point(a, &p) || !gdb_data_conditions(a, &code))
        gdb_stub_refuse(g, "this breakpoint cannot be made sense of");
    else if (!insert) {
        gdb_points_remove(&g->points, &p);
        gdb_stub_ok(g);
    } else if (gdb_points_insert(&g->points, &p, &code, &e))
        gdb_stub_refuse(g, "%s", e.msg);
    else
        gdb_stub_ok(g);
    buf_fini(&code);
}
