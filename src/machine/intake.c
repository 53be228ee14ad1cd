/* SPDX-License-Identifier: ISC */
/*
 * Log entries, little-endian: u64 cycle, u8 kind, u32 length, bytes.
 */
#include "machine/intake_int.h"
#include "host/host_random.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>

void intake_init(struct intake *in, enum intake_mode mode, u64 (*now)(void *ctx), void *ctx)
{
    *in = (struct intake){.mode = mode, .now = now, .ctx = ctx};
}

void intake_fini(struct intake *in)
{
    free(in->disk);
    buf_fini(&in->log);
}

static bool intake_is_event(u8 kind)
{
    return kind == INTAKE_INPUT || kind == INTAKE_END || kind == INTAKE_TOUCHED;
}

/* A follower stops before a debugger changed what it follows, which it may do inside a round: that
 * must not cut the round short. */
static bool intake_concerns(const struct intake *in, u8 kind, bool events)
{
    return intake_is_event(kind) == events && !(in->origin && kind == INTAKE_TOUCHED);
}

/* Passes over events, or over all else. */
static void intake_skip(const struct intake *in, struct buf_reader *r, bool events)
{
    for (;;) {
        struct buf_reader next = *r;
        (void)buf_get_le64(&next);
        u8 kind = buf_get_u8(&next);
        (void)buf_get(&next, buf_get_le32(&next));
        if (next.bad || intake_concerns(in, kind, !events))
            return;
        *r = next;
    }
}

void intake_replay(struct intake *in, const void *log, size_t len)
{
    in->mode = INTAKE_REPLAY;
    in->log.len = 0;
    buf_put(&in->log, log, len);
    in->answers = buf_read(in->log.data, in->log.len);
    in->events = in->answers;
    intake_skip(in, &in->answers, true);
    intake_skip(in, &in->events, false);
}

void intake_note(struct intake *in, enum intake_kind kind, const void *data, u32 len)
{
    if (in->mode != INTAKE_RECORD)
        return;
    buf_put_le64(&in->log, in->now(in->ctx));
    buf_put_u8(&in->log, (u8)kind);
    buf_put_le32(&in->log, len);
    buf_put(&in->log, data, len);
}

u64 intake_next(const struct intake *in)
{
    struct buf_reader r = in->events;
    u64 cycle = buf_get_le64(&r);
    return in->mode == INTAKE_REPLAY && !r.bad ? cycle : ~0ull;
}

static bool intake_read(struct intake *in, struct buf_reader *from, enum intake_kind *kind,
                        void *data, u32 max, u32 *len)
{
    struct buf_reader r = *from;
    u64 cycle = buf_get_le64(&r);
    if (in->mode != INTAKE_REPLAY || r.bad || cycle > in->now(in->ctx))
        return false;
    *kind = buf_get_u8(&r);
    *len = buf_get_le32(&r);
    const u8 *p = buf_get(&r, *len);
    if (!p || *len > max || cycle != in->now(in->ctx)) {
        in->diverged = true;
        return false;
    }
    memcpy(data, p, *len);
    intake_skip(in, &r, from == &in->answers);
    *from = r;
    return true;
}

bool intake_take(struct intake *in, enum intake_kind *kind, void *data, u32 max, u32 *len)
{
    return intake_read(in, &in->events, kind, data, max, len);
}

void intake_answer(struct intake *in, enum intake_kind kind, void *data, u32 len)
{
    if (in->mode != INTAKE_REPLAY) {
        intake_note(in, kind, data, len);
        return;
    }
    struct buf_reader before = in->answers;
    enum intake_kind logged;
    u32 n;
    u8 *copy = xcalloc(1, len);
    if (intake_read(in, &in->answers, &logged, copy, len, &n) && logged == kind && n == len) {
        memcpy(data, copy, len);
    } else {
        in->answers = before;
        in->diverged = true;
    }
    free(copy);
}

void intake_random(struct intake *in, void *buf, u32 len)
{
    memset(buf, 0, len);
    if (in->mode != INTAKE_REPLAY)
        host_random(buf, len);
    intake_answer(in, INTAKE_RANDOM, buf, len);
}

u64 intake_u64(struct intake *in, enum intake_kind kind, u64 live)
{
    u8 data[8];
    store_le64(data, live);
    intake_answer(in, kind, data, sizeof data);
    return load_le64(data);
}

/* ---- following ---- */

struct intake_mark intake_mark(struct intake *in)
{
    if (in->origin)
        return (struct intake_mark){
            .answers = in->origin->forgotten + (u64)(in->answers.p - in->origin->log.data),
            .events = in->origin->forgotten + (u64)(in->events.p - in->origin->log.data),
            .epoch = in->from};
    BUG_ON(in->mode != INTAKE_RECORD);
    u64 end = in->forgotten + in->log.len;
    return (struct intake_mark){.answers = end, .events = end, .epoch = ++in->epoch};
}

void intake_will_follow(struct intake *in, const struct intake *origin)
{
    in->mode = INTAKE_REPLAY;
    in->origin = origin;
}

static struct buf_reader intake_read_from(const struct intake *in, u64 at, bool events)
{
    const struct intake *of = in->origin;
    BUG_ON(at < of->forgotten || at - of->forgotten > of->log.len);
    size_t off = (size_t)(at - of->forgotten);
    struct buf_reader r = buf_read(of->log.data + off, of->log.len - off);
    intake_skip(in, &r, !events);
    return r;
}

void intake_follow(struct intake *in, const struct intake_mark *at)
{
    in->answers = intake_read_from(in, at->answers, false);
    in->events = intake_read_from(in, at->events, true);
    in->from = at->epoch;
    in->diverged = false;
    for (unsigned i = 0; i < in->ndisks; i++)
        intake_disk_rewind(in->disk[i]);
}

bool intake_follows_clean(const struct intake *in)
{
    for (unsigned i = 0; i < in->ndisks; i++)
        if (intake_disk_is_written(in->disk[i]))
            return false;
    return true;
}

void intake_forget(struct intake *in, const struct intake_mark *before)
{
    u64 first = before->answers < before->events ? before->answers : before->events;
    size_t n = (size_t)(first - in->forgotten);
    if (n)
        memmove(in->log.data, in->log.data + n, in->log.len - n);
    in->log.len -= n;
    in->forgotten = first;
    for (unsigned i = 0; i < in->ndisks; i++)
        intake_disk_forget(in->disk[i], before->epoch);
    if (before->epoch == in->epoch) /* nothing of what was before is left */
        in->lost = false;
}

u64 intake_bytes(const struct intake *in)
{
    return in->log.len + in->disk_bytes;
}

bool intake_entry(const struct intake *in, size_t *at, struct intake_entry *out)
{
    if (*at >= in->log.len)
        return false;
    struct buf_reader r = buf_read(in->log.data + *at, in->log.len - *at);
    out->cycle = buf_get_le64(&r);
    out->kind = buf_get_u8(&r);
    out->len = buf_get_le32(&r);
    out->data = buf_get(&r, out->len);
    *at = r.bad ? *at : (size_t)(r.p - in->log.data);
    return !r.bad;
}
