/* SPDX-License-Identifier: ISC */
/* The System/161 board, as plain code: its memory, and what the mainboard's wires do to the CPUs.
 */
#include "dev/lb_emufs.h"
#include "dev/lb_mainboard.h"
#include "dev/lb_random.h"
#include "dev/lb_screen.h"
#include "dev/lb_serial.h"
#include "dev/vio.h"
#include "lib/bug.h"
#include "machine/board_s161_int.h"
#include "machine/elf.h"

#include <stdlib.h>
#include <string.h>

#define S161_JITTER   10    /* thousandths; System/161's per cent */
#define S161_GRAIN    50000 /* cycles, 2 ms: its CPUs' slices */
#define S161_IRQ_BUS  0x400u
#define S161_IRQ_IPI  0x800u
#define S161_ROM      0x1fc00000u
#define S161_ROM_SIZE 0x1000u
#define S161_RAM_MAX  0x1fc00000u /* RAM below the ROM; the rest of it would begin at 512 MB */

/* ---- the mainboard's wires ---- */

static void board_s161_cpu_start(void *ctx, unsigned cpu, u32 pc, u32 sp, u32 a0)
{
    struct board_s161 *b = ctx;
    vcpu_start(b->m->cpu[cpu], pc, sp, a0);
    machine_cpu_woken(b->m);
}

static void board_s161_cpu_stop(void *ctx, unsigned cpu)
{
    struct board_s161 *b = ctx;
    struct vcpu *v = b->m->cpu[cpu];
    v->enabled = false;
    if (b->m->running == v)
        vcpu_request(v);
}

static void board_s161_cpu_line(struct board_s161 *b, unsigned cpu, u32 line, bool up)
{
    mips_set_irq(&b->m->cpu[cpu]->mips, line, up);
    if (up)
        machine_cpu_woken(b->m);
}

static void board_s161_cpu_irq(void *ctx, unsigned cpu, bool up)
{
    board_s161_cpu_line(ctx, cpu, S161_IRQ_BUS, up);
}

static void board_s161_cpu_ipi(void *ctx, unsigned cpu, bool up)
{
    board_s161_cpu_line(ctx, cpu, S161_IRQ_IPI, up);
}

static void board_s161_power_off(void *ctx, u32 code)
{
    struct board_s161 *b = ctx;
    machine_end(b->m, MACHINE_POWER_OFF, code, "powered off");
}

static const struct lb_cpu_ops cpu_ops = {
    .start = board_s161_cpu_start,
    .stop = board_s161_cpu_stop,
    .irq = board_s161_cpu_irq,
    .ipi = board_s161_cpu_ipi,
    .power_off = board_s161_power_off,
};

/* ---- the board ---- */

static enum err board_s161_add_memory(struct board_s161 *b, struct error *e)
{
    struct mem *mem = b->m->mem;
    BUG_ON(b->ram > S161_RAM_MAX);
    enum err err = mem_add_ram(mem, 0, b->ram, e);
    if (!err)
        err = mem_add_rom(mem, S161_ROM, S161_ROM_SIZE, e);
    if (!err)
        lb_bus_map(&b->bus, mem);
    return err;
}

static void board_s161_add_mainboard(struct board_s161 *b, bool extended)
{
    const struct s161_slot *s = &b->conf->slot[S161_MAINBOARD_SLOT];
    struct lb_mainboard_config config = {
        .ram_size = (u32)b->ram, .ncpus = b->m->ncpus, .old = s->device == S161_OLDMAINBOARD};
    config.extended = extended && !config.old;
    b->mainboard = lb_mainboard_new(&b->m->env, &b->bus, &config, &cpu_ops, b);
}

enum err board_s161_new(struct board_s161 **out, struct machine *m,
                        const struct board_s161_config *config, struct error *e)
{
    struct board_s161 *b = xcalloc(1, sizeof *b);
    const struct s161_slot *mainboard = &config->conf->slot[S161_MAINBOARD_SLOT];
    *b = (struct board_s161){.m = m,
                             .conf = config->conf,
                             .little = config->little,
                             .ram = mainboard->mainboard.ramsize,
                             .profile = config->profile,
                             .doom = config->doom};
    m->clock.jitter = S161_JITTER;
    m->clock.grain = config->s161_time ? S161_GRAIN : 0;
    lb_bus_init(&b->bus);
    unsigned slot = S161_MAINBOARD_SLOT;
    enum err err = board_s161_add_memory(b, e);
    if (err)
        goto fail;
    machine_add_cpus(m, (unsigned)mainboard->mainboard.cpus,
                     config->model ? config->model : &mips_161, !config->little, config->engine);
    board_s161_add_mainboard(b, config->extended);
    for (slot = 0; slot < S161_MAINBOARD_SLOT; slot++) {
        err = board_s161_plug(b, config, slot, e);
        if (err)
            goto fail;
    }
    err = board_s161_plug_ether(b, &config->ether, e);
    if (err) {
        board_s161_free(b);
        return err;
    }
    lb_bus_reset(&b->bus);
    lb_bus_add_state(&b->bus, &m->parts);
    for (slot = 0; slot < LB_SLOTS; slot++) {
        if (b->virtio[slot])
            vio_add_state(b->virtio[slot], slot, &m->parts);
        if (b->emufs[slot])
            lb_emufs_add_handles(b->emufs[slot], slot, &m->parts);
    }
    *out = b;
    return ERR_OK;
fail:
    s161_conf_blame(config->conf, slot, e);
    board_s161_free(b);
    return err;
}

void board_s161_free(struct board_s161 *b)
{
    if (!b)
        return;
    for (unsigned slot = 0; slot < LB_SLOTS; slot++)
        board_s161_unplug(b, slot);
    for (unsigned i = 0; i < b->nvio_nets; i++)
        board_vio_net_close(&b->vio_net[i]);
    if (b->serial)
        lb_serial_free(b->serial);
    if (b->screen)
        lb_screen_free(b->screen);
    if (b->random)
        lb_random_free(b->random);
    if (b->mainboard)
        lb_mainboard_free(b->mainboard);
    free(b);
}

/* The boot string at the top of RAM, the stack just below it. */
static enum err board_s161_start_kernel(struct board_s161 *b, const struct elf_image *img,
                                        const char *words, struct error *e)
{
    size_t len = strlen(words) + 1;
    if (len > b->ram / 4)
        return err_set(e, ERR_LIMIT, "%zu bytes of words for the kernel do not fit into its memory",
                       len);
    u32 at = (u32)(b->ram - len) & ~3u;
    for (unsigned i = 0; i < img->nsegments; i++) {
        const struct elf_segment *seg = &img->segment[i];
        if (mips_unmapped_physical(seg->vaddr) + (u64)seg->memsz > at)
            return err_set(e, ERR_LIMIT,
                           "the kernel leaves no room for its words at the top of "
                           "memory: give it more memory");
    }
    memcpy(mem_ram_ptr(b->m->mem, at, len), words, len);
    u32 va = MIPS_KSEG0 | at;
    vcpu_start(b->m->cpu[0], img->entry, va - 4, va);
    return ERR_OK;
}

enum err board_s161_boot(struct board_s161 *b, const void *elf, size_t len, const char *words,
                         struct error *e)
{
    struct elf_image img;
    struct elf_board board = {.name = "the System/161 board", .big = !b->little};
    enum err err = elf_parse(elf, len, &img, e);
    if (!err)
        err = elf_load(&img, &board, b->m->mem, e);
    return err ? err : board_s161_start_kernel(b, &img, words, e);
}

bool board_s161_look(const struct board_s161 *b, struct io_picture *p)
{
    if (b->screen)
        *p = lb_screen_look(b->screen);
    return b->screen != NULL;
}
