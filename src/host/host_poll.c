/* SPDX-License-Identifier: ISC */
#include "host/host_poll.h"
#include "host/host_term.h"
#include "lib/bug.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* More watches than this are served in turns. */
#define HOST_POLL_MAX 256

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

bool host_poll_wait(struct host_poll *p, int fd, u64 ns)
{
    struct pollfd fds[HOST_POLL_MAX + 1] = {{.fd = fd, .events = POLLIN}};
    host_poll_tidy(p);
    unsigned n = p->n < HOST_POLL_MAX ? p->n : HOST_POLL_MAX;
    for (unsigned i = 0; i < n; i++)
        fds[i + 1] = (struct pollfd){.fd = p->watch[i]->fd, .events = p->watch[i]->events};
    if (host_poll_fds(fds, n + 1, ns) <= 0)
        return false;
    for (unsigned i = 0; i < n; i++) {
        struct host_watch *w = p->watch[i];
        if (w && fds[i + 1].revents)
            w->ready(w->ctx, fds[i + 1].revents);
    }
    return fds[0].revents != 0;
}
