/* SPDX-License-Identifier: ISC */
/* The Ethernet cards of a DECstation that are LANCEs: the first is the one on the board. */
#include "machine/board_kn02_int.h"

#include <string.h>

static const unsigned board_kn02_ether_slot[BOARD_KN02_LANCES] = {6, 1};

static bool board_kn02_is_lance(const struct io_ether_options *o)
{
    return o->card == IO_ETHER_CARD_LANCE || o->card == IO_ETHER_CARD_USUAL;
}

static enum err board_kn02_ether_add(struct board_kn02 *b, const struct board_ether_config *config,
                                     unsigned i, struct error *e)
{
    struct board_kn02_lance *l = &b->lance[b->nlances];
    if (b->nlances == BOARD_KN02_LANCES)
        return err_set(e, ERR_CONFIG, "--net: there can be %u LANCEs (more: card=virtio)",
                       BOARD_KN02_LANCES);
    l->slot = board_kn02_ether_slot[b->nlances];
    l->options = &config->cable[i];
    enum err err = tc_slot_add_ram(&tc_lance_class, b->m->mem, tc_kn02_slot(l->slot), e);
    if (!err)
        err = board_ether_open(&l->ether, b->m, config, i, e);
    b->nlances += !err;
    return err;
}

enum err board_kn02_ether_open(struct board_kn02 *b, const struct board_ether_config *config,
                               struct error *e)
{
    enum err err = ERR_OK;
    for (unsigned i = 0; i < config->n && !err; i++)
        if (board_kn02_is_lance(&config->cable[i]))
            err = board_kn02_ether_add(b, config, i, e);
    return err;
}

static void board_kn02_ether_input(void *card, const u8 *data, u32 len)
{
    tc_lance_input(card, data, len);
}

static bool board_kn02_ether_room(const void *card)
{
    return tc_lance_input_room(card);
}

static void board_kn02_ether_plug_one(const struct board_kn02 *b, struct board_kn02_lance *l)
{
    struct tc_lance_config config = {
        .net = l->ether.cable, .mem = b->m->mem, .slot = tc_kn02_slot(l->slot)};
    memcpy(config.mac, l->options->mac, sizeof config.mac);
    l->card = tc_lance_new(&b->m->env, tc_kn02_irq(b->kn02, l->slot), &config);
    tc_kn02_plug(b->kn02, l->slot, &tc_lance_class, l->card);
    struct board_ether_card card = {
        .input = board_kn02_ether_input, .room = board_kn02_ether_room, .card = l->card};
    board_ether_plug(&l->ether, b->m, &card);
}

void board_kn02_ether_plug(struct board_kn02 *b)
{
    for (unsigned i = 0; i < b->nlances; i++)
        board_kn02_ether_plug_one(b, &b->lance[i]);
}

void board_kn02_ether_free(struct board_kn02 *b)
{
    for (unsigned i = 0; i < b->nlances; i++) {
        tc_lance_free(b->lance[i].card);
        board_ether_close(&b->lance[i].ether);
    }
}
