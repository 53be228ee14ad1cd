/* SPDX-License-Identifier: ISC */
#include "machine/board_vio_net.h"

#include <string.h>

static void board_vio_net_input(void *card, const u8 *data, u32 len)
{
    vio_net_input(card, data, len);
}

static bool board_vio_net_room(const void *card)
{
    return vio_net_input_room(card);
}

enum err board_vio_net_open(struct board_vio_net *n, struct machine *m,
                            const struct board_ether_config *config, unsigned i,
                            struct dev_line line, struct error *e)
{
    struct vio_place place = {.env = &m->env, .mem = m->mem, .line = line};
    *n = (struct board_vio_net){.card = NULL};
    enum err err = board_ether_open(&n->ether, m, config, i, e);
    if (err)
        return err;
    struct vio_net_config card = {.cable = n->ether.cable};
    memcpy(card.mac, config->cable[i].mac, sizeof card.mac);
    n->card = vio_net_new(&place, &card);
    board_ether_plug(&n->ether, m,
                     &(struct board_ether_card){.input = board_vio_net_input,
                                                .room = board_vio_net_room,
                                                .card = n->card});
    return ERR_OK;
}

void board_vio_net_close(struct board_vio_net *n)
{
    board_ether_close(&n->ether);
}
