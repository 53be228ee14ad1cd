/* SPDX-License-Identifier: ISC */
/*
 * A small good ELF file, made byte by byte, for tests that break one thing of it: code at
 * 0x80001000 (64 bytes of 0xaa), data at 0x80002000 (16 bytes of 0xbb and 240 of zeros), a
 * PT_GNU_STACK, three symbols.
 */
#ifndef UNIT_ELF_SAMPLE_H
#define UNIT_ELF_SAMPLE_H

#include "lib/types.h"

enum {
    ELF_SAMPLE_PHDR0 = 52,
    ELF_SAMPLE_PHDR1 = 84,
    ELF_SAMPLE_PHDR2 = 116,
    ELF_SAMPLE_TEXT = 256,
    ELF_SAMPLE_SHDRS = 512,
    ELF_SAMPLE_SYMS = 768,
    ELF_SAMPLE_STRS = 832,
    ELF_SAMPLE_SIZE = 900,
};

void elf_sample_make(u8 img[ELF_SAMPLE_SIZE], bool big);

/* In the byte order that the image's header states. */
void elf_sample_put16(u8 *img, size_t at, u16 v);
void elf_sample_put32(u8 *img, size_t at, u32 v);
void elf_sample_segment(u8 *img, size_t at, u32 type, u32 offset, u32 vaddr, u32 filesz, u32 memsz,
                        u32 flags);

#endif
