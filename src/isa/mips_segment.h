/* SPDX-License-Identifier: ISC */
/*
 * The segments of a MIPS's 4 GB. kuseg and kseg2 go through the TLB; kseg0 and kseg1 show the low
 * 512 MB of physical memory, cached and not. User mode has kuseg only.
 */
#ifndef ISA_MIPS_SEGMENT_H
#define ISA_MIPS_SEGMENT_H

#include "lib/types.h"

#define MIPS_KSEG0         0x80000000u
#define MIPS_KSEG1         0xa0000000u
#define MIPS_KSEG2         0xc0000000u
#define MIPS_UNMAPPED_SIZE 0x20000000u /* of kseg0, and of kseg1 */

static inline bool mips_is_kuseg(gva va)
{
    return va < MIPS_KSEG0;
}

static inline bool mips_is_unmapped(gva va) /* kseg0 or kseg1 */
{
    return va >= MIPS_KSEG0 && va < MIPS_KSEG2;
}

static inline u32 mips_unmapped_physical(gva va)
{
    return va % MIPS_UNMAPPED_SIZE;
}

#endif
