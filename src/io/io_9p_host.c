/* SPDX-License-Identifier: ISC */
/*
 * A fid is a path, and each request finds it anew: so a guest may hold thousands of them, of which
 * only open files cost descriptors, and they survive a move to another machine. What is renamed or
 * removed behind the guest's back, it misses, as on any network file system.
 */
#include "io/io_9p_host_int.h"

#include "host/host_dir.h"
#include "host/host_file.h"
#include "io/io_9p_errno.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- replies ---- */

u8 *io_9p_put(struct io_9p_call *c, u32 n)
{
    if (c->full || n > c->max - c->len) {
        c->full = true;
        return NULL;
    }
    c->len += n;
    return c->reply + c->len - n;
}

void io_9p_put_number(struct io_9p_call *c, unsigned bytes, u64 v)
{
    u8 le[8], *p = io_9p_put(c, bytes);
    store_le64(le, v);
    if (p)
        memcpy(p, le, bytes);
}

void io_9p_put_string(struct io_9p_call *c, const char *s, size_t len)
{
    io_9p_put_number(c, 2, len);
    u8 *p = io_9p_put(c, (u32)len);
    if (p)
        memcpy(p, s, len);
}

/* ---- fids ---- */

int io_9p_host_name(const struct io_9p_call *c, u32 slot, const struct io_9p_string *name,
                    char path[IO_9P_PATH])
{
    if (slot == IO_9P_NONE)
        return EBADF;
    if (!io_9p_name_ok(name))
        return name->len ? EINVAL : ENOENT;
    if (name->len > IO_9P_NAME_MAX)
        return ENAMETOOLONG;
    return io_9p_join(io_9p_fids_path(c->fids, slot), name, path) ? 0 : ENAMETOOLONG;
}

void io_9p_host_drop(struct io_9p_host *h, u32 slot)
{
    if (h->file[slot].fd < 0)
        return;
    host_file_close(h->file[slot].fd);
    h->file[slot].fd = -1;
    h->nopen--;
    io_9p_host_unlocked(h, slot);
}

static bool io_9p_host_has(const struct io_9p_call *c, u32 slot)
{
    return c->fids->open[slot] & IO_9P_OPENED && c->h->file[slot].fd >= 0 &&
           c->h->file[slot].born == c->fids->born[slot];
}

static unsigned io_9p_host_how(u8 open)
{
    return (open & IO_9P_READS ? HOST_SHARE_READ : 0) |
           (open & IO_9P_WRITES ? HOST_SHARE_WRITE : 0) |
           (open & IO_9P_APPENDS ? HOST_SHARE_APPEND : 0) |
           (open & IO_9P_SYNCS ? HOST_SHARE_SYNC : 0);
}

static int io_9p_host_reopen(struct io_9p_call *c, u32 slot)
{
    struct io_9p_host *h = c->h;
    u8 open = c->fids->open[slot];
    io_9p_host_drop(h, slot);
    if (h->nopen == IO_9P_HOST_OPEN)
        return EMFILE;
    if (h->read_only && open & IO_9P_WRITES)
        return EROFS;
    int fd = host_share_open(h->root, io_9p_fids_path(c->fids, slot), io_9p_host_how(open));
    if (fd < 0)
        return errno == ENOENT ? ESTALE : errno;
    h->file[slot] = (struct io_9p_host_file){fd, c->fids->born[slot]};
    h->nopen++;
    return 0;
}

int io_9p_host_fd(struct io_9p_call *c, u32 slot, int *fd)
{
    if (slot == IO_9P_NONE || !(c->fids->open[slot] & IO_9P_OPENED))
        return EBADF;
    int why = io_9p_host_has(c, slot) ? 0 : io_9p_host_reopen(c, slot);
    *fd = c->h->file[slot].fd;
    return why;
}

static bool io_9p_host_fits(const struct io_9p_call *c, u32 slot, unsigned how)
{
    return io_9p_host_has(c, slot) && (io_9p_host_how(c->fids->open[slot]) & how) == how &&
           !strcmp(io_9p_fids_path(c->fids, slot), c->path);
}

bool io_9p_host_still_open(struct io_9p_call *c, unsigned how, int *fd)
{
    u32 found = io_9p_host_fits(c, c->slot, how) ? c->slot : IO_9P_NONE;
    struct host_share_stat st;
    if (found == IO_9P_NONE && host_share_stat(c->h->root, c->path, &st))
        return false;
    for (u32 i = 0; i < IO_9P_FIDS && found == IO_9P_NONE; i++)
        found = io_9p_host_fits(c, i, how) ? i : found;
    if (found == IO_9P_NONE)
        return false;
    *fd = c->h->file[found].fd;
    return true;
}

/* ---- the session ---- */

static void io_9p_host_forget(void *ctx)
{
    struct io_9p_host *h = ctx;
    for (u32 i = 0; i < IO_9P_FIDS; i++)
        io_9p_host_drop(h, i);
}

int io_9p_host_do_version(struct io_9p_call *c)
{
    static const char version[] = "9P2000.L";
    u64 msize = c->r->number[0];
    if (msize < IO_9P_MSIZE_MIN)
        return EINVAL;
    io_9p_host_forget(c->h);
    io_9p_put_number(c, 4, msize < IO_9P_MSIZE_MAX ? msize : IO_9P_MSIZE_MAX);
    if (c->r->name.len == strlen(version) && !memcmp(c->r->name.p, version, strlen(version)))
        io_9p_put_string(c, version, strlen(version));
    else
        io_9p_put_string(c, "unknown", 7);
    return 0;
}

/* Nobody has to prove who he is, and there is one tree. */
int io_9p_host_do_attach(struct io_9p_call *c)
{
    const struct io_9p_string *tree = &c->r->name2;
    if (c->r->fid2 != IO_9P_NOFID)
        return EINVAL;
    if (c->slot != IO_9P_NONE)
        return EBUSY;
    if (tree->len > 1 || (tree->len && tree->p[0] != '/'))
        return ENOENT;
    return io_9p_fids_room(c->fids, c->r->fid, 0) ? io_9p_put_qid_of(c, "") : ENFILE;
}

/* What it would cancel has been replied to. */
int io_9p_host_do_flush(struct io_9p_call *c)
{
    (void)c;
    return 0;
}

int io_9p_host_do_clunk(struct io_9p_call *c)
{
    io_9p_host_drop(c->h, c->slot);
    return 0;
}

/* ---- serving ---- */

static int (*const io_9p_host_handler[256])(struct io_9p_call *c) = {
#define P9(number, name, fields, changes, room) [number] = io_9p_host_do_##name,
#include "io/io_9p.def"
#undef P9
};

static bool io_9p_host_needs_fid(u8 type)
{
    return type != IO_9P_T_version && type != IO_9P_T_attach && type != IO_9P_T_flush;
}

static int io_9p_host_run(struct io_9p_call *c)
{
    u8 type = c->r->type;
    if (c->max < io_9p_room(type))
        return EMSGSIZE;
    if (!c->fids->msize && type != IO_9P_T_version)
        return EPROTO;
    if (io_9p_host_needs_fid(type)) {
        if (c->slot == IO_9P_NONE)
            return EBADF;
        c->path = io_9p_fids_path(c->fids, c->slot);
    }
    if (c->h->read_only && io_9p_changes(type))
        return EROFS;
    int why = io_9p_host_handler[type](c);
    return why ? why : c->full ? EMSGSIZE : 0;
}

static void io_9p_host_error(struct io_9p_call *c, int why)
{
    c->len = IO_9P_HEADER;
    c->full = false;
    io_9p_put_number(c, 4, c->h->mips ? io_9p_errno_mips(why) : (u32)why);
}

static u32 io_9p_host_serve(void *ctx, const struct io_9p_fids *fids, const u8 *request, u32 len,
                            u8 *reply, u32 max)
{
    struct io_9p_request r;
    enum io_9p_parsed parsed = io_9p_parse(request, len, &r);
    struct io_9p_call c = {
        .h = ctx, .fids = fids, .r = &r, .reply = reply, .len = IO_9P_HEADER, .max = max};
    if (max < io_9p_room(IO_9P_T_flush))
        return 0;
    c.slot = io_9p_fids_find(fids, r.fid);
    c.slot2 = io_9p_fids_find(fids, r.fid2);
    int why = parsed == IO_9P_GOOD ? io_9p_host_run(&c) : parsed == IO_9P_BAD ? EINVAL : EOPNOTSUPP;
    if (parsed == IO_9P_GOOD && r.type == IO_9P_T_remove && c.slot != IO_9P_NONE)
        io_9p_host_drop(c.h, c.slot);
    if (why)
        io_9p_host_error(&c, why);
    store_le32(reply, c.len);
    reply[4] = why ? IO_9P_RLERROR : (u8)(r.type + 1);
    store_le16(reply + 5, r.tag);
    return c.len;
}

/* ---- opening ---- */

static void io_9p_host_close(void *ctx)
{
    struct io_9p_host *h = ctx;
    io_9p_host_forget(h);
    host_file_close(h->root);
    free(h);
}

enum err io_9p_host_open(struct io_9p *out, const struct io_9p_host_options *o, struct error *e)
{
    struct host_share_stat st;
    int root = host_dir_root(o->path);
    if (root < 0 || !host_share_fstat(root, &st)) {
        err_set(e, ERR_IO, "cannot open the directory %s: %m", o->path);
        host_file_close(root);
        return ERR_IO;
    }
    struct io_9p_host *h = xcalloc(1, sizeof *h);
    *h = (struct io_9p_host){.root = root,
                             .root_dev = st.dev,
                             .root_ino = st.ino,
                             .read_only = o->read_only,
                             .mips = o->mips};
    for (u32 i = 0; i < IO_9P_FIDS; i++)
        h->file[i].fd = -1;
    *out = (struct io_9p){.serve = io_9p_host_serve,
                          .forget = io_9p_host_forget,
                          .close = io_9p_host_close,
                          .ctx = h};
    return ERR_OK;
}
