/* SPDX-License-Identifier: ISC */
#include "cmd/run_screen.h"
#include "host/host_clock.h"
#include "host/host_dir.h"
#include "host/host_out.h"
#include "io/io_shot.h"
#include "lib/log.h"

#include <string.h>

#define RUN_SCREEN_FOLDER ".sockets"

enum err run_screen_conf(struct run_screen *s, const struct run_options *o, struct s161_conf *conf,
                         struct error *e)
{
    if ((!o->screen && !o->screen_shot) || s161_conf_find(conf, S161_SCREEN) >= 0)
        return ERR_OK;
    const char *option = o->screen ? "--screen" : "--screen-shot";
    int slot = s161_conf_free_slot(conf);
    if (slot < 0)
        return err_set(e, ERR_CONFIG, "%s: no slot is free for a screen", option);
    s161_conf_from_option(s161_conf_plug(conf, (unsigned)slot, S161_SCREEN), option);
    s->unseen = !o->screen;
    return ERR_OK;
}

static bool run_screen_get(void *ctx, u8 *ch)
{
    const struct run_screen *s = ctx;
    return s->server && io_screen_server_key(s->server, ch);
}

/* As long as somebody may come, a guest that waits for a key may get one. */
static bool run_screen_ended(void *ctx)
{
    const struct run_screen *s = ctx;
    return !s->server;
}

struct io_console run_screen_keys(struct run_screen *s)
{
    return (struct io_console){.get = run_screen_get, .ended = run_screen_ended, .ctx = s};
}

static struct io_picture run_screen_look(void *ctx)
{
    struct io_picture p = {0};
    board_s161_look(ctx, &p);
    return p;
}

/* The default socket is a service; without it the machine runs all the same. */
static enum err run_screen_serve(struct run_screen *s, const char *option, struct board_s161 *board,
                                 struct host_poll *poll, struct error *e)
{
    struct io_screen screen = {.look = run_screen_look, .ctx = board};
    const char *address = option ? option : IO_SCREEN_SOCKET;
    if (!strncmp(address, RUN_SCREEN_FOLDER "/", sizeof RUN_SCREEN_FOLDER))
        (void)host_dir_make(RUN_SCREEN_FOLDER); /* if that fails, so does what follows */
    enum err err = io_screen_server_open(&s->server, poll, address, &screen, e);
    if (!err || option)
        return err ? err_prefix(e, "--screen") : ERR_OK;
    log_warn("%s: the screen cannot be looked at (--screen PATH names another socket)", e->msg);
    return ERR_OK;
}

enum err run_screen_open(struct run_screen *s, const struct run_options *o,
                         struct board_s161 *board, struct host_poll *poll, struct error *e)
{
    struct io_picture p;
    if (!board_s161_look(board, &p))
        return ERR_OK;
    s->board = board;
    return s->unseen ? ERR_OK : run_screen_serve(s, o->screen, board, poll, e);
}

void run_screen_show(const struct run_screen *s, u64 ns)
{
    if (s->server)
        io_screen_server_show(s->server, host_clock_mono_ns(), ns > 0);
}

enum err run_screen_open_shot(struct run_screen *s, const char *path, struct error *e)
{
    s->shot = host_out_open(path, e);
    return s->shot ? ERR_OK : err_prefix(e, "cannot write the picture");
}

bool run_screen_shot(const struct run_screen *s, const char *path)
{
    struct io_picture p;
    if (!s->shot || !board_s161_look(s->board, &p) ||
        io_shot_write(&p, io_shot_is_text(path), s->shot))
        return true;
    log_error("cannot write the picture to %s: %m", path);
    return false;
}

void run_screen_close(struct run_screen *s)
{
    io_screen_server_close(s->server);
    if (s->shot)
        fclose(s->shot); /* flushed before */
    *s = (struct run_screen){0};
}
