/* SPDX-License-Identifier: ISC */
#include "machine/board_ether.h"
#include "lib/bug.h"

/* In a replay it goes nowhere. An answer may be there before the card's driver goes on. */
static void board_ether_send(void *ctx, const void *frame, u32 len)
{
    const struct board_ether *b = ctx;
    if (!b->real.send)
        return;
    b->real.send(b->real.ctx, frame, len);
    machine_expects_input(b->m);
}

enum err board_ether_open(struct board_ether *b, struct machine *m,
                          const struct board_ether_config *config, unsigned i, struct error *e)
{
    BUG_ON(i >= config->n);
    *b = (struct board_ether){
        .cable = {.send = board_ether_send, .ctx = b}, .m = m, .dead = !config->open};
    if (b->dead || m->intake.mode == INTAKE_REPLAY)
        return ERR_OK;
    return config->open(config->ctx, i, &config->cable[i], &b->real, e);
}

static bool board_ether_poll(void *ctx, u8 *data, u32 *len)
{
    const struct board_ether *b = ctx;
    return b->real.poll && b->real.poll(b->real.ctx, data, len);
}

static void board_ether_deliver(void *ctx, const u8 *data, u32 len)
{
    const struct board_ether *b = ctx;
    b->card.input(b->card.card, data, len);
}

static bool board_ether_room(const void *ctx)
{
    const struct board_ether *b = ctx;
    return b->card.room(b->card.card);
}

static bool board_ether_ended(const void *ctx)
{
    const struct board_ether *b = ctx;
    return b->dead;
}

void board_ether_plug(struct board_ether *b, struct machine *m, const struct board_ether_card *card)
{
    struct machine_source source = {.poll = board_ether_poll,
                                    .deliver = board_ether_deliver,
                                    .room = board_ether_room,
                                    .ended = board_ether_ended,
                                    .ctx = b};
    b->card = *card;
    machine_add_source(m, &source);
}

void board_ether_close(struct board_ether *b)
{
    if (b->real.close)
        b->real.close(b->real.ctx);
    *b = (struct board_ether){.dead = true};
}
