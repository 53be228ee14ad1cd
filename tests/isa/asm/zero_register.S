/* SPDX-License-Identifier: ISC */
/*
 * $0 is zero whatever is written to it, by every kind of instruction that has a destination.
 *
 * # not on the original: System/161 has a real register there.
 */
#include "test.h"

TEST("zero_register")
        li      $t0, 0x12345678
        li      $t1, 3
        la      $t2, word
        .irp insn, addu, subu, and, or, xor, nor, slt, sltu, add, sub
        \insn   $0, $t0, $t1
        CHECK($0, 0)
        .endr
        .irp insn, addiu, addi, andi, ori, xori, slti, sltiu
        \insn   $0, $t1, 0x77
        CHECK($0, 0)
        .endr
        lui     $0, 0x1234
        CHECK($0, 0)
        sll     $0, $t0, 4
        srl     $0, $t0, 4
        sra     $0, $t0, 4
        sllv    $0, $t0, $t1
        srlv    $0, $t0, $t1
        srav    $0, $t0, $t1
        CHECK($0, 0)
        mult    $t0, $t1
        mflo    $0
        mfhi    $0
        CHECK($0, 0)
        .irp insn, lb, lbu, lh, lhu, lw, lwl, lwr
        \insn   $0, 0($t2)
        nop
        CHECK($0, 0)
        .endr
        mfc0    $0, C0_PRID
        nop
        CHECK($0, 0)
        la      $t3, 1f
        jalr    $0, $t3
        nop
1:      CHECK($0, 0)
        /* and as a source of a store it is zero too */
        sw      $0, 0($t2)
        CHECK_MEM(word, 0)
TEST_END

        .data
        .balign 4
word:   .word   0x89abcdef
