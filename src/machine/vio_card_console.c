/* SPDX-License-Identifier: ISC */
/*
 * All ports are one source of the machine. What enters by it: the port, what it is about, and
 * bytes; or one byte, whether somebody is there; or how many bytes were taken.
 */
#include "machine/vio_card_console.h"
#include "dev/vio_console.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

enum {
    VIO_CARD_CONSOLE_BYTES,
    VIO_CARD_CONSOLE_PEER,
    VIO_CARD_CONSOLE_TOOK,
    VIO_CARD_CONSOLE_HEAD = 2, /* port, what */
};

struct vio_card_console {
    struct machine *m;
    struct vio_console *console;
    unsigned nports;
    struct io_stream stream[VIO_CONSOLE_PORTS]; /* no `send`: it leads nowhere */
    char name[VIO_CONSOLE_PORTS][VIO_CONSOLE_NAME + 1];
};

/* An answer may be there before the driver goes on. */
static void vio_card_console_send(void *ctx, unsigned port, const void *data, u32 len)
{
    struct vio_card_console *c = ctx;
    const struct io_stream *s = &c->stream[port];
    if (s->send)
        s->send(s->ctx, data, len);
    machine_expects_input(c->m);
}

/* ---- the source ---- */

/* Little by little costs more than it brings, while there is something left to be taken. */
static bool vio_card_console_poll_taken(const struct vio_card_console *c, unsigned port, u8 *data,
                                        u32 *len)
{
    const struct io_stream *s = &c->stream[port];
    u32 untaken = vio_console_untaken(c->console, port), unsent = s->send ? s->unsent(s->ctx) : 0;
    if (untaken <= unsent || (unsent && untaken - unsent < VIO_CONSOLE_WINDOW / 4))
        return false;
    store_le32(data, untaken - unsent);
    *len = 4;
    return true;
}

/* Who left is there until all that he sent is in the driver's buffers: it would be past the end. */
static bool vio_card_console_poll_peer(const struct vio_card_console *c, unsigned port, u8 *data,
                                       u32 *len)
{
    const struct io_stream *s = &c->stream[port];
    bool here = s->send && (s->here(s->ctx) || vio_console_waiting(c->console, port));
    if (here == vio_console_has_peer(c->console, port))
        return false;
    *data = here;
    *len = 1;
    return true;
}

static bool vio_card_console_poll_bytes(const struct vio_card_console *c, unsigned port, u8 *data,
                                        u32 *len)
{
    const struct io_stream *s = &c->stream[port];
    u32 room = vio_console_room(c->console, port);
    *len = s->send && room ? s->receive(s->ctx, data, room) : 0;
    return *len;
}

static bool vio_card_console_poll_port(const struct vio_card_console *c, unsigned port, u8 *data,
                                       u32 *len)
{
    u8 *to = data + VIO_CARD_CONSOLE_HEAD;
    data[0] = (u8)port;
    if (vio_card_console_poll_taken(c, port, to, len))
        data[1] = VIO_CARD_CONSOLE_TOOK;
    else if (vio_card_console_poll_peer(c, port, to, len))
        data[1] = VIO_CARD_CONSOLE_PEER;
    else if (vio_card_console_poll_bytes(c, port, to, len))
        data[1] = VIO_CARD_CONSOLE_BYTES;
    else
        return false;
    *len += VIO_CARD_CONSOLE_HEAD;
    return true;
}

static bool vio_card_console_poll(void *ctx, u8 *data, u32 *len)
{
    const struct vio_card_console *c = ctx;
    _Static_assert(VIO_CARD_CONSOLE_HEAD + VIO_CONSOLE_IN <= MACHINE_INPUT_MAX, "room");
    for (unsigned port = 0; port < c->nports; port++)
        if (vio_card_console_poll_port(c, port, data, len))
            return true;
    return false;
}

static void vio_card_console_deliver(void *ctx, const u8 *data, u32 len)
{
    const struct vio_card_console *c = ctx;
    if (len < VIO_CARD_CONSOLE_HEAD || data[0] >= c->nports)
        return;
    const u8 *from = data + VIO_CARD_CONSOLE_HEAD;
    len -= VIO_CARD_CONSOLE_HEAD;
    if (data[1] == VIO_CARD_CONSOLE_BYTES)
        vio_console_input(c->console, data[0], from, len);
    else if (data[1] == VIO_CARD_CONSOLE_PEER && len == 1)
        vio_console_peer(c->console, data[0], *from);
    else if (data[1] == VIO_CARD_CONSOLE_TOOK && len == 4)
        vio_console_took(c->console, data[0], load_le32(from));
}

/* ---- the card ---- */

static enum err vio_card_console_open(struct vio_card_console *c, unsigned port,
                                      const char *address, struct error *e)
{
    const struct machine_host *host = &c->m->host;
    if (c->m->intake.mode == INTAKE_REPLAY || !host->open_stream)
        return ERR_OK;
    return host->open_stream(host->ctx, address, &c->stream[port], e);
}

static bool vio_card_console_is_name(const char *name, size_t len)
{
    if (!len || len > VIO_CONSOLE_NAME)
        return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
            return false;
    return true;
}

/* NAME:ADDRESS */
static enum err vio_card_console_add(struct vio_card_console *c, const char *words, struct error *e)
{
    size_t len = strcspn(words, ":");
    if (!words[len] || !vio_card_console_is_name(words, len))
        return err_set(e, ERR_CONFIG, "wants NAME:ADDRESS, and a name of up to %u letters",
                       VIO_CONSOLE_NAME);
    memcpy(c->name[c->nports], words, len);
    for (unsigned i = 1; i < c->nports; i++)
        if (!strcmp(c->name[i], c->name[c->nports]))
            return err_set(e, ERR_CONFIG, "there is such a port already");
    return vio_card_console_open(c, c->nports++, words + len + 1, e);
}

static enum err vio_card_console_add_all(struct vio_card_console *c, const struct vio_conf *conf,
                                         struct error *e)
{
    const struct vio_conf_texts *port = &conf->console.port;
    enum err err = ERR_OK;
    if (!conf->console.socket && !port->n)
        return err_set(e, ERR_CONFIG, "console: wants socket=ADDRESS, port=NAME:ADDRESS, or both");
    c->nports = 1;
    if (conf->console.socket &&
        (err = vio_card_console_open(c, 0, conf->console.socket, e)) != ERR_OK)
        return err_prefix(e, "console: socket=%s", conf->console.socket);
    for (size_t i = 0; i < port->n; i++)
        if ((err = vio_card_console_add(c, port->item[i], e)) != ERR_OK)
            return err_prefix(e, "console: port=%s", port->item[i]);
    return ERR_OK;
}

enum err vio_card_console_new(struct vio **out, struct machine *m, const struct vio_place *place,
                              const struct vio_conf *conf, struct error *e)
{
    struct vio_card_console *c = xcalloc(1, sizeof *c);
    struct vio_console_config config = {.console = conf->console.socket,
                                        .columns = (u16)conf->console.columns,
                                        .rows = (u16)conf->console.rows,
                                        .send = vio_card_console_send,
                                        .drop = free,
                                        .ctx = c};
    struct machine_source source = {
        .poll = vio_card_console_poll, .deliver = vio_card_console_deliver, .ctx = c};
    c->m = m;
    enum err err = vio_card_console_add_all(c, conf, e);
    if (err) {
        free(c);
        return err;
    }
    config.nports = c->nports;
    for (unsigned i = 1; i < c->nports; i++)
        config.name[i] = c->name[i];
    c->console = vio_console_new(place, &config);
    machine_add_source(m, &source);
    *out = vio_console_device(c->console);
    return ERR_OK;
}
