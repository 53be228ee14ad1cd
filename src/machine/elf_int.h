/* SPDX-License-Identifier: ISC */
/* Fields of an ELF file by its byte order. The caller has checked that the offset is inside. */
#ifndef MACHINE_ELF_INT_H
#define MACHINE_ELF_INT_H

#include "lib/bits.h"
#include "machine/elf.h"

static inline u16 elf_u16(const struct elf_image *img, size_t off)
{
    return img->big ? load_be16(img->data + off) : load_le16(img->data + off);
}

static inline u32 elf_u32(const struct elf_image *img, size_t off)
{
    return img->big ? load_be32(img->data + off) : load_le32(img->data + off);
}

static inline bool elf_inside(const struct elf_image *img, u64 off, u64 len)
{
    return off <= img->len && len <= img->len - off;
}

#endif
