/* SPDX-License-Identifier: ISC */
/* Entry from the machine's firmware, the two exception vectors, and the way into the program. */
#include "chip.h"

#define INDEX    $0
#define ENTRYLO  $2
#define ENTRYLO1 $3
#define CONTEXT  $4
#define PAGEMASK $5
#define WIRED    $6
#define BADVADDR $8
#define STATUS   $12
#define CAUSE    $13
#define EPC      $14

    .set noreorder
    .set noat
#ifndef CHIP_R3000
    .set mips32
#endif
    .text

/* Go on at reg in the mode that Status holds as the previous one. */
    .macro back reg
#ifdef CHIP_R3000
    jr      \reg
    rfe
#else
    mtc0    \reg, EPC
    ehb
    eret
#endif
    .endm

/* From the firmware: argc, argv, and what only the machine's file knows. */
    .globl start
start:
    mtc0    $zero, STATUS
    nop
    li      $t0, CHIP_TABLE
    mtc0    $t0, CONTEXT
#ifndef CHIP_R3000
    mtc0    $zero, PAGEMASK
    mtc0    $zero, WIRED
    ehb
#endif
    lui     $sp, %hi(start_stack)
    addiu   $sp, $sp, %lo(start_stack)
    j       kernel_main
    addiu   $sp, $sp, -32

/* Copied to 0x80000000: a page of the program isn't in the TLB. */
    .globl start_refill, start_refill_end
start_refill:
    mfc0    $k0, CONTEXT
    nop
#ifdef CHIP_R3000
    lw      $k0, 0($k0)
    mfc0    $k1, EPC
    mtc0    $k0, ENTRYLO
    nop
    tlbwr
    jr      $k1
    rfe
#else
    lw      $k1, 0($k0)
    lw      $k0, 8($k0)
    mtc0    $k1, ENTRYLO
    mtc0    $k0, ENTRYLO1
    ehb
    tlbwr
    eret
#endif
start_refill_end:

/* Copied to CHIP_GENERAL: everything else. */
    .globl start_general, start_general_end
start_general:
    lui     $k0, %hi(start_call)
    addiu   $k0, $k0, %lo(start_call)
    jr      $k0
    nop
start_general_end:

/* A system call is a function call for the program, so little must survive it. */
start_call:
    mfc0    $t0, CAUSE
    move    $k1, $sp
    andi    $t0, $t0, 0x7c
    lui     $sp, %hi(start_stack)
    addiu   $sp, $sp, %lo(start_stack)
    addiu   $sp, $sp, -32
    li      $t1, 8 << 2
    bne     $t0, $t1, 1f
    sw      $k1, 24($sp)
    sw      $ra, 28($sp)
    jal     kernel_call
    move    $a3, $v0
    lw      $ra, 28($sp)
    mfc0    $k0, EPC
    lw      $sp, 24($sp)
    addiu   $k0, $k0, 4
    back    $k0
1:  mfc0    $a0, CAUSE
    mfc0    $a1, EPC
    mfc0    $a2, BADVADDR
    jal     kernel_fault
    nop

/* _Noreturn void start_user(u32 entry, u32 sp); */
    .globl start_user
start_user:
    li      $t0, CHIP_USER
    mtc0    $t0, STATUS
    move    $sp, $a1
    nop
    back    $a0

    .globl start_program, start_program_end
    .section .rodata
    .balign 4
start_program:
    .incbin PROGRAM
start_program_end:

    .bss
    .balign 8
    .space  4096
start_stack:
