/* SPDX-License-Identifier: ISC */
/*
 * Kernel files. The first byte says what the rest is: a whole file, or a list of patches (offset,
 * value: 16 bits each) to a good one, which reaches the checks behind the first.
 */
#include "fuzz.h"

#include "elf_sample.h"
#include "lib/bits.h"
#include "lib/bug.h"
#include "machine/elf.h"

#include <string.h>

static void fuzz_elf_check(const u8 *data, size_t len, bool big)
{
    struct elf_image img;
    struct error e;
    const struct elf_board board = {"the test board", big};
    if (elf_parse(data, len, &img, &e) != ERR_OK)
        return;
    u32 va;
    struct symtab names = {0};
    elf_symbols(&img, &names);
    (void)symtab_at(&names, img.entry + 4);
    symtab_fini(&names);
    (void)elf_symbol_find(&img, "loop", &va);
    struct mem *m = mem_new();
    BUG_ON(mem_add_ram(m, 0, KIB(64), NULL) != ERR_OK);
    if (elf_load(&img, &board, m, &e) == ERR_OK)
        BUG_ON(!img.nsegments);
    mem_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (!len)
        return 0;
    u8 kind = data[0];
    data++;
    len--;
    if (kind & 1) {
        fuzz_elf_check(data, len, kind & 2);
        return 0;
    }
    u8 img[ELF_SAMPLE_SIZE];
    elf_sample_make(img, kind & 2);
    for (; len >= 4; data += 4, len -= 4)
        memcpy(img + load_le16(data) % (ELF_SAMPLE_SIZE - 1), data + 2, 2);
    fuzz_elf_check(img, kind & 4 ? ELF_SAMPLE_SIZE - 4 * kind % ELF_SAMPLE_SIZE : ELF_SAMPLE_SIZE,
                   kind & 2);
    return 0;
}
