/* SPDX-License-Identifier: ISC */
/*
 * In the slot: 0 memory, 0x200000 Bt459 (bytes, 4 apart), 0x300000 interrupt, 0x380000 ROM, seen
 * twice, whose place starts the clock generator when it is written. Writing anything to the
 * interrupt's place acknowledges it; it cannot be disabled.
 */
#include "dev/tc_bt459.h"
#include "dev/tc_int.h"
#include "dev/tc_pmag.h"
#include "dev/tc_retrace.h"
#include "lib/bug.h"

#include <stdlib.h>

#define TC_PMAG_BA_WIDTH  1024u
#define TC_PMAG_BA_HEIGHT 864u
#define TC_PMAG_BA_RAM    0x100000u
#define TC_PMAG_BA_FRAME  16889000u /* ns: 1280 by 913 pixels of 14.452 */

/* The cursor's registers when it is in the picture's corner. */
#define TC_PMAG_BA_LEFT 220u
#define TC_PMAG_BA_TOP  35u

enum {
    TC_PMAG_BA_DAC = 0x200000,
    TC_PMAG_BA_IRQ = 0x300000,
    TC_PMAG_BA_ROM = 0x380000,
    TC_PMAG_BA_ROM_SIZE = 0x40000,
};

struct tc_pmag_ba {
    const u8 *ram;
    struct tc_bt459 dac;
    struct tc_retrace retrace;
};

static const struct tc_rom tc_pmag_ba_rom = {.module = "PMAG-BA", .firmware = "V1.0"};

static bool tc_pmag_ba_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    struct tc_pmag_ba *b = dev;
    (void)a;
    *val = 0;
    if (off >= TC_PMAG_BA_ROM)
        *val = tc_slot_rom_word(&tc_pmag_ba_rom, off % TC_PMAG_BA_ROM_SIZE);
    else if (off >= TC_PMAG_BA_DAC && off < TC_PMAG_BA_IRQ && !(off & 3))
        *val = tc_bt459_read(&b->dac, off >> 2 & 3);
    return true;
}

static bool tc_pmag_ba_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_pmag_ba *b = dev;
    (void)a;
    if (off >= TC_PMAG_BA_DAC && off < TC_PMAG_BA_IRQ && !(off & 3))
        tc_bt459_write(&b->dac, off >> 2 & 3, (u8)val);
    else if (off >= TC_PMAG_BA_IRQ && off < TC_PMAG_BA_ROM)
        tc_retrace_acknowledge(&b->retrace);
    return true;
}

/* One picture at least has been sent since power-on. */
static void tc_pmag_ba_reset(void *dev)
{
    struct tc_pmag_ba *b = dev;
    tc_bt459_reset(&b->dac);
    tc_retrace_reset(&b->retrace, true, true);
}

static void tc_pmag_ba_look(const void *card, struct io_pixels *p)
{
    const struct tc_pmag_ba *b = card;
    p->byte = b->ram;
    p->stride = p->width = TC_PMAG_BA_WIDTH;
    p->height = TC_PMAG_BA_HEIGHT;
    tc_bt459_look(&b->dac, tc_retrace_frame(&b->retrace), TC_PMAG_BA_LEFT, TC_PMAG_BA_TOP, p);
}

/* ---- state ---- */

static enum err tc_pmag_ba_check(const void *scratch, struct error *e)
{
    const struct tc_pmag_ba *b = scratch;
    return tc_bt459_check(&b->dac, "tc_pmag_ba", e);
}

static void tc_pmag_ba_loaded(void *obj)
{
    struct tc_pmag_ba *b = obj;
    tc_retrace_loaded(&b->retrace);
}

static const struct state_field tc_pmag_ba_fields[] = {
    TC_BT459_STATE(struct tc_pmag_ba, dac),
    TC_RETRACE_STATE(struct tc_pmag_ba, retrace),
};

static const struct state_desc tc_pmag_ba_state = {
    .name = "tc_pmag_ba",
    .version = 1,
    .nfields = ARRAY_LEN(tc_pmag_ba_fields),
    .size = sizeof(struct tc_pmag_ba),
    .fields = tc_pmag_ba_fields,
    .check = tc_pmag_ba_check,
    .loaded = tc_pmag_ba_loaded,
};

static const struct mem_ops tc_pmag_ba_ops = {.read = tc_pmag_ba_read, .write = tc_pmag_ba_write};

static const struct tc_class tc_pmag_ba_class = {
    .name = "pmag-ba",
    .ops = &tc_pmag_ba_ops,
    .reset = tc_pmag_ba_reset,
    .state = &tc_pmag_ba_state,
    .ram = 0,
    .ram_size = TC_PMAG_BA_RAM,
};

static void *tc_pmag_ba_make(const struct dev_env *env, struct dev_line line, const u8 *ram)
{
    struct tc_pmag_ba *b = xcalloc(1, sizeof *b);
    b->ram = ram;
    tc_retrace_init(&b->retrace, env, line, TC_PMAG_BA_FRAME);
    return b;
}

const struct tc_pmag_model tc_pmag_ba = {
    .name = "pmag-ba",
    .cls = &tc_pmag_ba_class,
    .make = tc_pmag_ba_make,
    .free = free,
    .look = tc_pmag_ba_look,
};
