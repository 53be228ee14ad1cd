/* SPDX-License-Identifier: ISC */
/* A CPU's registers in words, for traces and reports. */
#ifndef ISA_MIPS_TEXT_H
#define ISA_MIPS_TEXT_H

#include "isa/mips.h"

#define MIPS_TEXT 128

const char *mips_text_register(unsigned number); /* "sp", by the usual convention */
const char *mips_text_exception(unsigned code);  /* Cause.ExcCode: "TLB miss (load)" */

/* "00403000 asid 3 -> 0012a000 valid dirty" */
const char *mips_text_tlb(u32 hi, u32 lo, char text[MIPS_TEXT]);

/* "user mode, interrupts on"; of the mode before an exception: shift 2. */
const char *mips_text_mode(u32 status, unsigned shift);

/* Interrupt lines of Cause, by System/161's names where the CPU is its: "LAMEbus IPI", "none". */
const char *mips_text_lines(const struct mips *c, u32 lines, char text[MIPS_TEXT]);

/* What the TLB says about an address: "TLB[12] ...", or that nothing does. */
const char *mips_text_lookup(const struct mips *c, gva va, char text[MIPS_TEXT]);

#endif
