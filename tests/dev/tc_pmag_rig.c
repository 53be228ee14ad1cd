/* SPDX-License-Identifier: ISC */
#include "tc_pmag_rig.h"

#include "lib/bug.h"

#include <stdlib.h>

static void rig_misuse(void *ctx, enum dev_misuse how, const char *what)
{
    (void)ctx;
    (void)how;
    (void)what;
}

static void rig_line(void *ctx, unsigned n, bool up)
{
    struct tc_pmag_rig *r = ctx;
    if (n == TC_KN02_LINE_IO)
        r->io = up;
}

struct tc_pmag_rig *tc_pmag_rig_new(const struct tc_pmag_model *model)
{
    struct tc_pmag_rig *r = xcalloc(1, sizeof *r);
    struct dev_line line = {.set = rig_line, .ctx = r};
    struct error e;
    r->model = model;
    r->clock = (struct clock){.hz = RIG_HZ, .next = CLOCK_NEVER};
    r->mem = mem_new();
    r->env = (struct dev_env){.clock = &r->clock,
                              .trace = &r->tracing,
                              .stats = &r->stats,
                              .misuse = rig_misuse,
                              .ctx = r};
    BUG_ON(tc_slot_add_ram(model->cls, r->mem, tc_kn02_slot(RIG_SLOT), &e));
    r->kn02 = tc_kn02_new(&r->env, &line);
    r->card = model->make(&r->env, tc_kn02_irq(r->kn02, RIG_SLOT), tc_pmag_rig_ram(r));
    tc_kn02_plug(r->kn02, RIG_SLOT, model->cls, r->card);
    tc_kn02_map(r->kn02, r->mem);
    tc_kn02_add_state(r->kn02, &r->parts);
    tc_kn02_reset(r->kn02);
    BUG_ON(!mem_write(r->mem, (struct mem_access){.size = 4}, false, TC_KN02_CSR, 0xff0000));
    return r;
}

void tc_pmag_rig_free(struct tc_pmag_rig *r)
{
    r->model->free(r->card);
    tc_kn02_free(r->kn02);
    state_set_fini(&r->parts);
    mem_free(r->mem);
    free(r);
}

void tc_pmag_rig_run(struct tc_pmag_rig *r, u64 ns)
{
    u64 end = r->clock.now_base + clock_ns_to_cycles(&r->clock, ns);
    while (r->clock.next <= end) {
        if (r->clock.next > r->clock.now_base)
            r->clock.now_base = r->clock.next;
        clock_run_due(&r->clock);
    }
    r->clock.now_base = end;
}

bool tc_pmag_rig_read(struct tc_pmag_rig *r, unsigned size, u32 off, u32 *val)
{
    struct mem_access a = {.size = (u8)size};
    return mem_read(r->mem, a, false, tc_kn02_slot(RIG_SLOT) + off, val);
}

bool tc_pmag_rig_write(struct tc_pmag_rig *r, unsigned size, u32 off, u32 val)
{
    struct mem_access a = {.size = (u8)size};
    return mem_write(r->mem, a, false, tc_kn02_slot(RIG_SLOT) + off, val);
}

u8 *tc_pmag_rig_ram(struct tc_pmag_rig *r)
{
    const struct tc_class *cls = r->model->cls;
    return mem_ram_ptr(r->mem, tc_kn02_slot(RIG_SLOT) + cls->ram, cls->ram_size);
}

struct io_pixels tc_pmag_rig_look(const struct tc_pmag_rig *r)
{
    struct io_pixels p = {0};
    r->model->look(r->card, &p);
    return p;
}
