/* SPDX-License-Identifier: ISC */
/*
 * Where CPUs enter the kernel. The boot CPU comes from the board's firmware with what that has to
 * say in $a0 to $a3; it still runs on the firmware's stack, in memory that we are about to reuse. The others come
 * through their CPU RAM with the top of a stack of ours in $a0, their number stored at it.
 */
#include "asm.h"

    .set noreorder
    .text

    .globl start
start:
    lui     $sp, %hi(start_stack + KERNEL_STACK - 16)
    addiu   $sp, $sp, %lo(start_stack + KERNEL_STACK - 16)
    jal     main_boot
    nop
1:  b       1b
    nop

    .globl start_secondary
start_secondary:
    move    $sp, $a0
    jal     main_secondary
    lw      $a0, 0($sp)
2:  b       2b
    nop

    .bss
    .balign 16
start_stack:
    .space  KERNEL_STACK
