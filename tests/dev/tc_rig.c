/* SPDX-License-Identifier: ISC */
#include "tc_rig.h"

#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

static void rig_misuse(void *ctx, enum dev_misuse how, const char *what)
{
    struct tc_rig *r = ctx;
    (void)what;
    r->misuses++;
    r->wrongs += how == DEV_WRONG;
}

static void rig_system_line(void *ctx, unsigned n, bool up)
{
    struct tc_rig *r = ctx;
    *(n == TC_KN02_LINE_IO ? &r->io : &r->bus) = up;
}

static void rig_tick_line(void *ctx, unsigned n, bool up)
{
    struct tc_rig *r = ctx;
    (void)n;
    r->tick = up;
}

static void rig_put(struct tc_rig *r, unsigned line, u8 ch)
{
    r->out[line][r->nout[line]++ % sizeof r->out[line]] = ch;
}

static void rig_put_modem(void *ctx, u8 ch)
{
    rig_put(ctx, 2, ch);
}

static void rig_put_console(void *ctx, u8 ch)
{
    rig_put(ctx, TC_DZ_CONSOLE, ch);
}

static void rig_print(void *ctx, u8 ch)
{
    struct tc_rig *r = ctx;
    r->printed[r->nprinted++ % sizeof r->printed] = ch;
}

static void rig_power_off(void *ctx, u32 status)
{
    struct tc_rig *r = ctx;
    r->off = true;
    r->off_status = status;
}

static void rig_send(void *ctx, const void *frame, u32 len)
{
    struct tc_rig *r = ctx;
    BUG_ON(!io_ether_len_ok(len));
    memcpy(r->frame, frame, len);
    r->frame_len = len;
    r->frames++;
}

static bool rig_card_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    static const struct tc_rom rom = {.module = "RIG-CARD", .firmware = "V1.0"};
    const struct tc_rig *r = dev;
    (void)a;
    *val = off >= TC_SLOT_ROM ? tc_slot_rom_word(&rom, off - TC_SLOT_ROM) : off ? 0 : r->card;
    return off < 0x1000 || off >= TC_SLOT_ROM || off == RIG_CARD_RAM + RIG_CARD_RAM_SIZE;
}

static bool rig_card_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_rig *r = dev;
    (void)a;
    r->card = val;
    return off < 0x1000;
}

static void rig_card_reset(void *dev)
{
    ((struct tc_rig *)dev)->card = 0;
}

static const struct mem_ops rig_card_ops = {.read = rig_card_read, .write = rig_card_write};
static const struct tc_class rig_card_class = {
    .name = "card",
    .ops = &rig_card_ops,
    .reset = rig_card_reset,
    .ram = RIG_CARD_RAM,
    .ram_size = RIG_CARD_RAM_SIZE,
};

static void rig_chips(struct tc_rig *r, u64 epoch_ns)
{
    struct dev_line system = {.set = rig_system_line, .ctx = r};
    struct dev_line tick = {.set = rig_tick_line, .ctx = r};
    struct io_console line[TC_DZ_LINES] = {[2] = {.put = rig_put_modem, .ctx = r},
                                           [TC_DZ_CONSOLE] = {.put = rig_put_console, .ctx = r}};
    struct tc_prom_host host = {.put = rig_print, .power_off = rig_power_off, .ctx = r};
    r->kn02 = tc_kn02_new(&r->env, &system);
    r->dz = tc_dz_new(&r->env, tc_kn02_irq(r->kn02, TC_KN02_IRQ_DZ), line);
    r->rtc = tc_ds1287_new(&r->env, tick, epoch_ns ? epoch_ns : RIG_EPOCH);
    r->prom = tc_prom_new(&r->env, r->mem, RIG_RAM, &host);
    struct tc_lance_config lance = {
        .net = {.send = rig_send, .ctx = r}, .mac = RIG_MAC, .mem = r->mem, .slot = RIG_LANCE};
    r->lance = tc_lance_new(&r->env, tc_kn02_irq(r->kn02, RIG_LANCE_SLOT), &lance);
    tc_kn02_plug(r->kn02, RIG_SLOT, &rig_card_class, r);
    tc_kn02_plug(r->kn02, RIG_LANCE_SLOT, &tc_lance_class, r->lance);
    tc_kn02_map(r->kn02, r->mem);
    tc_kn02_map_hole(r->kn02, r->mem, RIG_RAM, 0x10000);
    tc_dz_map(r->dz, r->mem, TC_KN02_DZ);
    tc_ds1287_map(r->rtc, r->mem, TC_KN02_RTC);
    tc_prom_map(r->prom, TC_KN02_GATE);
    tc_kn02_add_state(r->kn02, &r->parts);
    tc_dz_add_state(r->dz, &r->parts);
    tc_ds1287_add_state(r->rtc, &r->parts);
    tc_prom_add_state(r->prom, &r->parts);
}

struct tc_rig *tc_rig_new(u64 epoch_ns)
{
    struct tc_rig *r = xcalloc(1, sizeof *r);
    struct error e;
    r->clock = (struct clock){.hz = RIG_HZ, .next = CLOCK_NEVER};
    r->mem = mem_new();
    BUG_ON(mem_add_ram(r->mem, 0, RIG_RAM, &e));
    BUG_ON(mem_add_rom(r->mem, TC_KN02_PROM, TC_PROM_SIZE, &e));
    BUG_ON(tc_slot_add_ram(&rig_card_class, r->mem, tc_kn02_slot(RIG_SLOT), &e));
    BUG_ON(tc_slot_add_ram(&tc_lance_class, r->mem, RIG_LANCE, &e));
    tc_prom_fill(mem_ram_ptr(r->mem, TC_KN02_PROM, TC_PROM_SIZE));
    r->env = (struct dev_env){.clock = &r->clock,
                              .trace = &r->tracing,
                              .stats = &r->stats,
                              .misuse = rig_misuse,
                              .ctx = r};
    rig_chips(r, epoch_ns);
    tc_rig_reset(r);
    return r;
}

void tc_rig_free(struct tc_rig *r)
{
    tc_prom_free(r->prom);
    tc_ds1287_free(r->rtc);
    tc_dz_free(r->dz);
    tc_lance_free(r->lance);
    tc_kn02_free(r->kn02);
    state_set_fini(&r->parts);
    mem_free(r->mem);
    free(r);
}

void tc_rig_reset(struct tc_rig *r)
{
    tc_dz_reset(r->dz);
    tc_ds1287_reset(r->rtc);
    tc_prom_reset(r->prom);
    tc_kn02_reset(r->kn02);
}

bool tc_rig_read(struct tc_rig *r, unsigned size, u32 pa, u32 *val)
{
    return mem_read(r->mem, (struct mem_access){.size = (u8)size}, false, pa, val);
}

bool tc_rig_write(struct tc_rig *r, unsigned size, u32 pa, u32 val)
{
    return mem_write(r->mem, (struct mem_access){.size = (u8)size}, false, pa, val);
}

void tc_rig_run(struct tc_rig *r, u64 ns)
{
    u64 end = r->clock.now_base + clock_ns_to_cycles(&r->clock, ns);
    while (r->clock.next <= end) {
        if (r->clock.next > r->clock.now_base)
            r->clock.now_base = r->clock.next;
        clock_run_due(&r->clock);
    }
    r->clock.now_base = end;
}
