/* SPDX-License-Identifier: ISC */
/* Shared by the files that build regions. */
#ifndef IR_IR_INT_H
#define IR_IR_INT_H

#include "ir/ir.h"

ir_ref ir_emit(struct ir_builder *b, struct ir_insn in);
/* ir_float.c: the slot's bits, of which the builder knows what they are as floating point. */
ir_ref ir_float_bits(struct ir_builder *b, u16 slot);

#endif
