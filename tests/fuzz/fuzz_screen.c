/* SPDX-License-Identifier: ISC */
/*
 * A screen's socket and those who come to it. The first byte chooses: a stream for the reader of
 * pictures, whose result is drawn and read again; or a script of viewers who come, type, read, go,
 * while the guest draws and takes keys.
 */
#include "fuzz.h"

#include "host/host_socket.h"
#include "io/io_screen_server.h"
#include "io/io_vt.h"
#include "lib/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VIEWERS 20u /* more than it takes */
#define COLUMNS 20u
#define ROWS    5u

/* ---- the reader ---- */

static void draw_and_read(const struct io_picture *p)
{
    struct io_vt_reader *r = xcalloc(1, sizeof *r);
    struct io_vt_writer w;
    struct buf out = {0};
    u8 *cell = xcalloc(1, IO_PICTURE_CELLS);
    io_vt_writer_init(&w, p);
    while (!io_vt_draw(&w, p, &out))
        ;
    io_vt_read(r, out.data, out.len);
    struct io_picture q = io_vt_picture(r, cell);
    BUG_ON(!r->complete || q.columns != p->columns || q.rows != p->rows);
    for (u32 i = 0; i < p->columns * p->rows; i++)
        BUG_ON(q.cell[i] != io_picture_char(p->cell[i]));
    io_vt_writer_fini(&w);
    buf_fini(&out);
    free(cell);
    free(r);
}

static void fuzz_stream(const u8 *data, size_t len)
{
    struct io_vt_reader *r = xcalloc(1, sizeof *r);
    u8 *cell = xcalloc(1, IO_PICTURE_CELLS);
    io_vt_read(r, data, len);
    struct io_picture p = io_vt_picture(r, cell);
    BUG_ON(p.columns > IO_VT_MAX_COLUMNS || p.rows > IO_VT_MAX_ROWS);
    if (p.columns)
        draw_and_read(&p);
    free(cell);
    free(r);
}

/* ---- the server ---- */

struct scene {
    struct host_poll poll;
    struct io_screen_server *server;
    u8 cell[COLUMNS * ROWS];
    u32 x, y;
    int viewer[VIEWERS]; /* 0: none */
    size_t typed, taken;
};

static struct io_picture look(void *ctx)
{
    const struct scene *s = ctx;
    return (struct io_picture){
        .cell = s->cell, .columns = COLUMNS, .rows = ROWS, .x = s->x, .y = s->y};
}

static void come_or_go(struct scene *s, u32 n, const char *path)
{
    struct error e;
    if (s->viewer[n]) {
        close(s->viewer[n]);
        s->viewer[n] = 0;
        return;
    }
    s->viewer[n] = host_connect(path, &e);
    BUG_ON(s->viewer[n] <= 0);
    host_poll_wait(&s->poll, -1, 0); /* lest the queue of those who knock fills */
}

static void type(struct scene *s, u32 n, const u8 *data, size_t len)
{
    if (!s->viewer[n])
        return;
    ssize_t sent = send(s->viewer[n], data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    s->typed += sent > 0 ? (size_t)sent : 0;
}

static void take_keys(struct scene *s, u32 n)
{
    u8 ch;
    for (; n && io_screen_server_key(s->server, &ch); n--)
        s->taken++;
    BUG_ON(s->taken > s->typed);
}

static void read_some(const struct scene *s, u32 n, size_t len)
{
    u8 data[64];
    if (s->viewer[n])
        (void)!recv(s->viewer[n], data, len < sizeof data ? len : sizeof data, MSG_DONTWAIT);
}

/* One step; the bytes it used. */
static size_t scene_step(struct scene *s, const u8 *data, size_t len, const char *path)
{
    u32 op = data[0] % 8, n = data[0] / 8 % VIEWERS;
    size_t arg = len > 1 ? data[1] : 0;
    switch (op) {
    case 0:
        come_or_go(s, n, path);
        return 1;
    case 1:
    case 2:
        arg = arg < len - 1 ? arg : len - 1;
        type(s, n, data + 1, arg);
        return 1 + arg;
    case 3:
        s->cell[arg % sizeof s->cell] = data[0];
        s->x = (u32)arg % (COLUMNS + 1);
        return 2;
    case 4:
        io_screen_server_show(s->server, arg << 20, arg & 1);
        return 2;
    case 5:
        take_keys(s, (u32)arg);
        return 2;
    case 6:
        read_some(s, n, arg);
        return 2;
    default:
        host_poll_wait(&s->poll, -1, 0);
        return 1;
    }
}

/* One folder a process: the file system is slow. */
static char dir[] = "/tmp/kuseg-fuzz-XXXXXX";

static void remove_dir(void)
{
    rmdir(dir);
}

static void make_dir(void)
{
    static bool made;
    if (made)
        return;
    BUG_ON(!mkdtemp(dir));
    atexit(remove_dir);
    made = true;
}

static void fuzz_scene(const u8 *data, size_t len)
{
    struct scene s = {0};
    struct io_screen screen = {.look = look, .ctx = &s};
    struct error e;
    char path[64];
    make_dir();
    snprintf(path, sizeof path, "%s/screen", dir);
    BUG_ON(io_screen_server_open(&s.server, &s.poll, path, &screen, &e));
    for (size_t at = 0; at < len;)
        at += scene_step(&s, data + at, len - at, path);
    take_keys(&s, ~0u);
    io_screen_server_close(s.server);
    for (u32 n = 0; n < VIEWERS; n++)
        if (s.viewer[n])
            close(s.viewer[n]);
    host_poll_fini(&s.poll);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > 4096 || !len)
        return 0;
    if (data[0] & 1)
        fuzz_stream(data + 1, len - 1);
    else
        fuzz_scene(data + 1, len - 1);
    return 0;
}
