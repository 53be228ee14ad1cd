/* SPDX-License-Identifier: ISC */
#include "host/host_timer.h"

#include <sys/timerfd.h>
#include <unistd.h>

static void host_timer_ready(void *ctx, short revents)
{
    struct host_timer *t = ctx;
    u64 times;
    (void)revents;
    if (read(t->watch.fd, &times, sizeof times) == (ssize_t)sizeof times)
        t->tick(t->ctx);
}

enum err host_timer_start(struct host_timer *t, struct host_poll *p, u64 ns,
                          void (*tick)(void *ctx), void *ctx, struct error *e)
{
    struct timespec every = {.tv_sec = (time_t)(ns / 1000000000u),
                             .tv_nsec = (long)(ns % 1000000000u)};
    struct itimerspec when = {.it_interval = every, .it_value = every};
    *t = (struct host_timer){0};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0 || timerfd_settime(fd, 0, &when, NULL)) {
        err_set(e, ERR_IO, "cannot get a timer: %m");
        if (fd >= 0)
            close(fd);
        return ERR_IO;
    }
    *t = (struct host_timer){.poll = p, .tick = tick, .ctx = ctx};
    t->watch = (struct host_watch){.fd = fd, .events = POLLIN, .ready = host_timer_ready, .ctx = t};
    host_poll_add(p, &t->watch);
    return ERR_OK;
}

void host_timer_stop(struct host_timer *t)
{
    if (!t->poll)
        return;
    host_poll_remove(t->poll, &t->watch);
    close(t->watch.fd);
    *t = (struct host_timer){0};
}
