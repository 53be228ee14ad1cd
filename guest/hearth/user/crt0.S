/* SPDX-License-Identifier: ISC */
/* Where a program starts, with argc in $a0 and argv in $a1; and a stub for each system call. */
    .set noreorder
    .text
    .globl _start
_start:
    jal     main
    nop
    jal     sys_exit
    move    $a0, $v0

#define SYSCALL(number, name)   \
    .globl  sys_##name;         \
sys_##name:                     \
    li      $v0, number;        \
    syscall;                    \
    jr      $ra;                \
    nop;
#include "syscall.def"
