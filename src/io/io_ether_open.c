/* SPDX-License-Identifier: ISC */
#include "io/io_ether_open.h"
#include "io/io_ether_int.h"

enum err io_ether_open(struct io_ether *out, const struct io_ether_options *o,
                       struct host_poll *poll, const char *label, struct error *e)
{
    const struct io_ether_place p = {.poll = poll, .options = o, .label = label};
    *out = (struct io_ether){0};
    switch (o->kind) {
    case IO_ETHER_USER:
        return io_ether_user_open(out, &p, e);
    case IO_ETHER_TAP:
    case IO_ETHER_VDE:
        return io_ether_port_open(out, &p, e);
    case IO_ETHER_LISTEN:
    case IO_ETHER_CONNECT:
        return io_ether_pair_open(out, &p, e);
    }
    return ERR_OK;
}
