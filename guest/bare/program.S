/* SPDX-License-Identifier: ISC */
/* Where the program starts, with the words on its stack as Linux leaves them; Linux's two calls. */
    .set noreorder
    .text
    .globl _start
_start:
    lw      $a0, 0($sp)
    addiu   $a1, $sp, 4
    jal     main
    addiu   $sp, $sp, -24
    move    $a0, $v0
    .globl program_exit
program_exit:
    li      $v0, 4001
    syscall
1:  b       1b
    nop

    .globl program_write
program_write:
    li      $v0, 4004
    syscall
    jr      $ra
    nop
