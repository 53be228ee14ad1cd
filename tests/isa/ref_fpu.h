/* SPDX-License-Identifier: ISC */
/*
 * ref_fpu - the arithmetic of the R3010 for the reference (ref_mips.h), in integers only: the
 * host's floating point is what the monitor uses, and must not be asked about itself.
 *
 * Written from IEEE 754-1985 and the MIPS manuals. Where these leave room, this was decided:
 *   - tiny means tiny after rounding, as if the exponent had no bounds; with the underflow trap
 *     enabled that is enough for U, else U needs a loss of accuracy too;
 *   - a NaN is signalling if the top bit of its fraction is set; invalid operations give 0x7fbfffff
 *     or 0x7ff7ffffffffffff; else a quiet operand is the result, fs before ft, as it is;
 *   - abs and neg compute (a signalling NaN is invalid, a quiet one keeps its sign) but never
 *     underflow; mov copies and leaves the causes, as all moves do;
 *   - conversions of quiet NaNs keep the sign and the fraction's top bits; where nothing of the
 *     fraction is left, they give the default NaN;
 *   - cvt.w of what does not fit, infinities and NaNs: V alone, and 0x7fffffff;
 *   - what has no meaning is not implemented (E); unused fields are ignored, and so is the lowest
 *     bit of the number of a register that holds a double;
 *   - an exception that traps (an enabled cause, or E) leaves flags, condition and registers alone.
 */
#ifndef REF_FPU_H
#define REF_FPU_H

#include <stdbool.h>
#include <stdint.h>

#define REF_FPU_WRITABLE 0x0083ffffu
#define REF_FPU_C        0x00800000u

struct ref_fpu {
    uint32_t fpr[32];
    uint32_t fcr31;
};

/* A word of COP1 with bit 25 set. False: it trapped. */
bool ref_fpu_compute(struct ref_fpu *f, uint32_t insn);
/* What is not implemented always traps. */
void ref_fpu_unimplemented(struct ref_fpu *f);
/* Is the interrupt line up? */
bool ref_fpu_line(const struct ref_fpu *f);

#endif
