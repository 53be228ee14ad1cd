/* SPDX-License-Identifier: ISC */
/*
 * In the slot: 0 ROM, 0x80000 interrupt (reading acknowledges it, bit 0 enables it), 0x100000 Bt455
 * (bytes, 4 apart), 0x180000 two Bt431 side by side (halfwords, 4 apart; the low byte is the first
 * one's), 0x200000 memory, 2048 bytes a row.
 *
 * Of a pixel bit 0 counts: it is bit 0 of the Bt455's colour. Bit 3 is the second cursor's dot, and
 * where the first cursor has one, the overlay colour is shown.
 */
#include "dev/tc_bt431.h"
#include "dev/tc_bt455.h"
#include "dev/tc_int.h"
#include "dev/tc_pmag.h"
#include "dev/tc_retrace.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define TC_PMAG_AA_WIDTH  1280u
#define TC_PMAG_AA_HEIGHT 1024u
#define TC_PMAG_AA_STRIDE 2048u
#define TC_PMAG_AA_RAM    0x200000u /* its place, and its size */
#define TC_PMAG_AA_FRAME  13783000u /* ns: 1696 by 1063 pixels of 7.645 */

/* The cursors' registers when they are in the picture's corner. */
#define TC_PMAG_AA_LEFT 360u
#define TC_PMAG_AA_TOP  36u

#define TC_PMAG_AA_MASKED 8u /* colours beneath the second cursor */

/* Places are of 512 KB. */
enum {
    TC_PMAG_AA_ROM,
    TC_PMAG_AA_IRQ,
    TC_PMAG_AA_DAC,
    TC_PMAG_AA_CURSORS,
};
#define TC_PMAG_AA_PLACE(off) ((off) >> 19)

struct tc_pmag_aa {
    const u8 *ram;
    struct tc_bt455 dac;
    struct tc_bt431 cursor[2];
    struct tc_retrace retrace;
};

/* ---- registers ---- */

/* Which of the two chips an access of some bytes reaches. */
static bool tc_pmag_aa_reaches(unsigned chip, u32 off, unsigned size)
{
    return chip - (off & 3) < size;
}

static u32 tc_pmag_aa_read_cursors(struct tc_pmag_aa *b, u32 off, unsigned size)
{
    u32 val = 0;
    for (unsigned i = 0; i < 2; i++)
        if (tc_pmag_aa_reaches(i, off, size))
            val |= (u32)tc_bt431_read(&b->cursor[i], off >> 2 & 3) << 8 * i;
    return tc_lane(val, off);
}

static void tc_pmag_aa_write_cursors(struct tc_pmag_aa *b, u32 off, unsigned size, u32 val)
{
    for (unsigned i = 0; i < 2; i++)
        if (tc_pmag_aa_reaches(i, off, size))
            tc_bt431_write(&b->cursor[i], off >> 2 & 3, (u8)(val >> 8 * (i - (off & 3))));
}

static u32 tc_pmag_aa_read_irq(struct tc_pmag_aa *b)
{
    u32 was = b->retrace.pending;
    tc_retrace_acknowledge(&b->retrace);
    return was;
}

static const struct tc_rom tc_pmag_aa_rom = {.module = "PMAG-AA", .firmware = "V1.0"};

static bool tc_pmag_aa_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    struct tc_pmag_aa *b = dev;
    *val = 0;
    switch (TC_PMAG_AA_PLACE(off)) {
    case TC_PMAG_AA_ROM:
        *val = tc_slot_rom_word(&tc_pmag_aa_rom, off);
        break;
    case TC_PMAG_AA_IRQ:
        *val = off & 3 ? 0 : tc_pmag_aa_read_irq(b);
        break;
    case TC_PMAG_AA_DAC:
        *val = off & 3 ? 0 : tc_bt455_read(&b->dac, off >> 2 & 3);
        break;
    case TC_PMAG_AA_CURSORS:
        *val = tc_pmag_aa_read_cursors(b, off, a.size);
        break;
    }
    return true;
}

static bool tc_pmag_aa_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_pmag_aa *b = dev;
    switch (TC_PMAG_AA_PLACE(off)) {
    case TC_PMAG_AA_IRQ:
        if (!(off & 3))
            tc_retrace_enable(&b->retrace, val & 1);
        break;
    case TC_PMAG_AA_DAC:
        if (!(off & 3))
            tc_bt455_write(&b->dac, off >> 2 & 3, (u8)val);
        break;
    case TC_PMAG_AA_CURSORS:
        tc_pmag_aa_write_cursors(b, off, a.size, val);
        break;
    }
    return true;
}

static void tc_pmag_aa_reset(void *dev)
{
    struct tc_pmag_aa *b = dev;
    tc_bt455_reset(&b->dac);
    for (unsigned i = 0; i < 2; i++)
        tc_bt431_reset(&b->cursor[i]);
    tc_retrace_reset(&b->retrace, false, false);
}

/* ---- what is seen ---- */

static void tc_pmag_aa_cursor(const struct tc_pmag_aa *b, struct io_pixels *p)
{
    i32 x, y;
    tc_bt431_position(&b->cursor[0], TC_PMAG_AA_LEFT, TC_PMAG_AA_TOP, &p->x, &p->y);
    tc_bt431_position(&b->cursor[1], TC_PMAG_AA_LEFT, TC_PMAG_AA_TOP, &x, &y);
    bool together = x == p->x && y == p->y; /* as drivers have them */
    for (unsigned i = 0; i < IO_CURSOR * IO_CURSOR; i++) {
        bool mask = together && tc_bt431_dot(&b->cursor[1], i);
        p->cursor[i] = tc_bt431_dot(&b->cursor[0], i) ? 2 : mask;
    }
}

static void tc_pmag_aa_look(const void *card, struct io_pixels *p)
{
    const struct tc_pmag_aa *b = card;
    p->byte = b->ram;
    p->stride = TC_PMAG_AA_STRIDE;
    p->width = TC_PMAG_AA_WIDTH;
    p->height = TC_PMAG_AA_HEIGHT;
    for (unsigned i = 0; i < 256; i++) {
        p->colour[0][i] = tc_bt455_grey(&b->dac, i & 1);
        p->colour[1][i] = tc_bt455_grey(&b->dac, TC_PMAG_AA_MASKED | (i & 1));
        p->colour[2][i] = tc_bt455_overlay(&b->dac);
    }
    tc_pmag_aa_cursor(b, p);
}

/* ---- state ---- */

static enum err tc_pmag_aa_check(const void *scratch, struct error *e)
{
    const struct tc_pmag_aa *b = scratch;
    enum err err = tc_bt455_check(&b->dac, "tc_pmag_aa", e);
    for (unsigned i = 0; i < 2 && !err; i++)
        err = tc_bt431_check(&b->cursor[i], "tc_pmag_aa", e);
    return err;
}

static void tc_pmag_aa_loaded(void *obj)
{
    struct tc_pmag_aa *b = obj;
    tc_retrace_loaded(&b->retrace);
}

static const struct state_field tc_pmag_aa_fields[] = {
    TC_BT455_STATE(struct tc_pmag_aa, dac),
    TC_BT431_STATE(struct tc_pmag_aa, cursor[0]),
    TC_BT431_STATE(struct tc_pmag_aa, cursor[1]),
    TC_RETRACE_STATE(struct tc_pmag_aa, retrace),
};

static const struct state_desc tc_pmag_aa_state = {
    .name = "tc_pmag_aa",
    .version = 1,
    .nfields = ARRAY_LEN(tc_pmag_aa_fields),
    .size = sizeof(struct tc_pmag_aa),
    .fields = tc_pmag_aa_fields,
    .check = tc_pmag_aa_check,
    .loaded = tc_pmag_aa_loaded,
};

static const struct mem_ops tc_pmag_aa_ops = {.read = tc_pmag_aa_read, .write = tc_pmag_aa_write};

static const struct tc_class tc_pmag_aa_class = {
    .name = "pmag-aa",
    .ops = &tc_pmag_aa_ops,
    .reset = tc_pmag_aa_reset,
    .state = &tc_pmag_aa_state,
    .ram = TC_PMAG_AA_RAM,
    .ram_size = TC_PMAG_AA_RAM,
};

static void *tc_pmag_aa_make(const struct dev_env *env, struct dev_line line, const u8 *ram)
{
    struct tc_pmag_aa *b = xcalloc(1, sizeof *b);
    b->ram = ram;
    tc_retrace_init(&b->retrace, env, line, TC_PMAG_AA_FRAME);
    return b;
}

const struct tc_pmag_model tc_pmag_aa = {
    .name = "pmag-aa",
    .cls = &tc_pmag_aa_class,
    .make = tc_pmag_aa_make,
    .free = free,
    .look = tc_pmag_aa_look,
};

const struct tc_pmag_model *tc_pmag_find(const char *name)
{
    return !strcmp(name, tc_pmag_aa.name)   ? &tc_pmag_aa
           : !strcmp(name, tc_pmag_ba.name) ? &tc_pmag_ba
                                            : NULL;
}
