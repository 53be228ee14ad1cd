/* SPDX-License-Identifier: ISC */
#include "dev/tc_slot.h"

#include <string.h>

enum {
    TC_SLOT_ROM_HEADER = 0x3e0,
    TC_SLOT_ROM_FIRMWARE = 0x400,
    TC_SLOT_ROM_VENDOR = 0x420,
    TC_SLOT_ROM_MODULE = 0x440,
    TC_SLOT_ROM_TYPE = 0x460,
    TC_SLOT_ROM_TEXT = 8, /* characters of the first three */
};

/* A character of a text that is filled up with blanks. */
static u32 tc_slot_rom_char(const char *text, u32 i)
{
    return i < strlen(text) ? (u8)text[i] : ' ';
}

u32 tc_slot_rom_word(const struct tc_rom *r, u32 off)
{
    /* width 1, stride 4, 8 KB, a slot of 4 MB; then the test pattern */
    static const u8 header[] = {1, 4, 1, 1, 0x55, 0x00, 0xaa, 0xff};
    static const u32 field = 4 * TC_SLOT_ROM_TEXT;
    off &= ~3u;
    if (off - TC_SLOT_ROM_HEADER < 4 * sizeof header)
        return header[(off - TC_SLOT_ROM_HEADER) / 4];
    if (off - TC_SLOT_ROM_FIRMWARE < field)
        return tc_slot_rom_char(r->firmware, (off - TC_SLOT_ROM_FIRMWARE) / 4);
    if (off - TC_SLOT_ROM_VENDOR < field)
        return tc_slot_rom_char("DEC", (off - TC_SLOT_ROM_VENDOR) / 4);
    if (off - TC_SLOT_ROM_MODULE < field)
        return tc_slot_rom_char(r->module, (off - TC_SLOT_ROM_MODULE) / 4);
    if (off - TC_SLOT_ROM_TYPE < 4 * 4)
        return tc_slot_rom_char("TCF0", (off - TC_SLOT_ROM_TYPE) / 4);
    return 0;
}

enum err tc_slot_add_ram(const struct tc_class *cls, struct mem *m, gpa slot, struct error *e)
{
    return cls->ram_size ? mem_add_ram(m, slot + cls->ram, cls->ram_size, e) : ERR_OK;
}
