/* SPDX-License-Identifier: ISC */
/* The fields of fcr31 and of the coprocessor's instructions, as those who do them need them:
 * mips_fpu.c and the lifter. */
#ifndef ISA_MIPS_FPU_H
#define ISA_MIPS_FPU_H

#include "isa/mips_fpu_env.h"
#include "isa/mips_int.h"

enum {
    MIPS_FPU_UNIMPLEMENTED = 32, /* a cause only */
    MIPS_FPU_ALL = 0x3f,
    MIPS_FPU_FLAGS = 2, /* where they are in fcr31 */
    MIPS_FPU_ENABLES = 7,
    MIPS_FPU_CAUSES = 12,
};

enum mips_fpu_format {
    MIPS_FPU_S = 16,
    MIPS_FPU_D = 17,
    MIPS_FPU_W = 20,
};

enum mips_fpu_function {
    MIPS_FPU_ADD = 0,
    MIPS_FPU_SUB = 1,
    MIPS_FPU_MUL = 2,
    MIPS_FPU_DIV = 3,
    MIPS_FPU_ABS = 5,
    MIPS_FPU_CVT_S = 0x20,
    MIPS_FPU_CVT_D = 0x21,
};

static inline enum mips_fpu_format mips_fpu_format(u32 imm)
{
    return (enum mips_fpu_format)bits_get(imm, 21, 5);
}

static inline unsigned mips_fpu_function(u32 imm)
{
    return bits_get(imm, 0, 6);
}

/* Where the result goes. */
static inline unsigned mips_fpu_fd(u32 imm)
{
    return bits_get(imm, 6, 5);
}

#endif
