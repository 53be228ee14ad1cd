/* SPDX-License-Identifier: ISC */
#include "p9_client.h"

#include "lib/bits.h"
#include "lib/bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void p9_put(struct p9_client *c, const void *p, size_t n)
{
    BUG_ON(c->len + n > P9_MAX);
    memcpy(c->request + c->len, p, n);
    c->len += (u32)n;
}

static void p9_put_number(struct p9_client *c, u64 v, unsigned bytes)
{
    u8 le[8];
    store_le64(le, v);
    p9_put(c, le, bytes);
}

static void p9_put_field(struct p9_client *c, char field, va_list *args)
{
    const char *s;
    switch (field) {
    case 'b':
        p9_put_number(c, va_arg(*args, unsigned), 1);
        break;
    case 'w':
        p9_put_number(c, va_arg(*args, unsigned), 2);
        break;
    case 'd':
        p9_put_number(c, va_arg(*args, unsigned), 4);
        break;
    case 'q':
        p9_put_number(c, va_arg(*args, u64), 8);
        break;
    case 's':
        s = va_arg(*args, const char *);
        p9_put_number(c, strlen(s), 2);
        p9_put(c, s, strlen(s));
        break;
    default: /* D */
        s = va_arg(*args, const char *);
        u32 n = va_arg(*args, unsigned);
        p9_put_number(c, n, 4);
        p9_put(c, s, n);
    }
}

void p9_make(struct p9_client *c, u8 type, const char *fields, ...)
{
    va_list args;
    va_start(args, fields);
    c->len = 4;
    p9_put_number(c, type, 1);
    p9_put_number(c, 7, 2);
    for (; *fields; fields++)
        p9_put_field(c, *fields, &args);
    va_end(args);
    store_le32(c->request, c->len);
}

u32 p9_send(struct p9_client *c)
{
    u32 max = c->max ? c->max : P9_MAX;
    c->rlen = c->server.serve(c->server.ctx, &c->fids, c->request, c->len, c->reply, max);
    io_9p_fids_apply(&c->fids, c->request, c->len, c->reply, c->rlen);
    BUG_ON(c->rlen > max);
    if (!c->rlen)
        return ~0u;
    BUG_ON(c->rlen < 7 || load_le32(c->reply) != c->rlen);
    c->body = buf_read(c->reply + 7, c->rlen - 7);
    if (c->reply[4] != IO_9P_RLERROR) {
        BUG_ON(c->reply[4] != c->request[4] + 1);
        return 0;
    }
    BUG_ON(c->rlen != 11 || !load_le32(c->reply + 7));
    return load_le32(c->reply + 7);
}

u32 p9_start(struct p9_client *c)
{
    u32 why = p9_call(c, version, "ds", IO_9P_MSIZE_MAX, "9P2000.L");
    return why ? why : p9_call(c, attach, "ddssd", 0, ~0u, "root", "", 0);
}

u32 p9_walk(struct p9_client *c, u32 fid, u32 newfid, const char *path)
{
    u16 n = 0;
    p9_make(c, IO_9P_T_walk, "ddw", fid, newfid, 0);
    while (*path) {
        size_t len = strcspn(path, "/");
        p9_put_number(c, len, 2);
        p9_put(c, path, len);
        path += len + (path[len] == '/');
        n++;
    }
    store_le32(c->request, c->len);
    store_le16(c->request + 15, n);
    u32 why = p9_send(c);
    if (!why && buf_get_le16(&c->body) < n)
        return ~0u; /* not all the way */
    return why;
}
