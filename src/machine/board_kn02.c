/* SPDX-License-Identifier: ISC */
/* The DECstation 5000/200, as plain code: its memory and its wires. Booting: board_kn02_boot.c. */
#include "dev/tc_ds1287.h"
#include "dev/tc_kn02.h"
#include "dev/tc_prom.h"
#include "host/host_clock.h"
#include "lib/bug.h"
#include "lib/num.h"
#include "machine/board_kn02_int.h"
#include "machine/vio_card.h"

#include <stdlib.h>
#include <string.h>

/* The CPU's lines. */
#define KN02_CPU_IO  0x400u
#define KN02_CPU_RTC 0x800u
#define KN02_CPU_BUS 0x2000u

/* ---- wires ---- */

static void board_kn02_cpu_line(const struct board_kn02 *b, u32 line, bool up)
{
    mips_set_irq(&b->m->cpu[0]->mips, line, up);
    if (up)
        machine_cpu_woken(b->m);
}

static void board_kn02_system_line(void *ctx, unsigned n, bool up)
{
    board_kn02_cpu_line(ctx, n == TC_KN02_LINE_IO ? KN02_CPU_IO : KN02_CPU_BUS, up);
}

static void board_kn02_clock_line(void *ctx, unsigned n, bool up)
{
    (void)n;
    board_kn02_cpu_line(ctx, KN02_CPU_RTC, up);
}

static void board_kn02_put(void *ctx, u8 ch)
{
    const struct board_kn02 *b = ctx;
    const struct io_console *c = &b->line[TC_DZ_CONSOLE].console;
    if (c->put)
        c->put(c->ctx, ch);
}

static void board_kn02_power_off(void *ctx, u32 status)
{
    struct board_kn02 *b = ctx;
    machine_end(b->m, MACHINE_POWER_OFF, status, "powered off");
}

/* ---- what is typed ---- */

static bool board_kn02_typed(void *ctx, u8 *data, u32 *len)
{
    const struct board_kn02_line *l = ctx;
    *len = 1;
    return l->console.get && l->console.get(l->console.ctx, data);
}

static void board_kn02_type(void *ctx, const u8 *data, u32 len)
{
    const struct board_kn02_line *l = ctx;
    if (len == 1)
        tc_dz_input(l->b->dz, l->n, *data);
}

static bool board_kn02_room(const void *ctx)
{
    const struct board_kn02_line *l = ctx;
    return tc_dz_input_room(l->b->dz, l->n);
}

static bool board_kn02_ended(const void *ctx)
{
    const struct board_kn02_line *l = ctx;
    return !l->console.get || (l->console.ended && l->console.ended(l->console.ctx));
}

static void board_kn02_connect(struct board_kn02 *b, const struct io_console *console)
{
    for (unsigned i = 0; i < TC_DZ_LINES; i++) {
        struct board_kn02_line *l = &b->line[i];
        struct machine_source source = {.poll = board_kn02_typed,
                                        .deliver = board_kn02_type,
                                        .room = board_kn02_room,
                                        .ended = board_kn02_ended,
                                        .ctx = l,
                                        .console = i == TC_DZ_CONSOLE};
        *l = (struct board_kn02_line){.b = b, .n = i, .console = console[i]};
        machine_add_source(b->m, &source);
    }
}

/* ---- the board ---- */

static void board_kn02_map_chips(struct board_kn02 *b)
{
    static const u32 slots[] = {TC_KN02_CHKSYN, TC_KN02_ERRADDR, TC_KN02_DZ,
                                TC_KN02_RTC,    TC_KN02_CSR,     0x20000000u};
    struct mem *mem = b->m->mem;
    tc_kn02_map_hole(b->kn02, mem, b->ram, TC_KN02_SLOTS - b->ram);
    tc_kn02_map(b->kn02, mem);
    tc_prom_map(b->prom, TC_KN02_GATE);
    tc_dz_map(b->dz, mem, TC_KN02_DZ);
    tc_ds1287_map(b->rtc, mem, TC_KN02_RTC);
    u32 from = TC_KN02_PROM + TC_PROM_SIZE;
    tc_kn02_map_hole(b->kn02, mem, from, TC_KN02_GATE - from);
    from = TC_KN02_GATE + MEM_PAGE;
    if (b->virtio.n) {
        u32 size = b->virtio.n * VIO_MMIO_SIZE;
        tc_kn02_map_hole(b->kn02, mem, from, TC_KN02_VIRTIO - from);
        mem_add_mmio(mem, TC_KN02_VIRTIO, size, &vio_bank_ops, &b->virtio);
        from = TC_KN02_VIRTIO + size;
    }
    for (unsigned i = 0; i < ARRAY_LEN(slots); i++) {
        tc_kn02_map_hole(b->kn02, mem, from, slots[i] - from);
        from = slots[i] + MEM_PAGE;
    }
}

static enum err board_kn02_add_net(struct board_kn02 *b, const struct board_ether_config *config,
                                   unsigned i, struct error *e)
{
    struct board_vio_net *n = &b->vio_net[b->nvio_nets];
    enum err err = board_vio_net_open(n, b->m, config, i, vio_bank_line(&b->virtio), e);
    if (err)
        return err;
    b->nvio_nets++;
    vio_bank_add(&b->virtio, vio_net_device(n->card));
    return ERR_OK;
}

static enum err board_kn02_add_nets(struct board_kn02 *b, const struct board_ether_config *config,
                                    struct error *e)
{
    enum err err = ERR_OK;
    for (unsigned i = 0; i < config->n && !err; i++)
        if (config->cable[i].card == IO_ETHER_CARD_VIRTIO)
            err = board_kn02_add_net(b, config, i, e);
    return err;
}

static enum err board_kn02_add_virtio(struct board_kn02 *b, const struct vio_conf_list *list,
                                      struct error *e)
{
    if (list && list->n > VIO_BANK_MAX - BOARD_ETHER_MAX)
        return err_set(e, ERR_LIMIT,
                       "--virtio, --disk: a DECstation can have %u virtio devices, not %zu",
                       VIO_BANK_MAX - BOARD_ETHER_MAX, list->n);
    vio_bank_init(&b->virtio, tc_kn02_irq(b->kn02, TC_KN02_IRQ_VIRTIO));
    for (size_t i = 0; list && i < list->n; i++) {
        struct vio *v = NULL;
        const char *option = list->item[i].option;
        enum err err = vio_card_new(&v, b->m, &list->item[i], vio_bank_line(&b->virtio), e);
        if (err)
            return option ? err_prefix(e, "%s", option) : err;
        vio_bank_add(&b->virtio, v);
    }
    return ERR_OK;
}

/* What a clock's memory held before comes from outside. */
static void board_kn02_fill_clock(struct board_kn02 *b, const u8 *kept)
{
    u8 data[1 + TC_DS1287_RAM] = {kept != NULL};
    if (kept)
        memcpy(data + 1, kept, TC_DS1287_RAM);
    intake_answer(&b->m->intake, INTAKE_NVRAM, data, sizeof data);
    if (data[0])
        tc_ds1287_set_memory(b->rtc, data + 1);
}

static void board_kn02_add_chips(struct board_kn02 *b, const struct board_kn02_config *config)
{
    struct machine *m = b->m;
    struct dev_line system = {.set = board_kn02_system_line, .ctx = b};
    struct dev_line clock = {.set = board_kn02_clock_line, .ctx = b};
    struct tc_prom_host host = {.put = board_kn02_put, .power_off = board_kn02_power_off, .ctx = b};
    u64 epoch = config->epoch_ns;
    if (!epoch)
        epoch = intake_u64(&m->intake, INTAKE_EPOCH, host_clock_wall_ns());
    struct io_console line[TC_DZ_LINES];
    memcpy(line, config->line, sizeof line);
    board_kn02_graphics_connect(b, line);
    board_kn02_connect(b, line);
    b->kn02 = tc_kn02_new(&m->env, &system);
    b->dz = tc_dz_new(&m->env, tc_kn02_irq(b->kn02, TC_KN02_IRQ_DZ), line);
    b->rtc = tc_ds1287_new(&m->env, clock, epoch);
    board_kn02_fill_clock(b, config->nvram);
    b->prom = tc_prom_new(&m->env, m->mem, (u32)b->ram, &host);
    board_kn02_ether_plug(b);
    board_kn02_graphics_plug(b);
}

static void board_kn02_add_state(struct board_kn02 *b)
{
    struct state_set *s = &b->m->parts;
    tc_kn02_add_state(b->kn02, s);
    tc_dz_add_state(b->dz, s);
    tc_ds1287_add_state(b->rtc, s);
    tc_prom_add_state(b->prom, s);
    vio_bank_add_state(&b->virtio, s);
    board_kn02_graphics_add_state(b);
}

static void board_kn02_reset(struct board_kn02 *b)
{
    tc_dz_reset(b->dz);
    tc_ds1287_reset(b->rtc);
    tc_prom_reset(b->prom);
    board_kn02_graphics_reset(b);
    tc_kn02_reset(b->kn02);
    vio_bank_reset(&b->virtio);
}

static enum err board_kn02_add_memory(struct board_kn02 *b, struct error *e)
{
    struct mem *mem = b->m->mem;
    char size[NUM_SIZE_LEN];
    if (b->ram < BOARD_KN02_MIN_RAM || b->ram > BOARD_KN02_MAX_RAM || b->ram % MEM_PAGE)
        return err_set(e, ERR_CONFIG,
                       "--memory: the DECstation 5000/200 has 1M to 480M, in pages of 4K, not %s",
                       num_format_size(size, b->ram));
    enum err err = mem_add_ram(mem, 0, b->ram, e);
    if (!err)
        err = mem_add_rom(mem, TC_KN02_PROM, TC_PROM_SIZE, e);
    if (!err)
        err = board_kn02_graphics_add_memory(b, e);
    if (!err)
        tc_prom_fill(mem_ram_ptr(mem, TC_KN02_PROM, TC_PROM_SIZE));
    return err;
}

enum err board_kn02_new(struct board_kn02 **out, struct machine *m,
                        const struct board_kn02_config *config, struct error *e)
{
    struct board_kn02 *b = xcalloc(1, sizeof *b);
    const struct mips_model *model = config->model ? config->model : &mips_r3000;
    b->m = m;
    b->ram = config->ram ? config->ram : BOARD_KN02_RAM;
    b->graphics = config->graphics;
    b->inputs = config->inputs;
    enum err err = board_kn02_add_memory(b, e);
    if (!err)
        err = board_kn02_ether_open(b, &config->ether, e);
    if (err) {
        board_kn02_ether_free(b);
        free(b);
        return err;
    }
    machine_add_cpus(m, 1, model, false, config->engine);
    board_kn02_add_chips(b, config);
    err = board_kn02_add_virtio(b, config->virtio, e);
    if (!err)
        err = board_kn02_add_nets(b, &config->ether, e);
    if (err) {
        board_kn02_free(b);
        return err;
    }
    board_kn02_map_chips(b);
    board_kn02_add_state(b);
    board_kn02_reset(b);
    *out = b;
    return ERR_OK;
}

const u8 *board_kn02_nvram(const struct board_kn02 *b)
{
    return tc_ds1287_memory(b->rtc);
}

void board_kn02_free(struct board_kn02 *b)
{
    if (!b)
        return;
    vio_bank_fini(&b->virtio);
    for (unsigned i = 0; i < b->nvio_nets; i++)
        board_vio_net_close(&b->vio_net[i]);
    tc_prom_free(b->prom);
    tc_ds1287_free(b->rtc);
    tc_dz_free(b->dz);
    board_kn02_ether_free(b);
    board_kn02_graphics_free(b);
    tc_kn02_free(b->kn02);
    free(b);
}
