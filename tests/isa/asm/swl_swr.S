/* SPDX-License-Identifier: ISC */
/*
 * swl and swr store a part of a register into a part of a word; the rest of the word, and its
 * neighbours, stay. All four alignments of both.
 */
#include "test.h"

        .macro  part insn, offset, want, line
        li      $v0, 0x11223344
        sw      $v0, 0($s0)
        li      $v0, 0xaabbccdd
        \insn   $v0, \offset($s0)
        lw      $v1, 0($s0)
        nop
        check   $v1, \want, \line
        check   $v0, 0xaabbccdd, \line
        .endm
#ifdef __MIPSEB__
#define PART(insn, offset, big, little) part insn, offset, big, __LINE__
#else
#define PART(insn, offset, big, little) part insn, offset, little, __LINE__
#endif

TEST("swl_swr")
        la      $s0, words + 4
        PART(swl, 0, 0xaabbccdd, 0x112233aa)
        PART(swl, 1, 0x11aabbcc, 0x1122aabb)
        PART(swl, 2, 0x1122aabb, 0x11aabbcc)
        PART(swl, 3, 0x112233aa, 0xaabbccdd)
        PART(swr, 0, 0xdd223344, 0xaabbccdd)
        PART(swr, 1, 0xccdd3344, 0xbbccdd44)
        PART(swr, 2, 0xbbccdd44, 0xccdd3344)
        PART(swr, 3, 0xaabbccdd, 0xdd223344)
        CHECK_MEM(words, 0x01020304)
        CHECK_MEM(words + 8, 0x05060708)

        /* negative offset; base and value the same register */
        addiu   $t0, $s0, 4
        sw      $0, 0($s0)
        swr     $t0, -1($t0)
        lw      $v0, 0($s0)
        nop
#ifdef __MIPSEB__
        CHECK_ADDR($v0, words + 8)
#else
        sll     $v1, $t0, 24
        subu    $v0, $v0, $v1
        CHECK($v0, 0)
#endif
        CHECK_MEM(words, 0x01020304)
        CHECK_MEM(words + 8, 0x05060708)
TEST_END

        .data
        .balign 4
words:  .word   0x01020304, 0, 0x05060708
