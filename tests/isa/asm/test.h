/* SPDX-License-Identifier: ISC */
/*
 * test.h - what every test program in this directory includes: register and field names, the
 * CHECK family, and the frame of a program. The code behind it is rt.S.
 *
 *     #include "test.h"
 *     TEST("name")
 *             li      $t0, 2
 *             addiu   $t0, $t0, 3
 *             CHECK($t0, 5)
 *     TEST_END
 *
 * A test runs in kseg0 in kernel mode, with interrupts off and BEV clear, in a clean TLB. It may
 * use every register but $at, $k0 and $k1, which belong to the macros. The number in a FAIL
 * message is the source line of the check. Assembly is noreorder: delay slots are written out.
 */
#ifndef TEST_H
#define TEST_H

/* CP0 registers */
#define C0_INDEX        $0
#define C0_RANDOM       $1
#define C0_ENTRYLO      $2
#define C0_CONTEXT      $4
#define C0_BADVADDR     $8
#define C0_COUNT        $9
#define C0_ENTRYHI      $10
#define C0_COMPARE      $11
#define C0_STATUS       $12
#define C0_CAUSE        $13
#define C0_EPC          $14
#define C0_PRID         $15

/* Status */
#define ST_IEC          0x00000001
#define ST_KUC          0x00000002
#define ST_IEP          0x00000004
#define ST_KUP          0x00000008
#define ST_IEO          0x00000010
#define ST_KUO          0x00000020
#define ST_IM0          0x00000100      /* software interrupt 0 */
#define ST_IM1          0x00000200
#define ST_IM_BUS       0x00000400      /* LAMEbus */
#define ST_IM_IPI       0x00000800
#define ST_IM_TIMER     0x00008000
#define ST_ISC          0x00010000
#define ST_BEV          0x00400000
#define ST_CU0          0x10000000
#define ST_CU1          0x20000000
#define ST_CU2          0x40000000
#define ST_CU3          0x80000000

/* Cause: BD, CE and ExcCode in place, to be added up */
#define BD              0x80000000
#define CE(n)           ((n) << 28)
#define EXC_INT         0x00
#define EXC_MOD         0x04
#define EXC_TLBL        0x08
#define EXC_TLBS        0x0c
#define EXC_ADEL        0x10
#define EXC_ADES        0x14
#define EXC_IBE         0x18
#define EXC_DBE         0x1c
#define EXC_SYS         0x20
#define EXC_BP          0x24
#define EXC_RI          0x28
#define EXC_CPU         0x2c
#define EXC_OV          0x30

/* EntryLo flags; EntryHi's ASID */
#define LO_N            0x800
#define LO_D            0x400
#define LO_V            0x200
#define LO_G            0x100
#define ASID(n)         ((n) << 6)

/* The processor behind PRId */
#define PRID_MIPS161    0xa1

/* The board */
#define RAM_SIZE        0x00100000      /* at least */
#define NO_MEMORY       0xb0000000      /* kseg1: behind the RAM, nobody answers */
#define LB_BASE         0xbfe00000
#define LB_CONFIG(slot) (LB_BASE + 31 * 0x10000 + 0x400 * (slot))
#define LB_MAINBOARD    LB_CONFIG(31)
#define MB_RAMSIZE      0x200
#define MB_IRQS         0x204
#define MB_POWER        0x208
#define MB_IRQE         0x20c
#define MB_CPUS         0x210
#define MB_CPUE         0x214
#define MB_SELF         0x218
#define MB_EXIT         0x21c           /* from device revision 2 on */
#define SERIAL_CHAR     0x0
#define SERIAL_WIRQ     0x4
#define SERIAL_RIRQ     0x8

/* exc_rec: what the recording handler in rt.S saved at the last exception */
#define X_COUNT         0               /* exceptions since TRY */
#define X_VECTOR        4               /* 0 (refill) or 0x80 (general) */
#define X_CAUSE         8
#define X_EPC           12
#define X_BADVADDR      16
#define X_CONTEXT       20
#define X_ENTRYHI       24
#define X_STATUS        28
#define X_RESUME        32              /* where to go on; 0: an exception is a failure */
#define X_HOOK          36              /* called instead, with $k0 = exc_rec; 0: none */

/* The addresses under which a label in kseg0 is known elsewhere */
#define PHYS(label)     ((label) - 0x80000000)          /* also: kuseg, mapped one to one */
#define KSEG1(label)    ((label) + 0x20000000)
#define KSEG2(label)    ((label) + 0x40000000)          /* mapped to the same page number */

/*
 * A program
 */
#define TEST(name) test_begin name
#define TEST_END   test_end
#define NEED_MIPS161 need_mips161       /* the rest is for System/161's processor only */
#define NEED_R3000   need_r3000         /* the rest is for the plain chip only */

/*
 * Checks. CHECK compares a register with a number, CHECK_ADDR with the address of a label,
 * CHECK_MEM the word at a label with a number.
 */
#define CHECK(reg, want)        check reg, want, __LINE__
#define CHECK_ADDR(reg, label)  check_addr reg, label, __LINE__
#define CHECK_MEM(label, want)  check_mem label, want, __LINE__

/*
 * Exceptions. TRY(l) announces exactly one: it is recorded, and the program goes on in kernel
 * mode at l, in general the label that follows the faulting instruction. CAUGHT says what is to
 * be in the record: Cause (BD and ExcCode, no other bits), EPC, and the general vector.
 */
#define TRY(resume)             try resume
#define CAUGHT(cause, epc)      caught cause, epc, 0x8000007c, 0x80, __LINE__
#define CAUGHT_CE(cause, epc)   caught cause, epc, 0xb000007c, 0x80, __LINE__
#define CAUGHT_UTLB(cause, epc) caught cause, epc, 0x8000007c, 0x00, __LINE__
#define CAUGHT_REG(x, want)     caught_reg x, want, __LINE__
#define CAUGHT_ADDR(x, label)   caught_addr x, label, __LINE__
#define NOT_CAUGHT              caught_reg X_COUNT, 0, __LINE__
#define HOOK(label)             set_hook label  /* 0: none */

/* TLB: one entry from numbers, or a page of this program at a virtual address of choice */
#define TLB_SET(index, hi, lo)          tlb_set index, hi, lo
#define TLB_MAP(index, va, label, lo)   tlb_set index, va, PHYS(label) + (lo)
#define TLB_CLEAR(index)                tlb_set index, 0xb0000000 + ((index) << 12), 0

/* Go to label at its one-to-one address in kuseg, in user mode with interrupts off */
#define ENTER_USER(label)       enter_user label

#ifdef __ASSEMBLER__

        .set    noreorder
        .set    noat

        .macro  test_begin name
        .section .rodata
        .globl  test_name
test_name:
        .asciiz "\name"
        .text
        .globl  test_main
test_main:
        .endm

        .macro  test_end
        j       test_pass
        nop
        .endm

        .macro  need_mips161
        mfc0    $k0, C0_PRID
        li      $k1, PRID_MIPS161
        bne     $k0, $k1, test_skip
        nop
        .endm

        .macro  need_r3000
        mfc0    $k0, C0_PRID
        li      $k1, PRID_MIPS161
        beq     $k0, $k1, test_skip
        nop
        .endm

        .macro  check_at reg, line
        beq     \reg, $at, .Lcheck\@
        nop
        move    $a1, \reg
        move    $a2, $at
        li      $a0, \line
        j       test_fail
        nop
.Lcheck\@:
        .endm

        .macro  check reg, want, line
        li      $at, \want
        check_at \reg, \line
        .endm

        .macro  check_addr reg, label, line
        la      $at, \label
        check_at \reg, \line
        .endm

        .macro  check_mem label, want, line
        la      $k0, \label
        lw      $k1, 0($k0)
        nop
        check   $k1, \want, \line
        .endm

        .macro  try resume
        la      $k0, exc_rec
        sw      $0, X_COUNT($k0)
        la      $k1, \resume
        sw      $k1, X_RESUME($k0)
        .endm

        .macro  caught_reg x, want, line
        la      $k0, exc_rec
        lw      $k1, \x($k0)
        nop
        check   $k1, \want, \line
        .endm

        .macro  caught_addr x, label, line
        la      $k0, exc_rec
        lw      $k1, \x($k0)
        nop
        check_addr $k1, \label, \line
        .endm

        .macro  caught cause, epc, mask, vector, line
        caught_reg X_COUNT, 1, \line
        lw      $k1, X_CAUSE($k0)
        li      $at, \mask
        and     $k1, $k1, $at
        check   $k1, \cause, \line
        caught_addr X_EPC, \epc, \line
        caught_reg X_VECTOR, \vector, \line
        .endm

        .macro  set_hook label
        la      $k0, exc_rec
        la      $k1, \label
        sw      $k1, X_HOOK($k0)
        .endm

        /* The nops give the real chip's pipeline its time between mtc0 and the TLB. */
        .macro  tlb_set index, hi, lo
        la      $k0, \hi
        mtc0    $k0, C0_ENTRYHI
        la      $k0, \lo
        mtc0    $k0, C0_ENTRYLO
        li      $k0, (\index) << 8
        mtc0    $k0, C0_INDEX
        nop
        nop
        tlbwi
        nop
        nop
        .endm

        .macro  enter_user label
        li      $k0, ST_KUP
        mtc0    $k0, C0_STATUS
        la      $k0, PHYS(\label)
        nop
        nop
        jr      $k0
        rfe
        .endm

        /* Later instructions that MIPS-161 borrowed; the assembler is set to MIPS I. */
        .macro  insn_ll rt, addr
        .set    push
        .set    mips2
        ll      \rt, \addr
        .set    pop
        .endm

        .macro  insn_sc rt, addr
        .set    push
        .set    mips2
        sc      \rt, \addr
        .set    pop
        .endm

        .macro  insn_sync
        .word   0x0000000f
        .endm

        .macro  insn_wait
        .word   0x42000020
        .endm

#endif /* __ASSEMBLER__ */
#endif /* TEST_H */
