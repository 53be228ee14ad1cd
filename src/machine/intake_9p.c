/* SPDX-License-Identifier: ISC */
/* A 9P server behind the intake: an entry is how long a reply is, and one is the reply. */
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/intake.h"

#include <stdlib.h>

struct intake_9p {
    struct intake *in;
    struct io_9p real;
};

static bool intake_9p_live(const struct intake_9p *d)
{
    return d->in->mode != INTAKE_REPLAY;
}

static u32 intake_9p_serve(void *ctx, const struct io_9p_fids *fids, const u8 *request, u32 len,
                           u8 *reply, u32 max)
{
    struct intake_9p *d = ctx;
    u8 msg[4];
    u32 n = intake_9p_live(d) ? d->real.serve(d->real.ctx, fids, request, len, reply, max) : 0;
    store_le32(msg, n);
    intake_answer(d->in, INTAKE_9P, msg, sizeof msg);
    n = load_le32(msg);
    if (n > max)
        return 0; /* the log is of another run */
    if (n)
        intake_answer(d->in, INTAKE_9P, reply, n);
    return n;
}

static void intake_9p_forget(void *ctx)
{
    struct intake_9p *d = ctx;
    if (intake_9p_live(d))
        d->real.forget(d->real.ctx);
}

static void intake_9p_close(void *ctx)
{
    struct intake_9p *d = ctx;
    if (d->real.close)
        d->real.close(d->real.ctx);
    free(d);
}

struct io_9p intake_9p(struct intake *in, const struct io_9p *real)
{
    struct intake_9p *d = xcalloc(1, sizeof *d);
    *d = (struct intake_9p){.in = in, .real = *real};
    return (struct io_9p){
        .serve = intake_9p_serve, .forget = intake_9p_forget, .close = intake_9p_close, .ctx = d};
}
