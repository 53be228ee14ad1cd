/* SPDX-License-Identifier: ISC */
/*
 * kuseg console: this terminal on a machine's socket, or a picture of what the socket shows. A
 * screen's socket sends the whole picture to whoever comes, so coming anew is how a terminal that
 * was resized is put right; other consoles are not left for that.
 */
#include "cmd/cmd.h"

#include "cmd/cmd_options.h"
#include "host/host_clock.h"
#include "host/host_out.h"
#include "host/host_socket.h"
#include "host/host_term.h"
#include "io/io_screen_server.h"
#include "io/io_shot.h"
#include "io/io_vt.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdlib.h>

#define CMD_CONSOLE_DETACH  0x1d           /* Control-] */
#define CMD_CONSOLE_BACKLOG 65536u         /* typed, and not yet taken by the machine */
#define CMD_CONSOLE_WAIT    10000000000ull /* ns, for a picture */
#define CMD_CONSOLE_PIXELS  0x89           /* what begins so is a PNG */
#define CMD_CONSOLE_PNG     (64u << 20)    /* bytes of one, at most */

struct cmd_console_args {
    const char *shot;
    bool help;
};

static const struct cmd_option cmd_console_table[] = {
    {"shot", 0, CMD_TEXT, offsetof(struct cmd_console_args, shot), "FILE", NULL, 0, 0,
     "write what the screen shows now, as PNG, or as text if FILE ends in .txt (not of pixels)"},
    {"help", 'h', CMD_FLAG, offsetof(struct cmd_console_args, help), NULL, NULL, 0, 0,
     "print this"},
};

struct cmd_console {
    const char *path;
    struct host_poll poll;
    struct host_conn conn;
    bool lost, detached;
    u8 first, last;              /* bytes that came */
    struct io_vt_reader *reader; /* for --shot; else NULL */
    struct buf png;              /* of a screen that shows pixels */
};

static int cmd_console_help(void)
{
    puts(
        "usage: kuseg console [options] [PATH]\n"
        "\n"
        "Shows on this terminal what a machine shows on its socket PATH (default\n" IO_SCREEN_SOCKET
        "), and types there what is typed here. Control-] ends it; the\n"
        "machine goes on.\n"
        "\n"
        "options:");
    cmd_options_help(stdout, cmd_console_table, ARRAY_LEN(cmd_console_table));
    return CMD_OK;
}

/* ---- the connection ---- */

static bool cmd_console_is_pixels(const struct cmd_console *c)
{
    return c->first == CMD_CONSOLE_PIXELS;
}

static void cmd_console_received(void *ctx, const u8 *data, size_t len)
{
    struct cmd_console *c = ctx;
    c->first = c->first ? c->first : data[0];
    c->last = data[len - 1];
    if (cmd_console_is_pixels(c)) {
        if (c->png.len < CMD_CONSOLE_PNG)
            buf_put(&c->png, data, len);
        return;
    }
    if (c->reader) {
        for (size_t i = 0; i < len && !c->reader->complete; i++)
            io_vt_read(c->reader, data + i, 1);
        return;
    }
    for (size_t i = 0; i < len; i++)
        host_term_put(data[i]);
}

static void cmd_console_closed(void *ctx)
{
    ((struct cmd_console *)ctx)->lost = true;
}

static enum err cmd_console_attach(struct cmd_console *c, struct error *e)
{
    int fd = host_connect(c->path, e);
    if (fd < 0)
        return ERR_IO;
    c->conn = (struct host_conn){.max_out = 2 * CMD_CONSOLE_BACKLOG,
                                 .received = cmd_console_received,
                                 .closed = cmd_console_closed,
                                 .ctx = c};
    host_conn_open(&c->conn, &c->poll, fd);
    return ERR_OK;
}

/* ---- a terminal on it ---- */

static void cmd_console_typed(struct cmd_console *c)
{
    u8 typed[256];
    size_t n = 0;
    while (n < sizeof typed && !c->detached && host_term_read(&typed[n])) {
        c->detached = typed[n] == CMD_CONSOLE_DETACH;
        n += !c->detached;
    }
    if (c->conn.out.len < CMD_CONSOLE_BACKLOG)
        host_conn_send(&c->conn, typed, n);
}

static bool cmd_console_is_screen(const struct cmd_console *c)
{
    return c->first == '\033';
}

static void cmd_console_resized(struct cmd_console *c)
{
    struct error e;
    if (!cmd_console_is_screen(c))
        return;
    host_conn_close(&c->conn);
    c->lost = cmd_console_attach(c, &e) != ERR_OK;
}

/* A machine that says good-bye does this itself, and ends with a new line. */
static void cmd_console_leave_screen(const struct cmd_console *c)
{
    struct buf end = {0};
    if (!cmd_console_is_screen(c) || c->last == '\n')
        return;
    io_vt_end(&end);
    for (size_t i = 0; i < end.len; i++)
        host_term_put(end.data[i]);
    buf_fini(&end);
}

static int cmd_console_show(struct cmd_console *c)
{
    host_term_open(true);
    host_term_watch_size();
    while (!c->lost && !c->detached && !host_term_signal() && !cmd_console_is_pixels(c)) {
        host_term_flush();
        if (host_poll_wait(&c->poll, host_term_eof() ? -1 : 0, ~0ull))
            cmd_console_typed(c);
        if (host_term_resized() && !c->lost)
            cmd_console_resized(c);
    }
    cmd_console_leave_screen(c);
    host_term_close();
    if (cmd_console_is_pixels(c)) {
        log_error("%s: this screen shows pixels; --shot FILE writes its picture", c->path);
        return CMD_USAGE;
    }
    return host_term_signal() ? CMD_REQUESTED : CMD_OK;
}

/* ---- a picture of it ---- */

static bool cmd_console_has_picture(const struct cmd_console *c)
{
    return cmd_console_is_pixels(c) ? io_shot_png_is_whole(c->png.data, c->png.len)
                                    : c->reader->complete;
}

static enum err cmd_console_wait_for_picture(struct cmd_console *c, struct error *e)
{
    u64 now = host_clock_mono_ns(), end = now + CMD_CONSOLE_WAIT;
    for (; !cmd_console_has_picture(c) && !c->lost && now < end; now = host_clock_mono_ns())
        host_poll_wait(&c->poll, -1, end - now);
    return cmd_console_has_picture(c)
               ? ERR_OK
               : err_set(e, ERR_IO, "%s: no picture came: is it a screen?", c->path);
}

static bool cmd_console_write_text(const struct cmd_console *c, bool text, FILE *f)
{
    u8 *cell = xcalloc(1, IO_PICTURE_CELLS);
    struct io_picture p = io_vt_picture(c->reader, cell);
    bool good = io_shot_write(&p, text, f);
    free(cell);
    return good;
}

static bool cmd_console_write_png(const struct cmd_console *c, FILE *f)
{
    host_out_clear(f);
    return fwrite(c->png.data, 1, c->png.len, f) == c->png.len && !fflush(f);
}

static enum err cmd_console_write(struct cmd_console *c, const char *file, FILE *f, struct error *e)
{
    bool text = io_shot_is_text(file), good = true;
    c->reader = xcalloc(1, sizeof *c->reader);
    enum err err = cmd_console_wait_for_picture(c, e);
    if (!err && cmd_console_is_pixels(c) && text)
        err = err_set(e, ERR_USAGE, "%s: this screen shows pixels, and there is no text of them",
                      file);
    else if (!err)
        good = cmd_console_is_pixels(c) ? cmd_console_write_png(c, f)
                                        : cmd_console_write_text(c, text, f);
    if (!good)
        err = err_set(e, ERR_IO, "cannot write the picture to %s: %m", file);
    free(c->reader);
    buf_fini(&c->png);
    return err;
}

static int cmd_console_shot(struct cmd_console *c, const char *file)
{
    struct error e;
    FILE *f = host_out_open(file, &e);
    enum err err =
        f ? cmd_console_write(c, file, f, &e) : err_prefix(&e, "cannot write the picture");
    if (f)
        fclose(f); /* flushed before */
    if (err)
        log_error("%s", e.msg);
    return err ? CMD_USAGE : CMD_OK;
}

int cmd_console(int argc, char **argv)
{
    struct cmd_console_args a = {0};
    struct cmd_console c = {.path = IO_SCREEN_SOCKET};
    struct error e;
    int first;
    enum err err = cmd_options_parse(cmd_console_table, ARRAY_LEN(cmd_console_table), argc, argv,
                                     &a, &first, &e);
    if (!err && a.help)
        return cmd_console_help();
    if (!err && argc - first > 1)
        err = err_set(&e, ERR_USAGE, "one PATH, not '%s' as well", argv[first + 1]);
    if (!err && first < argc)
        c.path = argv[first];
    if (err) {
        log_error("%s (see 'kuseg console --help')", e.msg);
        return CMD_USAGE;
    }
    if (cmd_console_attach(&c, &e)) {
        log_error("%s", e.msg);
        return CMD_USAGE;
    }
    int status = a.shot ? cmd_console_shot(&c, a.shot) : cmd_console_show(&c);
    host_conn_close(&c.conn);
    host_poll_fini(&c.poll);
    return status;
}
