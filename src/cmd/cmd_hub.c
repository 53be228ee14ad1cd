/* SPDX-License-Identifier: ISC */
/*
 * kuseg hub, and hub161: the socket around io_hub.c. Under the original's name it keeps the
 * original's exit codes: 3 for usage, 1 for the host's refusals.
 */
#include "cmd/cmd.h"

#include "cmd/cmd_json.h"
#include "cmd/cmd_options.h"
#include "io/io_hub.h"
#include "host/host_clock.h"
#include "host/host_file.h"
#include "host/host_out.h"
#include "host/host_poll.h"
#include "host/host_socket.h"
#include "host/host_term.h"
#include "io/io_net.h"
#include "io/io_net_hub.h"
#include "lib/log.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define CMD_HUB_DAY_NS  86400000000000ull
#define CMD_HUB_AT_ONCE 256 /* datagrams between two looks at what is due */

enum {
    CMD_HUB161_REFUSED = 1,
    CMD_HUB161_USAGE = 3,
};

struct cmd_hub_args {
    u64 loss, delay, seed;
    const char *json;
    bool help;
};

struct cmd_hub {
    struct cmd_hub_args args;
    bool original; /* called hub161 */
    const char *path;
    int fd;
    struct host_poll poll;
    struct host_watch watch;
    struct io_hub *hub;
    FILE *json; /* NULL: not wanted */
};

#define CMD_HUB_AT(member) offsetof(struct cmd_hub_args, member)

static const struct cmd_option cmd_hub_table[] = {
    {"loss", 0, CMD_NUMBER, CMD_HUB_AT(loss), "PERCENT", NULL, 0, 100,
     "lose so many of the frames, for each receiver by itself (default 0)"},
    {"delay", 0, CMD_TIME, CMD_HUB_AT(delay), "TIME", NULL, 0, CMD_HUB_DAY_NS,
     "hold each frame so long, as 20ms (default: not at all)"},
    {"seed", 0, CMD_NUMBER, CMD_HUB_AT(seed), "N", NULL, 0, UINT64_MAX,
     "which frames are lost (default 0)"},
    {"json", 0, CMD_TEXT, CMD_HUB_AT(json), "FILE", NULL, 0, 0,
     "write counters at the end; - is standard output"},
    {"help", 'h', CMD_FLAG, CMD_HUB_AT(help), NULL, NULL, 0, 0, "print this"},
};

static int cmd_hub_help(const struct cmd_hub *h)
{
    printf("usage: %s [options] [SOCKET]\n\n"
           "Joins the network cards of machines on this host. SOCKET is what their hub=\n"
           "argument names; the default is " IO_NET_DEFAULT_HUB
           ". Ends when asked to by a signal.\n\n"
           "options:\n",
           h->original ? "hub161" : "kuseg hub");
    cmd_options_help(stdout, cmd_hub_table, ARRAY_LEN(cmd_hub_table));
    return CMD_OK;
}

static int cmd_hub_usage(const struct cmd_hub *h, const struct error *e)
{
    log_error("%s", e->msg);
    if (!h->original) {
        log_error("usage: kuseg hub [options] [SOCKET] (see 'kuseg hub --help')");
        return CMD_USAGE;
    }
    fputs("Usage: hub161 [socketname]\n"
          "    Default socket is " IO_NET_DEFAULT_HUB "\n",
          stderr);
    return CMD_HUB161_USAGE;
}

/* ---- the socket ---- */

static enum io_hub_sent cmd_hub_send(void *ctx, const char *to, const void *frame, u32 len)
{
    const struct cmd_hub *h = ctx;
    if (host_datagram_send(h->fd, to, frame, len))
        return IO_HUB_SENT;
    return errno == EAGAIN || errno == ENOBUFS || errno == EINTR ? IO_HUB_FULL : IO_HUB_GONE;
}

static void cmd_hub_say(void *ctx, bool problem, const char *line)
{
    FILE *f = problem ? stderr : stdout;
    (void)ctx;
    fprintf(f, "%s\n", line);
    fflush(f);
}

static void cmd_hub_ready(void *ctx, short revents)
{
    struct cmd_hub *h = ctx;
    u8 data[IO_NET_MAX];
    char from[HOST_SOCKET_PATH_MAX + 1];
    u64 now = host_clock_mono_ns();
    (void)revents;
    for (unsigned i = 0; i < CMD_HUB_AT_ONCE; i++) {
        long len = host_datagram_receive(h->fd, data, sizeof data, from, sizeof from);
        if (len < 0)
            return;
        io_hub_input(h->hub, from, data, (size_t)len, now);
        io_hub_run(h->hub, now);
    }
}

static enum err cmd_hub_open(struct cmd_hub *h, struct error *e)
{
    h->fd = host_datagram(h->path, e);
    if (h->fd >= 0)
        return ERR_OK;
    if (e->code == ERR_BUSY)
        return err_set(e, ERR_BUSY, "%s: another hub is running there, or a file is in the way",
                       h->path);
    return e->code;
}

/* Found out before the first frame: can the counters be written? */
static enum err cmd_hub_open_json(struct cmd_hub *h, struct error *e)
{
    const char *path = h->args.json;
    if (path)
        h->json = strcmp(path, "-") ? host_out_open(path, e) : stdout;
    return !path || h->json ? ERR_OK : err_prefix(e, "cannot write the counters");
}

static void cmd_hub_close(struct cmd_hub *h)
{
    if (h->json && h->json != stdout)
        fclose(h->json); /* flushed before */
    if (h->fd >= 0) {
        host_file_close(h->fd);
        host_file_remove(h->path);
    }
    host_poll_fini(&h->poll);
    io_hub_free(h->hub);
}

/* ---- running ---- */

static enum err cmd_hub_json(const struct cmd_hub *h, struct error *e)
{
    const struct io_hub_counters *c = io_hub_counters(h->hub);
    const char *path = h->args.json;
    json_t *o =
        json_pack("{s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "socket", h->path, "cards",
                  (int)io_hub_cards(h->hub), "frames", (json_int_t)c->frames, "keepalives",
                  (json_int_t)c->keepalives, "refused", (json_int_t)c->refused, "delivered",
                  (json_int_t)c->delivered, "lost", (json_int_t)c->lost, "dropped",
                  (json_int_t)c->dropped, "errors", (json_int_t)c->errors);
    bool good = cmd_json_write(o, h->json);
    json_decref(o);
    return good ? ERR_OK : err_set(e, ERR_IO, "cannot write the counters to %s: %m", path);
}

static void cmd_hub_serve(struct cmd_hub *h)
{
    while (!host_term_signal()) {
        u64 now = host_clock_mono_ns();
        u64 next = io_hub_run(h->hub, now);
        host_poll_wait(&h->poll, -1, next == IO_HUB_NEVER ? ~0ull : next > now ? next - now : 0);
    }
}

static enum err cmd_hub_go(struct cmd_hub *h, struct error *e)
{
    const char *name = h->original ? "hub161" : "kuseg hub";
    struct io_hub_config config = {.name = name,
                                   .loss = (u32)h->args.loss,
                                   .delay_ns = h->args.delay,
                                   .seed = h->args.seed,
                                   .send = cmd_hub_send,
                                   .say = cmd_hub_say,
                                   .ctx = h};
    enum err err = cmd_hub_open_json(h, e);
    if (!err)
        err = cmd_hub_open(h, e);
    if (err)
        return err;
    h->hub = io_hub_new(&config);
    h->watch = (struct host_watch){.fd = h->fd, .events = POLLIN, .ready = cmd_hub_ready, .ctx = h};
    host_poll_add(&h->poll, &h->watch);
    host_term_note_signals();
    printf("%s: Listening on %s\n", name, h->path);
    fflush(stdout);
    cmd_hub_serve(h);
    return h->json ? cmd_hub_json(h, e) : ERR_OK;
}

static int cmd_hub_run(bool original, int argc, char **argv)
{
    struct cmd_hub h = {.original = original, .path = IO_NET_DEFAULT_HUB, .fd = -1};
    struct error e;
    int first;
    enum err err =
        cmd_options_parse(cmd_hub_table, ARRAY_LEN(cmd_hub_table), argc, argv, &h.args, &first, &e);
    if (err == ERR_OK && h.args.help)
        return cmd_hub_help(&h);
    if (err == ERR_OK && first < argc)
        h.path = argv[first++];
    if (err == ERR_OK && first < argc)
        err = err_set(&e, ERR_USAGE, "one socket is enough: '%s' is too much", argv[first]);
    if (err)
        return cmd_hub_usage(&h, &e);
    err = cmd_hub_go(&h, &e);
    cmd_hub_close(&h);
    if (!err)
        return CMD_OK;
    log_error("%s", e.msg);
    return h.original ? CMD_HUB161_REFUSED : CMD_USAGE;
}

int cmd_hub(int argc, char **argv)
{
    return cmd_hub_run(false, argc, argv);
}

int cmd_hub161(int argc, char **argv)
{
    return cmd_hub_run(true, argc, argv);
}
