/* SPDX-License-Identifier: ISC */
/* Numbers that C and assembly share: CP0 registers and their bits, the exception frame. */
#ifndef ASM_H
#define ASM_H

/* Coprocessor 0 of the R3000. Count and Compare exist only on the MIPS-161. */
#define CP0_INDEX    0
#define CP0_ENTRYLO  2
#define CP0_CONTEXT  4
#define CP0_BADVADDR 8
#define CP0_COUNT    9
#define CP0_ENTRYHI  10
#define CP0_COMPARE  11
#define CP0_STATUS   12
#define CP0_CAUSE    13
#define CP0_EPC      14
#define CP0_PRID     15

/* Status: a stack of three (kernel/user, interrupt enable) pairs; current, previous, old. */
#define STATUS_IEC      0x01
#define STATUS_IEP      0x04
#define STATUS_KUP      0x08
#define STATUS_IM(line) (0x100 << (line))

/* EntryLo, which is also the form of our page table entries. The low 8 bits are ours. */
#define PTE_DIRTY  0x400 /* may be written */
#define PTE_VALID  0x200
#define PTE_SHARED 0x1 /* software: the page belongs to a struct vm_shared */

/* struct trap_frame: 16 bytes of argument area, r0..r31, then these. */
#define FRAME_REG(n)   (16 + 4 * (n))
#define FRAME_HI       144
#define FRAME_LO       148
#define FRAME_STATUS   152
#define FRAME_CAUSE    156
#define FRAME_EPC      160
#define FRAME_BADVADDR 164
#define FRAME_SIZE     168

/* The Context register's PTEBase field holds the CPU's number, shifted by this. */
#define CPU_CONTEXT_SHIFT 23

#define KERNEL_STACK 4096

#endif
