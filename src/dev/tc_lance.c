/* SPDX-License-Identifier: ISC */
/*
 * The transmitter is a hundred times as fast as the real wire: a byte takes 8 ns. Its ring is
 * looked at when the driver demands it, after each frame, and when CSR0 is written, but not every
 * 1.6 ms, so that an idle card costs nothing. Initialization takes no time. The card's memory
 * always answers (MERR never comes), and so does the transceiver (CERR).
 *
 * The card's decoder ignores bit 21, so that the ROM is seen at 0x1c0000 and where kernels look for
 * it. Its memory is seen again and again up to 0x100000, here by the slower way.
 */
#include "dev/tc_lance_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define TC_LANCE_LOOK_NS 1000u
#define TC_LANCE_BYTE_NS 8u
#define TC_LANCE_AROUND  24u /* bytes' time: preamble, check sequence and gap */

enum {
    TC_LANCE_DECODED = 0x1fffff,
    TC_LANCE_PORTS = 0x100000, /* RDP and RAP in turn */
    TC_LANCE_NOTHING = 0x180000,
    TC_LANCE_ROM = 0x1c0000,

    TC_LANCE_ERRORS = TC_LANCE_BABL | TC_LANCE_CERR | TC_LANCE_MISS | TC_LANCE_MERR,
    TC_LANCE_EVENTS = TC_LANCE_BABL | TC_LANCE_MISS | TC_LANCE_MERR | TC_LANCE_RINT |
                      TC_LANCE_TINT | TC_LANCE_IDON,
    TC_LANCE_CLEARED = TC_LANCE_EVENTS | TC_LANCE_CERR, /* by writing them */
    TC_LANCE_KEPT = TC_LANCE_CLEARED | TC_LANCE_INEA | TC_LANCE_RXON | TC_LANCE_TXON |
                    TC_LANCE_TDMD | TC_LANCE_STOP | TC_LANCE_STRT | TC_LANCE_INIT,
};

static u16 tc_lance_csr0(const struct tc_lance *l)
{
    u16 csr0 = l->csr[0];
    return (u16)(csr0 | (csr0 & TC_LANCE_ERRORS ? TC_LANCE_ERR : 0) |
                 (csr0 & TC_LANCE_EVENTS ? TC_LANCE_INTR : 0));
}

void tc_lance_drive(struct tc_lance *l)
{
    dev_line_set(&l->line, l->csr[0] & TC_LANCE_EVENTS && l->csr[0] & TC_LANCE_INEA);
}

/* ---- transmission's pace ---- */

static void tc_lance_look(struct tc_lance *l)
{
    if (l->csr[0] & TC_LANCE_TXON && !l->look.armed)
        event_arm_after(&l->look, TC_LANCE_LOOK_NS);
}

static void tc_lance_look_due(void *ctx)
{
    struct tc_lance *l = ctx;
    l->csr[0] &= (u16)~TC_LANCE_TDMD;
    u32 len = tc_lance_transmit(l);
    if (len && l->csr[0] & TC_LANCE_TXON)
        event_arm_after(&l->look, (u64)(len + TC_LANCE_AROUND) * TC_LANCE_BYTE_NS);
    tc_lance_drive(l);
}

/* ---- CSR0 ---- */

static void tc_lance_stop(struct tc_lance *l)
{
    l->csr[0] = TC_LANCE_STOP;
    l->csr[3] = 0;
    dev_disarm(&l->look);
}

static struct tc_lance_ring tc_lance_init_ring(const struct tc_lance *l, u32 at)
{
    u16 high = tc_lance_word(l, at + 2);
    return (struct tc_lance_ring){.base = (tc_lance_word(l, at) & 0xfff8u) | (high & 0xffu) << 16,
                                  .log = (u8)(high >> 13)};
}

static void tc_lance_init(struct tc_lance *l)
{
    u32 block = l->csr[1] | (u32)l->csr[2] << 16;
    l->mode = tc_lance_word(l, block) & TC_LANCE_MODE;
    for (u32 i = 0; i < 3; i++)
        store_le16(l->address + 2 * i, tc_lance_word(l, block + 2 + 2 * i));
    for (u32 i = 0; i < 4; i++)
        store_le16(l->filter + 2 * i, tc_lance_word(l, block + 8 + 2 * i));
    l->rx = tc_lance_init_ring(l, block + 16);
    l->tx = tc_lance_init_ring(l, block + 20);
    l->csr[0] = TC_LANCE_INIT | TC_LANCE_IDON;
}

static void tc_lance_start(struct tc_lance *l)
{
    l->csr[0] &= (u16)~TC_LANCE_STOP;
    l->csr[0] |= TC_LANCE_STRT;
    if (!(l->mode & TC_LANCE_DRX))
        l->csr[0] |= TC_LANCE_RXON;
    if (!(l->mode & TC_LANCE_DTX))
        l->csr[0] |= TC_LANCE_TXON;
}

static void tc_lance_write_csr0(struct tc_lance *l, u16 val)
{
    if (val & TC_LANCE_STOP) {
        tc_lance_stop(l);
        return;
    }
    l->csr[0] &= (u16) ~(val & TC_LANCE_CLEARED);
    if (val & TC_LANCE_INIT && l->csr[0] & TC_LANCE_STOP)
        tc_lance_init(l);
    else if (val & TC_LANCE_INIT)
        dev_odd(l->env, "lance: INIT without STOP");
    if (val & TC_LANCE_STRT && !(l->csr[0] & TC_LANCE_STRT))
        tc_lance_start(l);
    if (l->csr[0] & TC_LANCE_STOP)
        return;
    l->csr[0] = (u16)((l->csr[0] & ~TC_LANCE_INEA) | (val & TC_LANCE_INEA));
    if (l->csr[0] & TC_LANCE_TXON)
        l->csr[0] |= val & TC_LANCE_TDMD;
    tc_lance_look(l);
}

/* ---- ports, memory and ROM ---- */

/* CSR1 to CSR3 can be written only while the chip is stopped. */
static void tc_lance_write_csr(struct tc_lance *l, u16 val)
{
    static const u16 kept[] = {0, 0xfffe, 0x00ff, 0x0007};
    if (!l->rap)
        tc_lance_write_csr0(l, val);
    else if (l->csr[0] & TC_LANCE_STOP)
        l->csr[l->rap] = val & kept[l->rap];
    else
        dev_odd(l->env, "lance: CSR1 to CSR3 can be written only after STOP");
    tc_lance_drive(l);
}

static const struct tc_rom tc_lance_rom = {.module = "PMAD-AA", .firmware = "kuseg 1"};

static u32 tc_lance_register(const struct tc_lance *l, u32 at)
{
    if (at >= TC_LANCE_ROM)
        return tc_slot_rom_word(&tc_lance_rom, at - TC_LANCE_ROM) |
               (u32)l->station[at / 4 % sizeof l->station] << 16;
    if (at >= TC_LANCE_NOTHING)
        return 0;
    if (at & 4)
        return l->rap;
    return l->rap ? l->csr[l->rap] : tc_lance_csr0(l);
}

static bool tc_lance_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    const struct tc_lance *l = dev;
    u32 at = off & TC_LANCE_DECODED;
    if (at < TC_LANCE_PORTS)
        return mem_read(l->config.mem, a, false, l->config.slot + at % TC_LANCE_RAM, val);
    *val = tc_lane(tc_lance_register(l, at), off);
    return true;
}

static bool tc_lance_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_lance *l = dev;
    u32 at = off & TC_LANCE_DECODED;
    if (at < TC_LANCE_PORTS)
        return mem_write(l->config.mem, a, false, l->config.slot + at % TC_LANCE_RAM, val);
    if (at >= TC_LANCE_NOTHING || at & 3)
        return true;
    if (at & 4)
        l->rap = val & 3;
    else
        tc_lance_write_csr(l, (u16)val);
    return true;
}

static const struct mem_ops tc_lance_ops = {.read = tc_lance_read, .write = tc_lance_write};

/* ---- the card ---- */

/* Its memory and the carrier are not the chip's to forget. */
static void tc_lance_reset(void *dev)
{
    struct tc_lance *l = dev;
    tc_lance_stop(l);
    l->rap = l->csr[1] = l->csr[2] = 0;
    l->mode = 0;
    memset(l->address, 0, sizeof l->address);
    memset(l->filter, 0, sizeof l->filter);
    l->rx = l->tx = (struct tc_lance_ring){0};
    tc_lance_drive(l);
}

static bool tc_lance_ring_possible(const struct tc_lance_ring *r)
{
    return !(r->base & ~0xfffff8u) && r->log < 8 && r->at < 1u << r->log;
}

static bool tc_lance_csr0_possible(const struct tc_lance *l)
{
    u16 csr0 = l->csr[0];
    if (csr0 & TC_LANCE_STOP)
        return csr0 == TC_LANCE_STOP && !l->look.armed;
    return !(csr0 & ~TC_LANCE_KEPT) && csr0 & (TC_LANCE_INIT | TC_LANCE_STRT) &&
           (csr0 & TC_LANCE_STRT || !(csr0 & (TC_LANCE_RXON | TC_LANCE_TXON))) &&
           (csr0 & TC_LANCE_TXON || !(l->look.armed || csr0 & TC_LANCE_TDMD));
}

static enum err tc_lance_check(const void *scratch, struct error *e)
{
    const struct tc_lance *l = scratch;
    if (!tc_lance_csr0_possible(l) || l->rap > 3 || l->csr[1] & 1 || l->csr[2] > 0xff ||
        l->csr[3] > 7)
        return err_set(e, ERR_FORMAT, "tc_lance: registers that cannot be so");
    if (l->mode & ~TC_LANCE_MODE || !tc_lance_ring_possible(&l->rx) ||
        !tc_lance_ring_possible(&l->tx))
        return err_set(e, ERR_FORMAT, "tc_lance: an initialization that cannot be so");
    return ERR_OK;
}

static void tc_lance_loaded(void *obj)
{
    struct tc_lance *l = obj;
    event_loaded(&l->look);
    tc_lance_drive(l);
}

static const struct state_field tc_lance_fields[] = {
    STATE_FIELD(struct tc_lance, rap, U16, 1),
    STATE_FIELD(struct tc_lance, csr, U16, 4),
    STATE_FIELD(struct tc_lance, mode, U16, 1),
    STATE_FIELD(struct tc_lance, address, U8, IO_ETHER_ADDRESS),
    STATE_FIELD(struct tc_lance, filter, U8, 8),
    STATE_FIELD(struct tc_lance, rx.base, U32, 1),
    STATE_FIELD(struct tc_lance, rx.log, U8, 1),
    STATE_FIELD(struct tc_lance, rx.at, U8, 1),
    STATE_FIELD(struct tc_lance, tx.base, U32, 1),
    STATE_FIELD(struct tc_lance, tx.log, U8, 1),
    STATE_FIELD(struct tc_lance, tx.at, U8, 1),
    STATE_FIELD(struct tc_lance, carrier, BOOL, 1),
    DEV_STATE_EVENT(struct tc_lance, look),
};

static const struct state_desc tc_lance_state = {
    .name = "tc_lance",
    .version = 1,
    .nfields = ARRAY_LEN(tc_lance_fields),
    .size = sizeof(struct tc_lance),
    .fields = tc_lance_fields,
    .check = tc_lance_check,
    .loaded = tc_lance_loaded,
};

const struct tc_class tc_lance_class = {
    .name = "lance",
    .ops = &tc_lance_ops,
    .reset = tc_lance_reset,
    .state = &tc_lance_state,
    .ram = 0,
    .ram_size = TC_LANCE_RAM,
};

/* The address and its checksum, these backwards and forwards again, and a pattern. */
static void tc_lance_fill_station(struct tc_lance *l)
{
    static const u8 pattern[] = {0xff, 0x00, 0x55, 0xaa, 0xff, 0x00, 0x55, 0xaa};
    const u8 *mac = l->config.mac;
    u8 *rom = l->station;
    u32 sum = 0;
    for (unsigned i = 0; i < 3; i++) {
        sum = 2 * sum + (2 * sum > 0xffff);
        sum = (sum & 0xffff) + load_be16(mac + 2 * i);
        sum = (sum & 0xffff) + (sum > 0xffff);
    }
    memcpy(rom, mac, IO_ETHER_ADDRESS);
    store_be16(rom + 6, (u16)sum);
    for (unsigned i = 0; i < 8; i++)
        rom[15 - i] = rom[16 + i] = rom[i];
    memcpy(rom + 24, pattern, sizeof pattern);
}

struct tc_lance *tc_lance_new(const struct dev_env *env, struct dev_line line,
                              const struct tc_lance_config *config)
{
    struct tc_lance *l = xcalloc(1, sizeof *l);
    l->env = env;
    l->line = line;
    l->config = *config;
    l->ram = mem_ram_ptr(config->mem, config->slot, TC_LANCE_RAM);
    BUG_ON(!l->ram);
    l->csr[0] = TC_LANCE_STOP;
    event_init(&l->look, env->clock, tc_lance_look_due, l);
    tc_lance_fill_station(l);
    return l;
}

void tc_lance_free(struct tc_lance *l)
{
    free(l);
}
