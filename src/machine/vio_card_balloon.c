/* SPDX-License-Identifier: ISC */
/*
 * Each line that comes by the control socket is a size, as "16M", or empty; the answer is a line,
 * too. What enters the machine, and a recording of it, is the number of pages.
 */
#include "machine/vio_card_balloon.h"
#include "dev/vio_balloon.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vio_card_balloon {
    struct machine *m;
    struct vio_balloon *balloon;
    struct io_stream control; /* no `receive`: nobody can say anything */
    u64 ram;
    char line[64]; /* that is coming in */
    unsigned len;
};

/* ---- words ---- */

static void vio_card_balloon_answer(const struct vio_card_balloon *c, u32 target)
{
    char size[2][NUM_SIZE_LEN], text[128];
    u32 actual = vio_balloon_actual(c->balloon);
    int n = snprintf(text, sizeof text, "%s of %s taken\n",
                     num_format_size(size[0], (u64)actual << MEM_PAGE_SHIFT),
                     num_format_size(size[1], (u64)target << MEM_PAGE_SHIFT));
    c->control.send(c->control.ctx, text, (u32)n);
}

/* True: *target is a new one. */
static bool vio_card_balloon_obey(const struct vio_card_balloon *c, u32 *target)
{
    struct error e;
    u64 bytes;
    *target = vio_balloon_target(c->balloon);
    if (*c->line && num_parse_size(c->line, 0, c->ram, &bytes, &e)) {
        c->control.send(c->control.ctx, e.msg, (u32)strlen(e.msg));
        c->control.send(c->control.ctx, "\n", 1);
        return false;
    }
    if (*c->line)
        *target = (u32)(bytes >> MEM_PAGE_SHIFT);
    vio_card_balloon_answer(c, *target);
    return *c->line;
}

/* A whole line is there; of one that is too long, the beginning, which is no size. */
static bool vio_card_balloon_line(struct vio_card_balloon *c)
{
    char ch;
    while (c->control.receive(c->control.ctx, &ch, 1)) {
        if (ch == '\n') {
            c->line[c->len] = '\0';
            c->len = 0;
            return true;
        }
        if (ch != '\r' && c->len + 1 < sizeof c->line)
            c->line[c->len++] = ch ? ch : '?';
    }
    if (!c->control.here(c->control.ctx))
        c->len = 0;
    return false;
}

/* ---- the source ---- */

static bool vio_card_balloon_poll(void *ctx, u8 *data, u32 *len)
{
    struct vio_card_balloon *c = ctx;
    u32 target;
    while (vio_card_balloon_line(c)) {
        if (!vio_card_balloon_obey(c, &target))
            continue;
        store_le32(data, target);
        *len = 4;
        return true;
    }
    return false;
}

static void vio_card_balloon_deliver(void *ctx, const u8 *data, u32 len)
{
    const struct vio_card_balloon *c = ctx;
    if (len == 4)
        vio_balloon_set(c->balloon, load_le32(data));
}

static bool vio_card_balloon_ended(const void *ctx)
{
    const struct vio_card_balloon *c = ctx;
    return !c->control.receive;
}

/* ---- the card ---- */

static u64 vio_card_balloon_ram(const struct mem *mem)
{
    u64 sum = 0;
    for (unsigned i = 0; i < mem->nregions; i++)
        if (mem->region[i].kind == MEM_RAM)
            sum += mem->region[i].size;
    return sum;
}

static enum err vio_card_balloon_open(struct vio_card_balloon *c, const struct vio_conf *conf,
                                      struct error *e)
{
    const struct machine_host *host = &c->m->host;
    char size[2][NUM_SIZE_LEN];
    if (conf->balloon.size > c->ram)
        return err_set(e, ERR_CONFIG, "balloon: size is %s, and the machine has only %s",
                       num_format_size(size[0], conf->balloon.size),
                       num_format_size(size[1], c->ram));
    if (!conf->balloon.control || c->m->intake.mode == INTAKE_REPLAY || !host->open_stream)
        return ERR_OK;
    enum err err = host->open_stream(host->ctx, conf->balloon.control, &c->control, e);
    return err ? err_prefix(e, "balloon: control") : ERR_OK;
}

enum err vio_card_balloon_new(struct vio **out, struct machine *m, const struct vio_place *place,
                              const struct vio_conf *conf, struct error *e)
{
    struct vio_card_balloon *c = xcalloc(1, sizeof *c);
    struct vio_balloon_config config = {
        .target = (u32)(conf->balloon.size >> MEM_PAGE_SHIFT), .drop = free, .ctx = c};
    struct machine_source source = {.poll = vio_card_balloon_poll,
                                    .deliver = vio_card_balloon_deliver,
                                    .ended = vio_card_balloon_ended,
                                    .ctx = c};
    c->m = m;
    c->ram = vio_card_balloon_ram(m->mem);
    enum err err = vio_card_balloon_open(c, conf, e);
    if (err) {
        free(c);
        return err;
    }
    c->balloon = vio_balloon_new(place, &config);
    machine_add_source(m, &source);
    *out = vio_balloon_device(c->balloon);
    return ERR_OK;
}
