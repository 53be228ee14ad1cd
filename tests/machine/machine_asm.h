/* SPDX-License-Identifier: ISC */
/*
 * Small kernels for the System/161 board, put together word by word. An address of code is where
 * the rig puts it: ASM_AT + 4 * number of the word.
 */
#ifndef MACHINE_MACHINE_ASM_H
#define MACHINE_MACHINE_ASM_H

#include "machine_rig.h"

#define ASM_AT 0x80001000u

enum { /* registers */
    ASM_ZERO = 0,
    ASM_T0 = 8,
    ASM_T1 = 9,
    ASM_S0 = 16,
    ASM_S1 = 17,
    ASM_K0 = 26,
    ASM_K1 = 27,
};

enum { /* of coprocessor 0 */
    ASM_INDEX = 0,
    ASM_ENTRYLO = 2,
    ASM_COUNT = 9,
    ASM_ENTRYHI = 10,
    ASM_COMPARE = 11,
    ASM_STATUS = 12,
    ASM_CAUSE = 13,
    ASM_EPC = 14,
};

/* A card's registers, uncached; the mainboard's own; its area for a CPU. */
#define ASM_SLOT(n)    (0xbfe00000u + (n)*0x10000u)
#define ASM_BOARD      (ASM_SLOT(31) + 0x7c00u)
#define ASM_CPU(n)     (ASM_SLOT(31) + 0x8000u + (n)*0x400u)
#define ASM_BOARD_PWR  0x208
#define ASM_BOARD_IRQE 0x20c
#define ASM_BOARD_CPUE 0x214
#define ASM_BOARD_EXIT 0x21c
#define ASM_CPU_RAM    0x300

struct asm_code {
    u32 word[4096];
    size_t n;
};

static inline u32 asm_here(const struct asm_code *a)
{
    return ASM_AT + 4 * (u32)a->n;
}

static inline void asm_word(struct asm_code *a, u32 word)
{
    assert_true(a->n < ARRAY_LEN(a->word));
    a->word[a->n++] = word;
}

static inline void asm_imm(struct asm_code *a, u32 op, u32 rs, u32 rt, u32 imm)
{
    asm_word(a, op << 26 | rs << 21 | rt << 16 | (imm & 0xffff));
}

static inline void asm_li(struct asm_code *a, u32 reg, u32 value)
{
    asm_imm(a, 0x0f, 0, reg, value >> 16);
    asm_imm(a, 0x0d, reg, reg, value);
}

static inline void asm_addiu(struct asm_code *a, u32 reg, u32 by)
{
    asm_imm(a, 0x09, reg, reg, by);
}

static inline void asm_lw(struct asm_code *a, u32 reg, u32 off, u32 base)
{
    asm_imm(a, 0x23, base, reg, off);
}

static inline void asm_sw(struct asm_code *a, u32 reg, u32 off, u32 base)
{
    asm_imm(a, 0x2b, base, reg, off);
}

static inline void asm_nop(struct asm_code *a)
{
    asm_word(a, 0);
}

/* To a word number; the delay slot is the next word. */
static inline void asm_branch(struct asm_code *a, size_t to)
{
    asm_imm(a, 0x04, 0, 0, (u32)(to - a->n - 1));
}

static inline void asm_bne(struct asm_code *a, u32 rs, u32 rt, size_t to)
{
    asm_imm(a, 0x05, rs, rt, (u32)(to - a->n - 1));
}

static inline void asm_mtc0(struct asm_code *a, u32 reg, u32 cp0)
{
    asm_word(a, 0x10u << 26 | 4u << 21 | reg << 16 | cp0 << 11);
}

static inline void asm_mfc0(struct asm_code *a, u32 reg, u32 cp0)
{
    asm_word(a, 0x10u << 26 | reg << 16 | cp0 << 11);
}

static inline void asm_tlbwi(struct asm_code *a)
{
    asm_word(a, 0x42000002);
}

static inline void asm_wait(struct asm_code *a)
{
    asm_word(a, 0x42000020);
}

static inline void asm_return(struct asm_code *a) /* from an exception; takes $k0 */
{
    asm_mfc0(a, ASM_K0, ASM_EPC);
    asm_word(a, ASM_K0 << 21 | 0x08); /* jr */
    asm_word(a, 0x42000010);          /* rfe */
}

static inline void asm_forever(struct asm_code *a)
{
    asm_branch(a, a->n);
    asm_nop(a);
}

static inline void asm_store(struct asm_code *a, u32 address, u32 value) /* by $t0 and $t1 */
{
    asm_li(a, ASM_T0, address);
    asm_li(a, ASM_T1, value);
    asm_sw(a, ASM_T1, 0, ASM_T0);
}

/* With the code in a register other than $t0. */
static inline void asm_power_off(struct asm_code *a, u32 reg)
{
    asm_li(a, ASM_T0, ASM_BOARD);
    asm_sw(a, reg, ASM_BOARD_EXIT, ASM_T0);
    asm_sw(a, ASM_ZERO, ASM_BOARD_PWR, ASM_T0);
    asm_forever(a);
}

/* Interrupts of one card reach CPU 0, and it takes them: Status is `status`. */
static inline void asm_interrupts(struct asm_code *a, unsigned slot, u32 status)
{
    asm_store(a, ASM_BOARD + ASM_BOARD_IRQE, 1u << slot);
    asm_store(a, ASM_CPU(0), 1u << slot);
    asm_li(a, ASM_T0, status);
    asm_mtc0(a, ASM_T0, ASM_STATUS);
}

/* CPU n starts at a word of this code. */
static inline void asm_start_cpu(struct asm_code *a, unsigned cpu, u32 pc)
{
    asm_store(a, ASM_CPU(cpu) + ASM_CPU_RAM, pc);
    asm_store(a, ASM_BOARD + ASM_BOARD_CPUE, (2u << cpu) - 1);
}

static inline struct rig_setup asm_setup(const struct asm_code *code,
                                         const struct asm_code *handler)
{
    return (struct rig_setup){.punctual = true,
                              .code = code->word,
                              .code_len = code->n,
                              .handler = handler ? handler->word : NULL,
                              .handler_len = handler ? handler->n : 0};
}

#endif
