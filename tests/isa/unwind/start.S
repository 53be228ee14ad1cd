/* SPDX-License-Identifier: ISC */
    .set noreorder
    .section .text.start
    .globl _start
    .type _start, @function
    .ent _start
_start:
    lui     $sp, 0x8010
    jal     main
    nop
    .globl  finished
finished:
    b       finished
    nop
    .end _start
    .size _start, . - _start
