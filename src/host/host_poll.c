/* SPDX-License-Identifier: ISC */
#include "host/host_poll.h"
#include "host/host_term.h"
#include "lib/bug.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* Watches, as a rule: for more there is an array of its own. */
#define HOST_POLL_USUAL 256

/* Of all groups. */
#define HOST_POLL_GROUPED 1024

void host_poll_fini(struct host_poll *p)
{
    free(p->watch);
    *p = (struct host_poll){0};
}

static void host_poll_tidy(struct host_poll *p)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < p->n; i++)
        if (p->watch[i])
            p->watch[kept++] = p->watch[i];
    p->n = kept;
}

void host_poll_add(struct host_poll *p, struct host_watch *w)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 8;
        p->watch = xrealloc(p->watch, p->cap * sizeof(struct host_watch *));
    }
    p->watch[p->n++] = w;
}

void host_poll_remove(struct host_poll *p, struct host_watch *w)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->watch[i] == w)
            p->watch[i] = NULL;
}

int host_poll_fds(struct pollfd *fds, unsigned n, u64 ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
    sigset_t all, during;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &during);
    bool asked = host_term_calls();
    if (asked) /* its signal came before: do not wait any more */
        t = (struct timespec){0};
    int ready = ppoll(fds, n, ns == ~0ull && !asked ? NULL : &t, &during);
    sigprocmask(SIG_SETMASK, &during, NULL);
    return ready;
}

void host_poll_add_group(struct host_poll *p, struct host_poll_group *g)
{
    BUG_ON(p->ngroups == HOST_POLL_GROUPS);
    p->group[p->ngroups++] = g;
}

void host_poll_remove_group(struct host_poll *p, struct host_poll_group *g)
{
    for (unsigned i = 0; i < p->ngroups; i++)
        if (p->group[i] == g)
            p->group[i--] = p->group[--p->ngroups];
}

/* Where the descriptors of each group are in fds: count[]. */
static unsigned host_poll_fill(const struct host_poll *p, struct pollfd *fds, unsigned *count,
                               u64 *ns)
{
    unsigned n = 0;
    for (unsigned i = 0; i < p->ngroups; i++) {
        struct host_poll_group *g = p->group[i];
        count[i] = g->fill(g->ctx, fds + n, HOST_POLL_GROUPED - n, ns);
        n += count[i];
    }
    return n;
}

static void host_poll_done(const struct host_poll *p, struct pollfd *fds, const unsigned *count,
                           bool ready)
{
    for (unsigned i = 0; i < p->ngroups; i++) {
        struct host_poll_group *g = p->group[i];
        for (unsigned k = 0; k < count[i] && !ready; k++)
            fds[k].revents = 0;
        g->done(g->ctx, fds, count[i]);
        fds += count[i];
    }
}

/* fds: room for `fd`, the watches and the groups. */
static bool host_poll_serve(struct host_poll *p, struct pollfd *fds, int fd, u64 ns)
{
    unsigned count[HOST_POLL_GROUPS], n = p->n;
    fds[0] = (struct pollfd){.fd = fd, .events = POLLIN};
    for (unsigned i = 0; i < n; i++)
        fds[i + 1] = (struct pollfd){.fd = p->watch[i]->fd, .events = p->watch[i]->events};
    unsigned grouped = host_poll_fill(p, fds + n + 1, count, &ns);
    bool ready = host_poll_fds(fds, n + 1 + grouped, ns) > 0;
    for (unsigned i = 0; i < n && ready; i++) {
        struct host_watch *w = p->watch[i];
        if (w && fds[i + 1].revents)
            w->ready(w->ctx, fds[i + 1].revents);
    }
    host_poll_done(p, fds + n + 1, count, ready);
    return ready && fds[0].revents != 0;
}

bool host_poll_wait(struct host_poll *p, int fd, u64 ns)
{
    struct pollfd usual[1 + HOST_POLL_USUAL + HOST_POLL_GROUPED], *fds = usual;
    host_poll_tidy(p);
    if (p->n > HOST_POLL_USUAL)
        fds = xcalloc(1 + p->n + HOST_POLL_GROUPED, sizeof *fds);
    bool readable = host_poll_serve(p, fds, fd, ns);
    if (fds != usual)
        free(fds);
    return readable;
}
