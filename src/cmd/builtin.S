/* SPDX-License-Identifier: ISC */
/*
 * The guest that `kuseg run` boots without a kernel file, as the bytes of its ELF file.
 * BUILTIN_FILE comes from the build; without it (no MIPS compiler at hand) the place is empty.
 */
        .section .rodata
        .balign 16
        .globl builtin_start
        .globl builtin_end
builtin_start:
#ifdef BUILTIN_FILE
        .incbin BUILTIN_FILE
#endif
builtin_end:
        .byte 0
        .section .note.GNU-stack,"",%progbits
