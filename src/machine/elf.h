/* SPDX-License-Identifier: ISC */
/*
 * Guest kernels as ELF files: 32-bit MIPS executables of either byte order, checked in full
 * before a byte is copied. Messages do not name the file: the caller knows it (err_prefix).
 */
#ifndef MACHINE_ELF_H
#define MACHINE_ELF_H

#include "lib/err.h"
#include "lib/symtab.h"
#include "lib/types.h"
#include "mem/mem.h"

#define ELF_MAX_SEGMENTS 32
#define ELF_MAX_FILE     MIB(256)

struct elf_segment {
    u32 vaddr;
    u32 filesz, memsz; /* memsz > 0, filesz <= memsz */
    u32 offset;        /* in the file */
    bool exec;
};

/* Borrows the file's bytes. */
struct elf_image {
    const u8 *data;
    size_t len;
    bool big; /* byte order */
    u32 entry;
    u32 flags; /* e_flags: the instruction set it was compiled for */
    struct elf_segment segment[ELF_MAX_SEGMENTS];
    unsigned nsegments;
    u32 symtab, nsymbols; /* offset and count of 16-byte entries; 0: stripped */
    u32 strtab, strtab_len;
};

/* What is wrong with the file itself: not ELF, another machine's, truncated, contradictory. */
MUST_CHECK enum err elf_parse(const void *image, size_t len, struct elf_image *out,
                              struct error *e);

/* A board that boots from kseg0/kseg1 addresses (physical address: the low 29 bits). */
struct elf_board {
    const char *name; /* "the System/161 board" */
    bool big;
};

/* What is wrong with it on this board: byte order, addresses, RAM size. Then copies it in. */
MUST_CHECK enum err elf_load(const struct elf_image *img, const struct elf_board *board,
                             struct mem *m, struct error *e);

/* Adds its functions and labels and sorts; names are borrowed from the image. */
void elf_symbols(const struct elf_image *img, struct symtab *out);

/* The value of a symbol by name; false: there is none. */
bool elf_symbol_find(const struct elf_image *img, const char *name, u32 *va);

#endif
