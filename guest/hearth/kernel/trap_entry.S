/* SPDX-License-Identifier: ISC */
/*
 * Exception vectors, entry and return, and the switch between kernel stacks.
 *
 * The R3000 has no register that tells a CPU who it is. The PTEBase field of Context is ours to use
 * and survives every exception, so it holds the CPU's number times four: the index into the two
 * tables that the code here needs, cpu_directory (page directory of the running process) and
 * cpu_stack (top of its kernel stack). Only k0 and k1 may be touched before registers are saved.
 */
#include "asm.h"

#define CONTEXT  $4
#define BADVADDR $8
#define STATUS   $12
#define CAUSE    $13
#define EPC      $14
#define ENTRYLO  $2

    .set noreorder
    .set noat
    .text

/*
 * TLB refill, copied to 0x80000000: a kuseg address isn't in the TLB. Walk the two-level table and
 * write what is found, good or not: an entry without its valid bit faults again, through the
 * general vector, and C takes over. Every directory slot points to a table (an empty one if need
 * be).
 */
    .globl trap_refill, trap_refill_end
trap_refill:
    mfc0    $k0, CONTEXT
    lui     $k1, %hi(cpu_directory)
    srl     $k0, $k0, 21
    addu    $k1, $k1, $k0
    lw      $k1, %lo(cpu_directory)($k1)
    mfc0    $k0, BADVADDR
    nop
    srl     $k0, $k0, 22
    sll     $k0, $k0, 2
    addu    $k1, $k1, $k0
    lw      $k1, 0($k1)             /* the table of these 4 MB */
    mfc0    $k0, CONTEXT
    nop
    andi    $k0, $k0, 0xffc
    addu    $k1, $k1, $k0
    lw      $k1, 0($k1)             /* the page's entry */
    mfc0    $k0, EPC
    mtc0    $k1, ENTRYLO
    nop
    tlbwr
    jr      $k0
    rfe
trap_refill_end:

/* Everything else, copied to 0x80000080. */
    .globl trap_general, trap_general_end
trap_general:
    lui     $k0, %hi(trap_entry)
    addiu   $k0, $k0, %lo(trap_entry)
    jr      $k0
    nop
trap_general_end:

/* Save everything in a struct trap_frame: from user mode on the process's kernel stack, from the
 * kernel on the stack in use. */
    .type trap_entry, @function
trap_entry:
    mfc0    $k0, STATUS
    nop
    andi    $k0, $k0, STATUS_KUP
    beqz    $k0, 1f
    move    $k1, $sp
    mfc0    $k0, CONTEXT
    lui     $sp, %hi(cpu_stack)
    srl     $k0, $k0, 21
    addu    $sp, $sp, $k0
    lw      $sp, %lo(cpu_stack)($sp)
    nop
1:  addiu   $sp, $sp, -FRAME_SIZE
    sw      $1, FRAME_REG(1)($sp)
    sw      $2, FRAME_REG(2)($sp)
    sw      $3, FRAME_REG(3)($sp)
    sw      $4, FRAME_REG(4)($sp)
    sw      $5, FRAME_REG(5)($sp)
    sw      $6, FRAME_REG(6)($sp)
    sw      $7, FRAME_REG(7)($sp)
    sw      $8, FRAME_REG(8)($sp)
    sw      $9, FRAME_REG(9)($sp)
    sw      $10, FRAME_REG(10)($sp)
    sw      $11, FRAME_REG(11)($sp)
    sw      $12, FRAME_REG(12)($sp)
    sw      $13, FRAME_REG(13)($sp)
    sw      $14, FRAME_REG(14)($sp)
    sw      $15, FRAME_REG(15)($sp)
    sw      $16, FRAME_REG(16)($sp)
    sw      $17, FRAME_REG(17)($sp)
    sw      $18, FRAME_REG(18)($sp)
    sw      $19, FRAME_REG(19)($sp)
    sw      $20, FRAME_REG(20)($sp)
    sw      $21, FRAME_REG(21)($sp)
    sw      $22, FRAME_REG(22)($sp)
    sw      $23, FRAME_REG(23)($sp)
    sw      $24, FRAME_REG(24)($sp)
    sw      $25, FRAME_REG(25)($sp)
    sw      $28, FRAME_REG(28)($sp)
    sw      $k1, FRAME_REG(29)($sp)
    sw      $30, FRAME_REG(30)($sp)
    sw      $31, FRAME_REG(31)($sp)
    mfhi    $8
    mflo    $9
    sw      $8, FRAME_HI($sp)
    sw      $9, FRAME_LO($sp)
    mfc0    $8, STATUS
    mfc0    $9, CAUSE
    mfc0    $10, EPC
    mfc0    $11, BADVADDR
    sw      $8, FRAME_STATUS($sp)
    sw      $9, FRAME_CAUSE($sp)
    sw      $10, FRAME_EPC($sp)
    sw      $11, FRAME_BADVADDR($sp)
    jal     trap_handle
    move    $a0, $sp

/* Undo it all; $sp points to the frame. New processes start here, too. */
    .globl trap_return
trap_return:
    lw      $8, FRAME_HI($sp)
    lw      $9, FRAME_LO($sp)
    mthi    $8
    mtlo    $9
    lw      $10, FRAME_STATUS($sp)
    nop
    mtc0    $10, STATUS             /* as it was just after the exception: interrupts off */
    lw      $1, FRAME_REG(1)($sp)
    lw      $2, FRAME_REG(2)($sp)
    lw      $3, FRAME_REG(3)($sp)
    lw      $4, FRAME_REG(4)($sp)
    lw      $5, FRAME_REG(5)($sp)
    lw      $6, FRAME_REG(6)($sp)
    lw      $7, FRAME_REG(7)($sp)
    lw      $8, FRAME_REG(8)($sp)
    lw      $9, FRAME_REG(9)($sp)
    lw      $10, FRAME_REG(10)($sp)
    lw      $11, FRAME_REG(11)($sp)
    lw      $12, FRAME_REG(12)($sp)
    lw      $13, FRAME_REG(13)($sp)
    lw      $14, FRAME_REG(14)($sp)
    lw      $15, FRAME_REG(15)($sp)
    lw      $16, FRAME_REG(16)($sp)
    lw      $17, FRAME_REG(17)($sp)
    lw      $18, FRAME_REG(18)($sp)
    lw      $19, FRAME_REG(19)($sp)
    lw      $20, FRAME_REG(20)($sp)
    lw      $21, FRAME_REG(21)($sp)
    lw      $22, FRAME_REG(22)($sp)
    lw      $23, FRAME_REG(23)($sp)
    lw      $24, FRAME_REG(24)($sp)
    lw      $25, FRAME_REG(25)($sp)
    lw      $28, FRAME_REG(28)($sp)
    lw      $30, FRAME_REG(30)($sp)
    lw      $31, FRAME_REG(31)($sp)
    lw      $k0, FRAME_EPC($sp)
    lw      $sp, FRAME_REG(29)($sp)
    jr      $k0
    rfe

/*
 * void trap_switch(void **save, void *load): leave this kernel stack, go on with another one. Only
 * what a C function must preserve needs saving; the rest is on the stack already.
 */
    .globl trap_switch
trap_switch:
    addiu   $sp, $sp, -40
    sw      $16, 0($sp)
    sw      $17, 4($sp)
    sw      $18, 8($sp)
    sw      $19, 12($sp)
    sw      $20, 16($sp)
    sw      $21, 20($sp)
    sw      $22, 24($sp)
    sw      $23, 28($sp)
    sw      $30, 32($sp)
    sw      $31, 36($sp)
    sw      $sp, 0($a0)
    move    $sp, $a1
    lw      $16, 0($sp)
    lw      $17, 4($sp)
    lw      $18, 8($sp)
    lw      $19, 12($sp)
    lw      $20, 16($sp)
    lw      $21, 20($sp)
    lw      $22, 24($sp)
    lw      $23, 28($sp)
    lw      $30, 32($sp)
    lw      $31, 36($sp)
    nop
    jr      $ra
    addiu   $sp, $sp, 40

/* A process that never ran is made to look as if trap_switch had been called from here. */
    .globl trap_first
trap_first:
    jal     sched_first
    nop
    b       trap_return
    nop

/* u32 trap_call_on(u32 (*function)(u32), u32 argument, void *stack): for work that needs more stack
 * than a kernel stack has. */
    .globl trap_call_on
trap_call_on:
    sw      $31, -4($a2)
    sw      $sp, -8($a2)
    addiu   $sp, $a2, -32
    move    $25, $a0
    jalr    $25
    move    $a0, $a1
    lw      $31, 28($sp)
    lw      $sp, 24($sp)
    jr      $ra
    nop
