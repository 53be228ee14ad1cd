/* SPDX-License-Identifier: ISC */
#include "elf_sample.h"

#include "lib/bits.h"

#include <string.h>

static bool elf_sample_big(const u8 *img)
{
    return img[5] == 2;
}

void elf_sample_put16(u8 *img, size_t at, u16 v)
{
    if (elf_sample_big(img))
        store_be16(img + at, v);
    else
        store_le16(img + at, v);
}

void elf_sample_put32(u8 *img, size_t at, u32 v)
{
    if (elf_sample_big(img))
        store_be32(img + at, v);
    else
        store_le32(img + at, v);
}

void elf_sample_segment(u8 *img, size_t at, u32 type, u32 offset, u32 vaddr, u32 filesz, u32 memsz,
                        u32 flags)
{
    const u32 field[] = {type, offset, vaddr, vaddr, filesz, memsz, flags, 4096};
    for (size_t i = 0; i < ARRAY_LEN(field); i++)
        elf_sample_put32(img, at + 4 * i, field[i]);
}

static void elf_sample_symbol(u8 *img, unsigned i, u32 name, u32 value, u32 size, u8 type)
{
    size_t at = ELF_SAMPLE_SYMS + 16 * i;
    elf_sample_put32(img, at, name);
    elf_sample_put32(img, at + 4, value);
    elf_sample_put32(img, at + 8, size);
    img[at + 12] = (u8)(0x10 | type);
    elf_sample_put16(img, at + 14, 1);
}

static void elf_sample_symbols(u8 *img)
{
    memcpy(img + ELF_SAMPLE_STRS, "\0start\0loop\0table", 18);
    elf_sample_symbol(img, 1, 1, 0x80001000, 0, 2);
    elf_sample_symbol(img, 2, 7, 0x80001020, 0x10, 2);
    elf_sample_symbol(img, 3, 12, 0x80002000, 4, 1);
    elf_sample_put32(img, 32, ELF_SAMPLE_SHDRS);
    elf_sample_put16(img, 46, 40);
    elf_sample_put16(img, 48, 3);
    size_t symtab = ELF_SAMPLE_SHDRS + 40, strtab = symtab + 40;
    elf_sample_put32(img, symtab + 4, 2);
    elf_sample_put32(img, symtab + 16, ELF_SAMPLE_SYMS);
    elf_sample_put32(img, symtab + 20, 64);
    elf_sample_put32(img, symtab + 24, 2);
    elf_sample_put32(img, strtab + 16, ELF_SAMPLE_STRS);
    elf_sample_put32(img, strtab + 20, 18);
}

void elf_sample_make(u8 img[ELF_SAMPLE_SIZE], bool big)
{
    memset(img, 0, ELF_SAMPLE_SIZE);
    memcpy(img, "\177ELF\1", 5);
    img[5] = big ? 2 : 1;
    img[6] = 1;
    elf_sample_put16(img, 16, 2);
    elf_sample_put16(img, 18, 8);
    elf_sample_put32(img, 20, 1);
    elf_sample_put32(img, 24, 0x80001000);
    elf_sample_put32(img, 28, ELF_SAMPLE_PHDR0);
    elf_sample_put16(img, 40, 52);
    elf_sample_put16(img, 42, 32);
    elf_sample_put16(img, 44, 3);
    elf_sample_segment(img, ELF_SAMPLE_PHDR0, 1, ELF_SAMPLE_TEXT, 0x80001000, 64, 64, 5);
    elf_sample_segment(img, ELF_SAMPLE_PHDR1, 1, ELF_SAMPLE_TEXT + 64, 0x80002000, 16, 256, 6);
    elf_sample_segment(img, ELF_SAMPLE_PHDR2, 0x6474e551, 0, 0, 0, 0, 6);
    memset(img + ELF_SAMPLE_TEXT, 0xaa, 64);
    memset(img + ELF_SAMPLE_TEXT + 64, 0xbb, 16);
    elf_sample_symbols(img);
}
