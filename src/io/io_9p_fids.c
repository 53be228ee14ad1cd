/* SPDX-License-Identifier: ISC */
/*
 * Paths stand one after the other in `text`, in the order in which they came; when it is full, what
 * nobody needs any more is squeezed out. A fid that loses its path because a renamed directory made
 * it too long is gone, as if clunked.
 */
#include "io/io_9p_fids.h"

#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

void io_9p_fids_clear(struct io_9p_fids *f)
{
    if (f->births) { /* else no slot was ever used, and in the text is only what is */
        memset(f->text, 0, f->used);
        memset(f, 0, offsetof(struct io_9p_fids, text));
    }
    f->msize = 0;
}

/* Linux numbers fids from 0 and takes the lowest free: then the first look finds them. */
u32 io_9p_fids_find(const struct io_9p_fids *f, u32 fid)
{
    u32 first = fid % IO_9P_FIDS;
    if (f->open[first] && f->fid[first] == fid)
        return first;
    for (u32 i = 0; i < IO_9P_FIDS; i++)
        if (f->open[i] && f->fid[i] == fid)
            return i;
    return IO_9P_NONE;
}

const char *io_9p_fids_path(const struct io_9p_fids *f, u32 slot)
{
    return (const char *)f->text + f->path[slot];
}

static u32 io_9p_fids_free_slot(const struct io_9p_fids *f, u32 fid)
{
    u32 first = fid % IO_9P_FIDS;
    for (u32 i = 0; i < IO_9P_FIDS; i++)
        if (!f->open[(first + i) % IO_9P_FIDS])
            return (first + i) % IO_9P_FIDS;
    return IO_9P_NONE;
}

/* Bytes that paths take, without that of one slot. */
static u32 io_9p_fids_needed(const struct io_9p_fids *f, u32 but)
{
    u32 sum = 0;
    for (u32 i = 0; i < IO_9P_FIDS; i++)
        if (f->open[i] && i != but)
            sum += f->length[i] + 1u;
    return sum;
}

bool io_9p_fids_room(const struct io_9p_fids *f, u32 fid, size_t length)
{
    u32 slot = io_9p_fids_find(f, fid);
    if (slot == IO_9P_NONE && io_9p_fids_free_slot(f, fid) == IO_9P_NONE)
        return false;
    return length < IO_9P_PATH && (f->used + length + 1 <= IO_9P_TEXT ||
                                   io_9p_fids_needed(f, slot) + length + 1 <= IO_9P_TEXT);
}

static void io_9p_fids_drop_slot(struct io_9p_fids *f, u32 slot)
{
    f->open[slot] = 0;
    f->fid[slot] = f->path[slot] = f->length[slot] = 0;
}

/* What was renamed, and what of each path it is. */
struct io_9p_fids_move {
    const char *to;
    u32 from_len, to_len;
    bool goes[IO_9P_FIDS];
};

static u32 io_9p_fids_stay(struct io_9p_fids *f, u32 slot, u32 at)
{
    u32 length = f->length[slot] + 1u;
    memcpy(f->scratch + at, f->text + f->path[slot], length);
    f->path[slot] = at;
    return at + length;
}

static u32 io_9p_fids_go(struct io_9p_fids *f, u32 slot, const struct io_9p_fids_move *m, u32 at)
{
    u32 rest = f->length[slot] - m->from_len, length = m->to_len + rest;
    if (length >= IO_9P_PATH || length + 1 > IO_9P_TEXT - at) {
        io_9p_fids_drop_slot(f, slot);
        return at;
    }
    memcpy(f->scratch + at, m->to, m->to_len);
    memcpy(f->scratch + at + m->to_len, f->text + f->path[slot] + m->from_len, rest + 1);
    f->path[slot] = at;
    f->length[slot] = (u16)length;
    return at + length + 1;
}

/* All paths anew, each touched once whatever a guest has made of them: first those that stay what
 * they are, then, if there is a move, those that go. */
static void io_9p_fids_rewrite(struct io_9p_fids *f, const struct io_9p_fids_move *m)
{
    u32 used = 0;
    for (u32 i = 0; i < IO_9P_FIDS; i++)
        if (f->open[i] && !(m && m->goes[i]))
            used = io_9p_fids_stay(f, i, used);
    for (u32 i = 0; m && i < IO_9P_FIDS; i++)
        if (m->goes[i])
            used = io_9p_fids_go(f, i, m, used);
    memcpy(f->text, f->scratch, used);
    if (used < f->used)
        memset(f->text + used, 0, f->used - used);
    f->used = used;
}

/* `path` may stand in the text only if it is moved nowhere, that is, copied first. */
static bool io_9p_fids_put(struct io_9p_fids *f, u32 slot, const char *path)
{
    u32 length = (u32)strlen(path);
    u8 open = f->open[slot];
    f->open[slot] = 0; /* its old path is not kept */
    if (f->used + length + 1 > IO_9P_TEXT)
        io_9p_fids_rewrite(f, NULL);
    f->open[slot] = open;
    if (f->used + length + 1 > IO_9P_TEXT)
        return false;
    memcpy(f->text + f->used, path, length + 1u);
    f->path[slot] = f->used;
    f->length[slot] = (u16)length;
    f->used += length + 1;
    return true;
}

/* What has no room, no honest server has granted. */
static void io_9p_fids_set(struct io_9p_fids *f, u32 fid, const char *path, u8 open)
{
    if (!io_9p_fids_room(f, fid, strlen(path)))
        return;
    u32 slot = io_9p_fids_find(f, fid);
    if (slot == IO_9P_NONE)
        slot = io_9p_fids_free_slot(f, fid);
    f->open[slot] = IO_9P_USED | open;
    f->fid[slot] = fid;
    f->born[slot] = ++f->births;
    (void)io_9p_fids_put(f, slot, path);
}

u8 io_9p_fids_flags(u32 flags)
{
    static const u8 access[] = {IO_9P_READS, IO_9P_WRITES, IO_9P_READS | IO_9P_WRITES, 0};
    return (u8)(IO_9P_OPENED | access[flags & 3] | (flags & 02000 ? IO_9P_APPENDS : 0) |
                (flags & 04010000 ? IO_9P_SYNCS : 0));
}

bool io_9p_fids_syncs(const struct io_9p_fids *f, const u8 *request, u32 len)
{
    struct io_9p_request r;
    if (io_9p_parse(request, len, &r) != IO_9P_GOOD)
        return false;
    u32 slot = io_9p_fids_find(f, r.fid);
    return slot != IO_9P_NONE && f->open[slot] & IO_9P_OPENED &&
           (r.type == IO_9P_T_fsync || (r.type == IO_9P_T_write && f->open[slot] & IO_9P_SYNCS));
}

/* ---- what replies say ---- */

static void io_9p_fids_walk(struct io_9p_fids *f, const struct io_9p_request *r, u16 walked)
{
    u32 slot = io_9p_fids_find(f, r->fid);
    char path[IO_9P_PATH];
    if (slot == IO_9P_NONE || walked != r->nwalk)
        return;
    strcpy(path, io_9p_fids_path(f, slot));
    for (unsigned i = 0; i < r->nwalk; i++)
        if (!io_9p_step(path, &r->walk[i]))
            return;
    io_9p_fids_set(f, r->fid2, path, 0);
}

static void io_9p_fids_open(struct io_9p_fids *f, u32 fid, const struct io_9p_string *name,
                            u64 flags)
{
    u32 slot = io_9p_fids_find(f, fid);
    char path[IO_9P_PATH];
    if (slot == IO_9P_NONE)
        return;
    strcpy(path, io_9p_fids_path(f, slot));
    if (name && !io_9p_join(path, name, path))
        return;
    io_9p_fids_set(f, fid, path, io_9p_fids_flags((u32)flags));
}

static void io_9p_fids_moved(struct io_9p_fids *f, const char *from, const char *to)
{
    struct io_9p_fids_move m = {.to = to, .from_len = (u32)strlen(from), .to_len = (u32)strlen(to)};
    bool any = false;
    for (u32 i = 0; i < IO_9P_FIDS; i++) {
        const char *path = f->open[i] ? io_9p_fids_path(f, i) : "";
        m.goes[i] =
            !strncmp(path, from, m.from_len) && (!path[m.from_len] || path[m.from_len] == '/');
        any |= m.goes[i];
    }
    if (any)
        io_9p_fids_rewrite(f, &m);
}

/* The path of a name in the directory of a fid; name NULL: of the fid itself. */
static bool io_9p_fids_of(const struct io_9p_fids *f, u32 fid, const struct io_9p_string *name,
                          char path[IO_9P_PATH])
{
    u32 slot = io_9p_fids_find(f, fid);
    if (slot == IO_9P_NONE)
        return false;
    strcpy(path, io_9p_fids_path(f, slot));
    return !name || io_9p_join(path, name, path);
}

static void io_9p_fids_rename(struct io_9p_fids *f, const struct io_9p_request *r)
{
    bool at = r->type == IO_9P_T_renameat;
    char from[IO_9P_PATH], to[IO_9P_PATH];
    if (io_9p_fids_of(f, r->fid, at ? &r->name : NULL, from) && *from &&
        io_9p_fids_of(f, r->fid2, at ? &r->name2 : &r->name, to))
        io_9p_fids_moved(f, from, to);
}

static void io_9p_fids_drop(struct io_9p_fids *f, u32 fid)
{
    u32 slot = io_9p_fids_find(f, fid);
    if (slot != IO_9P_NONE)
        io_9p_fids_drop_slot(f, slot);
}

static void io_9p_fids_version(struct io_9p_fids *f, struct buf_reader *body)
{
    u32 msize = buf_get_le32(body);
    io_9p_fids_clear(f);
    f->msize = buf_get_le16(body) == 8 ? msize : 0; /* "unknown" has seven letters */
}

void io_9p_fids_apply(struct io_9p_fids *f, const u8 *request, u32 len, const u8 *reply, u32 rlen)
{
    struct io_9p_request r;
    struct buf_reader body = buf_read(reply, rlen);
    (void)buf_get_le32(&body);
    u8 type = buf_get_u8(&body);
    (void)buf_get_le16(&body);
    if (io_9p_parse(request, len, &r) != IO_9P_GOOD || body.bad)
        return;
    if (r.type == IO_9P_T_remove)
        io_9p_fids_drop(f, r.fid); /* also when it failed */
    if (type != r.type + 1)
        return;
    switch (r.type) {
    case IO_9P_T_version:
        io_9p_fids_version(f, &body);
        break;
    case IO_9P_T_attach:
        io_9p_fids_set(f, r.fid, "", 0);
        break;
    case IO_9P_T_walk:
        io_9p_fids_walk(f, &r, buf_get_le16(&body));
        break;
    case IO_9P_T_lopen:
        io_9p_fids_open(f, r.fid, NULL, r.number[0]);
        break;
    case IO_9P_T_lcreate:
        io_9p_fids_open(f, r.fid, &r.name, r.number[0]);
        break;
    case IO_9P_T_rename:
    case IO_9P_T_renameat:
        io_9p_fids_rename(f, &r);
        break;
    case IO_9P_T_clunk:
        io_9p_fids_drop(f, r.fid);
        break;
    }
}

/* Its bytes are its own, end in a zero byte, and hold no other. */
static bool io_9p_fids_slot_ok(const struct io_9p_fids *f, u32 slot, bool *taken)
{
    u32 from = f->path[slot], length = f->length[slot];
    if (f->born[slot] > f->births || !f->born[slot] || length >= IO_9P_PATH || from >= f->used ||
        f->used - from <= length || strnlen(io_9p_fids_path(f, slot), length + 1) != length ||
        f->text[from + length])
        return false;
    if (!io_9p_path_ok(io_9p_fids_path(f, slot)))
        return false;
    for (u32 i = from; i <= from + length; i++) {
        if (taken[i])
            return false;
        taken[i] = true;
    }
    return true;
}

enum err io_9p_fids_check(const struct io_9p_fids *f, const char *who, struct error *e)
{
    if (f->used > IO_9P_TEXT || f->msize > IO_9P_MSIZE_MAX ||
        (f->msize && f->msize < IO_9P_MSIZE_MIN))
        return err_set(e, ERR_FORMAT, "%s: impossible sizes", who);
    if (!f->births && f->used)
        return err_set(e, ERR_FORMAT, "%s: paths of no fid", who);
    bool *taken = xcalloc(IO_9P_TEXT, sizeof *taken), ok = true;
    for (u32 i = f->used; i < IO_9P_TEXT; i++)
        ok &= !f->text[i];
    for (u32 i = 0; i < IO_9P_FIDS && ok; i++)
        ok = !f->open[i] || io_9p_fids_slot_ok(f, i, taken);
    free(taken);
    return ok ? ERR_OK : err_set(e, ERR_FORMAT, "%s: a fid's path is impossible", who);
}
