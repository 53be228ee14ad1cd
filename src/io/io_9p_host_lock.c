/* SPDX-License-Identifier: ISC */
/*
 * Locks of bytes of files. The host's kernel keeps them, each in some of its memory. Here is a list
 * like its own, of ranges that do not overlap and of which neighbours of a kind are one, so that
 * there are never too many.
 */
#include "io/io_9p_host_int.h"

#include <errno.h>

static bool io_9p_host_lock_meets(const struct io_9p_host_lock *a, const struct io_9p_host_lock *b)
{
    u64 near = a->how == b->how;
    return a->slot == b->slot && a->first <= b->last + near && b->first <= a->last + near;
}

static bool io_9p_host_lock_splits(const struct io_9p_host_lock *old,
                                   const struct io_9p_host_lock *l)
{
    return old->slot == l->slot && old->how != l->how && old->first < l->first &&
           old->last > l->last;
}

/* Two more at most: what it splits, and itself. */
static bool io_9p_host_lock_room(const struct io_9p_host *h, const struct io_9p_host_lock *l)
{
    unsigned n = h->nlocks + (l->how != HOST_SHARE_UNLOCK);
    for (unsigned i = 0; i < h->nlocks; i++)
        n += io_9p_host_lock_splits(&h->lock[i], l);
    return n <= IO_9P_HOST_LOCKS;
}

/* What a new one leaves of an old one of another kind that it meets; false: nothing. */
static bool io_9p_host_lock_cut(struct io_9p_host *h, struct io_9p_host_lock *old,
                                const struct io_9p_host_lock *l)
{
    struct io_9p_host_lock above = *old;
    above.first = l->last + 1;
    if (io_9p_host_lock_splits(old, l))
        h->lock[h->nlocks++] = above;
    if (old->first < l->first)
        old->last = l->first - 1;
    else if (old->last > l->last)
        old->first = l->last + 1;
    else
        return false;
    return true;
}

static void io_9p_host_lock_join(struct io_9p_host_lock *l, const struct io_9p_host_lock *old)
{
    l->first = old->first < l->first ? old->first : l->first;
    l->last = old->last > l->last ? old->last : l->last;
}

static void io_9p_host_lock_note(struct io_9p_host *h, const struct io_9p_host_lock *made)
{
    struct io_9p_host_lock l = *made;
    for (unsigned i = 0; i < h->nlocks;) {
        struct io_9p_host_lock *old = &h->lock[i];
        bool stays = true;
        if (io_9p_host_lock_meets(old, &l)) {
            stays = old->how != l.how && io_9p_host_lock_cut(h, old, &l);
            if (old->how == l.how)
                io_9p_host_lock_join(&l, old);
        }
        if (stays)
            i++;
        else
            *old = h->lock[--h->nlocks];
    }
    if (l.how != HOST_SHARE_UNLOCK)
        h->lock[h->nlocks++] = l;
}

void io_9p_host_unlocked(struct io_9p_host *h, u32 slot)
{
    for (unsigned i = 0; i < h->nlocks;)
        if (h->lock[i].slot == slot)
            h->lock[i] = h->lock[--h->nlocks];
        else
            i++;
}

/* ---- requests ---- */

static const enum host_share_lock io_9p_host_locks[] = {HOST_SHARE_LOCK_READ, HOST_SHARE_LOCK_WRITE,
                                                        HOST_SHARE_UNLOCK};

enum io_9p_lock_status {
    IO_9P_LOCKED,
    IO_9P_BLOCKED
};

/* Both requests begin with the type of lock. */
static int io_9p_host_lock_begin(struct io_9p_call *c, int *fd)
{
    int why = io_9p_host_fd(c, c->slot, fd);
    return why ? why : c->r->number[0] < ARRAY_LEN(io_9p_host_locks) ? 0 : EINVAL;
}

/* A file that is open for reading only can be locked against readers in the guest (flock), not on
 * the host: then the lock holds among the guest's programs, which its kernel sees to. */
int io_9p_host_do_lock(struct io_9p_call *c)
{
    const u64 *n = c->r->number;
    int fd, why = io_9p_host_lock_begin(c, &fd);
    if (why)
        return why;
    struct io_9p_host_lock l = {.slot = c->slot,
                                .how = io_9p_host_locks[n[0]],
                                .first = n[2],
                                .last = n[3] && n[3] <= INT64_MAX ? n[2] + n[3] - 1 : INT64_MAX};
    if (!io_9p_host_lock_room(c->h, &l))
        return ENOLCK;
    bool ok = host_share_lock(fd, l.how, n[2], n[3]);
    if (ok)
        io_9p_host_lock_note(c->h, &l);
    if (!ok && errno != EAGAIN && errno != EBADF)
        return errno;
    io_9p_put_number(c, 1, ok || errno == EBADF ? IO_9P_LOCKED : IO_9P_BLOCKED);
    return 0;
}

static u8 io_9p_host_lock_type(enum host_share_lock how)
{
    u8 type = 0;
    while (io_9p_host_locks[type] != how)
        type++;
    return type;
}

int io_9p_host_do_getlock(struct io_9p_call *c)
{
    const u64 *n = c->r->number;
    int fd, why = io_9p_host_lock_begin(c, &fd);
    if (why)
        return why;
    enum host_share_lock how = io_9p_host_locks[n[0]];
    u64 start = n[1], length = n[2];
    if (!host_share_lock_test(fd, &how, &start, &length))
        return errno;
    io_9p_put_number(c, 1, io_9p_host_lock_type(how));
    io_9p_put_number(c, 8, start);
    io_9p_put_number(c, 8, length);
    io_9p_put_number(c, 4, n[3]);
    io_9p_put_string(c, c->r->name.p, c->r->name.len);
    return 0;
}
