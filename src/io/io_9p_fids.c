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

/* The slot whose path stands next in the text, at or behind `from`. */
static u32 io_9p_fids_next(const struct io_9p_fids *f, u32 from)
{
    u32 best = IO_9P_NONE;
    for (u32 i = 0; i < IO_9P_FIDS; i++)
        if (f->open[i] && f->path[i] >= from && (best == IO_9P_NONE || f->path[i] < f->path[best]))
            best = i;
    return best;
}

static void io_9p_fids_squeeze(struct io_9p_fids *f)
{
    u32 used = 0, slot = io_9p_fids_next(f, 0);
    while (slot != IO_9P_NONE) {
        u32 from = f->path[slot];
        memmove(f->text + used, f->text + from, f->length[slot] + 1u);
        f->path[slot] = used;
        used += f->length[slot] + 1u;
        slot = io_9p_fids_next(f, from + 1);
    }
    memset(f->text + used, 0, IO_9P_TEXT - used);
    f->used = used;
}

static void io_9p_fids_drop_slot(struct io_9p_fids *f, u32 slot)
{
    f->open[slot] = 0;
    f->fid[slot] = f->path[slot] = f->length[slot] = 0;
}

/* `path` may stand in the text only if it is moved nowhere, that is, copied first. */
static bool io_9p_fids_put(struct io_9p_fids *f, u32 slot, const char *path)
{
    u32 length = (u32)strlen(path);
    u8 open = f->open[slot];
    f->open[slot] = 0; /* its old path is not kept */
    if (f->used + length + 1 > IO_9P_TEXT)
        io_9p_fids_squeeze(f);
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
    size_t n = strlen(from), room = strlen(to);
    for (u32 i = 0; i < IO_9P_FIDS; i++) {
        const char *path = f->open[i] ? io_9p_fids_path(f, i) : "";
        char now[2 * IO_9P_PATH];
        if (strncmp(path, from, n) || (path[n] && path[n] != '/'))
            continue;
        memcpy(now, to, room);
        strcpy(now + room, path + n);
        if (strlen(now) >= IO_9P_PATH || !io_9p_fids_put(f, i, now))
            io_9p_fids_drop_slot(f, i);
    }
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
