/* SPDX-License-Identifier: ISC */
#include "vmm/vmm_screen.h"
#include "host/host_clock.h"

static bool vmm_screen_get(void *ctx, u8 *ch)
{
    const struct vmm_screen *s = ctx;
    return s->server && io_screen_server_key(s->server, ch);
}

/* As long as somebody may come, a guest that waits for a key may get one. */
static bool vmm_screen_ended(void *ctx)
{
    const struct vmm_screen *s = ctx;
    return !s->server;
}

struct io_console vmm_screen_keys(struct vmm_screen *s)
{
    return (struct io_console){.get = vmm_screen_get, .ended = vmm_screen_ended, .ctx = s};
}

static struct io_picture vmm_screen_look(void *ctx)
{
    struct io_picture p = {0};
    board_look(ctx, &p);
    return p;
}

enum err vmm_screen_open(struct vmm_screen *s, struct board *board, struct host_poll *poll,
                         const char *address, struct error *e)
{
    struct io_screen screen = {.look = vmm_screen_look, .ctx = board};
    struct io_picture p;
    if (!board_look(board, &p))
        return ERR_OK;
    return p.cell ? io_screen_server_open(&s->server, poll, address, &screen, e)
                  : io_shot_server_open(&s->shots, poll, address, &screen, e);
}

void vmm_screen_show(const struct vmm_screen *s, u64 ns)
{
    if (s->server)
        io_screen_server_show(s->server, host_clock_mono_ns(), ns > 0);
    if (s->shots)
        io_shot_server_serve(s->shots, host_clock_mono_ns(), ns > 0);
}

void vmm_screen_close(struct vmm_screen *s)
{
    io_screen_server_close(s->server);
    io_shot_server_close(s->shots);
    *s = (struct vmm_screen){0};
}
