/* SPDX-License-Identifier: ISC */
#include "isa_rig.h"
#include "lib/bug.h"

#include <stdlib.h>

static bool rig_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    struct rig *g = dev;
    (void)a;
    (void)off;
    *val = ++g->device_accesses;
    if (g->asks)
        mips_request(g->asks);
    return true;
}

static bool rig_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct rig *g = dev;
    (void)a;
    (void)off;
    (void)val;
    g->device_accesses++;
    return true;
}

static const struct mem_ops rig_ops = {.read = rig_read, .write = rig_write};

void rig_init(struct rig *g, bool big)
{
    rig_init_model(g, big, &mips_161);
}

void rig_init_model(struct rig *g, bool big, const struct mips_model *model)
{
    struct error e;
    *g = (struct rig){.big = big};
    g->mem = mem_new();
    if (mem_add_ram(g->mem, 0, RIG_RAM_SIZE, &e) || mem_add_rom(g->mem, RIG_ROM, MEM_PAGE, &e))
        abort();
    mem_add_mmio(g->mem, RIG_MMIO, MEM_PAGE, &rig_ops, g);
    g->code = mips_code_new(g->mem, model);
    for (unsigned i = 0; i < 2; i++) {
        g->cpu[i] = xcalloc(1, sizeof *g->cpu[i]);
        mips_init(g->cpu[i], model, big, i, g->mem, g->code, &g->trace);
        g->cpu[i]->status = 0;
        mips_set_pc(g->cpu[i], RIG_CODE);
        mips_changed(g->cpu[i]);
    }
}

void rig_fini(struct rig *g)
{
    for (unsigned i = 0; i < 2; i++) {
        mips_fini(g->cpu[i]);
        free(g->cpu[i]);
    }
    mips_code_free(g->code);
    mem_free(g->mem);
}

void rig_word(struct rig *g, u32 pa, u32 word)
{
    u8 *p = mem_ram_ptr(g->mem, pa, 4);
    for (unsigned i = 0; i < 4; i++)
        p[i] = (u8)(word >> 8 * (g->big ? 3 - i : i));
}

u32 rig_peek(const struct rig *g, u32 pa)
{
    return mem_load(mem_ram_ptr(g->mem, pa, 4), 4, g->big);
}

void rig_program(struct rig *g, u32 pa, const u32 *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        rig_word(g, pa + 4 * i, words[i]);
    rig_word(g, pa + 4 * n, BEQ(0, 0, -1));
    rig_word(g, pa + 4 * n + 4, NOP);
}

void rig_map(struct mips *c, unsigned i, u32 va, u32 asid, u32 pa)
{
    c->tlb_hi[i] = va | asid << 6;
    c->tlb_lo[i] = pa | MIPS_LO_V | MIPS_LO_D;
    mips_changed(c);
}

static int rig_setup(void **state, bool big)
{
    struct rig *g = xcalloc(1, sizeof *g);
    rig_init(g, big);
    *state = g;
    return 0;
}

bool rig_rounds_as_usual(void)
{
    volatile double one = 1, less = 0x1p-54, more = 0x1.8p-53;
    volatile double down = one + less, up = one + more;
    return down == 1 && up > 1;
}

int rig_setup_big(void **state)
{
    return rig_setup(state, true);
}

int rig_setup_little(void **state)
{
    return rig_setup(state, false);
}

int rig_teardown(void **state)
{
    rig_fini(*state);
    free(*state);
    return 0;
}
