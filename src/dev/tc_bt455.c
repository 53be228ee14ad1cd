/* SPDX-License-Identifier: ISC */
/* A colour is three accesses, red first; the address moves on after blue. */
#include "dev/tc_bt455.h"

#include <string.h>

#define TC_BT455_MOST 0x0f /* of a component, and of the address */

void tc_bt455_reset(struct tc_bt455 *c)
{
    *c = (struct tc_bt455){0};
    memset(c->palette + 3, TC_BT455_MOST, sizeof c->palette - 3);
    memset(c->overlay, TC_BT455_MOST, sizeof c->overlay);
}

/* NULL: no colour is behind this port. Moves on. */
static u8 *tc_bt455_component(struct tc_bt455 *c, enum tc_bt455_port port)
{
    u8 *colour = port == TC_BT455_PALETTE   ? c->palette + 3u * c->address
                 : port == TC_BT455_OVERLAY ? c->overlay
                                            : NULL;
    if (!colour)
        return NULL;
    u8 *at = colour + c->component++;
    if (c->component < 3)
        return at;
    c->component = 0;
    if (port == TC_BT455_PALETTE)
        c->address = (u8)((c->address + 1) & TC_BT455_MOST);
    return at;
}

u8 tc_bt455_read(struct tc_bt455 *c, enum tc_bt455_port port)
{
    const u8 *at = tc_bt455_component(c, port);
    return at ? *at : port == TC_BT455_ADDRESS ? c->address : 0;
}

void tc_bt455_write(struct tc_bt455 *c, enum tc_bt455_port port, u8 val)
{
    u8 *at = tc_bt455_component(c, port);
    if (at) {
        *at = val & TC_BT455_MOST;
        return;
    }
    if (port == TC_BT455_ADDRESS)
        c->address = val & TC_BT455_MOST;
    c->component = 0;
}

static u32 tc_bt455_level(const u8 *colour)
{
    return colour[1] * 0x111111u;
}

u32 tc_bt455_grey(const struct tc_bt455 *c, unsigned colour)
{
    return tc_bt455_level(c->palette + 3 * colour);
}

u32 tc_bt455_overlay(const struct tc_bt455 *c)
{
    return tc_bt455_level(c->overlay);
}

enum err tc_bt455_check(const struct tc_bt455 *c, const char *card, struct error *e)
{
    bool good = c->address <= TC_BT455_MOST && c->component < 3;
    for (unsigned i = 0; i < sizeof c->palette; i++)
        good &= c->palette[i] <= TC_BT455_MOST;
    for (unsigned i = 0; i < sizeof c->overlay; i++)
        good &= c->overlay[i] <= TC_BT455_MOST;
    return good ? ERR_OK : err_set(e, ERR_FORMAT, "%s: Bt455: registers that cannot be so", card);
}
