/* SPDX-License-Identifier: ISC */
/*
 * The embedded default guest: an ELF file, big-endian, for the System/161 board. Empty when
 * the build had no MIPS compiler.
 */
#ifndef CMD_BUILTIN_H
#define CMD_BUILTIN_H

#include "lib/types.h"

extern const u8 builtin_start[], builtin_end[];

static inline size_t builtin_size(void)
{
    return (size_t)(builtin_end - builtin_start);
}

#endif
