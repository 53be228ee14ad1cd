/* SPDX-License-Identifier: ISC */
/*
 * lwl and lwr load a part of a word into a part of a register; the rest of the register stays.
 * All four alignments of both: "left" means towards the high end of the register, and which
 * bytes of memory go there depends on the byte order.
 */
#include "test.h"

        .macro  part insn, offset, want, line
        li      $v0, 0xaabbccdd
        \insn   $v0, \offset($s0)
        nop
        check   $v0, \want, \line
        .endm
#define PART(insn, offset, big, little) PART_(insn, offset, big, little)
#ifdef __MIPSEB__
#define PART_(insn, offset, big, little) part insn, offset, big, __LINE__
#else
#define PART_(insn, offset, big, little) part insn, offset, little, __LINE__
#endif

TEST("lwl_lwr")
        la      $s0, words
        PART(lwl, 0, 0x11223344, 0x44bbccdd)
        PART(lwl, 1, 0x223344dd, 0x3344ccdd)
        PART(lwl, 2, 0x3344ccdd, 0x223344dd)
        PART(lwl, 3, 0x44bbccdd, 0x11223344)
        PART(lwr, 0, 0xaabbcc11, 0x11223344)
        PART(lwr, 1, 0xaabb1122, 0xaa112233)
        PART(lwr, 2, 0xaa112233, 0xaabb1122)
        PART(lwr, 3, 0x11223344, 0xaabbcc11)

        /* the next word, by offset and by base */
        PART(lwl, 6, 0x7788ccdd, 0x667788dd)
        PART(lwr, 5, 0xaabb5566, 0xaa556677)
        addiu   $s0, $s0, 6
        PART(lwl, 0, 0x7788ccdd, 0x667788dd)
        PART(lwr, -1, 0xaabb5566, 0xaa556677)
        CHECK_ADDR($s0, words + 6)

        /* the base is the destination */
        la      $t0, words + 1
        lwr     $t0, 0($t0)
        nop
#ifdef __MIPSEB__
        andi    $v0, $t0, 0xffff
        CHECK($v0, 0x1122)
#else
        sll     $v0, $t0, 8
        CHECK($v0, 0x11223300)
#endif
        srl     $v0, $t0, 24            /* the upper part of the address is left */
        CHECK($v0, 0x80)
TEST_END

        .data
        .balign 4
words:  .word   0x11223344, 0x55667788
