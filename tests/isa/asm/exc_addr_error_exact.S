/* SPDX-License-Identifier: ISC */
/*
 * BadVAddr is the address to the last bit, also where the access is narrower than a word; and a
 * jump to a misaligned address is no error of the jump: its delay slot is executed, and then the
 * fetch at the target faults, with EPC = BadVAddr = target.
 *
 * # not on the original: System/161 rounds the address of partial accesses down to the word, and
 * faults at the jump.
 */
#include "test.h"

TEST("exc_addr_error_exact")
        la      $s0, words
        TRY(1f)
ae1:    lh      $v0, 3($s0)
1:      CAUGHT(EXC_ADEL, ae1)
        CAUGHT_ADDR(X_BADVADDR, words + 3)
        TRY(1f)
ae2:    sh      $v0, 7($s0)
1:      CAUGHT(EXC_ADES, ae2)
        CAUGHT_ADDR(X_BADVADDR, words + 7)

        /* partial accesses to pages that are not there */
        .irp insn, lb, lbu, lwl, lwr
        .irp low, 1, 2, 3
        li      $t0, 0x00400000
        TRY(.Ll\insn\low)
.La\insn\low:
        \insn   $v0, \low($t0)
.Ll\insn\low:
        caught  EXC_TLBL, .La\insn\low, 0x8000007c, 0, 100 + \low
        caught_reg X_BADVADDR, 0x00400000 + \low, 200 + \low
        .endr
        .endr
        .irp insn, sb, swl, swr
        .irp low, 1, 2, 3
        li      $t0, 0x00400000
        TRY(.Ll\insn\low)
.La\insn\low:
        \insn   $v0, \low($t0)
.Ll\insn\low:
        caught  EXC_TLBS, .La\insn\low, 0x8000007c, 0, 300 + \low
        caught_reg X_BADVADDR, 0x00400000 + \low, 400 + \low
        .endr
        .endr
        li      $t0, 0x00400000
        TRY(1f)
ae3:    lhu     $v0, 2($t0)
1:      CAUGHT_UTLB(EXC_TLBL, ae3)
        CAUGHT_REG(X_BADVADDR, 0x00400002)

        /* jumps to misaligned addresses */
        .irp low, 1, 2, 3
        la      $t0, words + \low
        move    $v0, $0
        TRY(.Lj\low)
        jr      $t0
        li      $v0, 7
.Lj\low:
        caught  EXC_ADEL, words + \low, 0x8000007c, 0x80, 500 + \low
        caught_addr X_BADVADDR, words + \low, 600 + \low
        check   $v0, 7, 700 + \low
        .endr
        la      $t0, words + 2
        TRY(1f)
        jalr    $s1, $t0
        nop
ae4:    nop
1:      CAUGHT(EXC_ADEL, words + 2)
        CHECK_ADDR($s1, ae4)

        /* from a misaligned address in an unmapped page still the alignment comes first */
        li      $t0, 0x00400001
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT(EXC_ADEL, 0x00400001)
        CAUGHT_REG(X_BADVADDR, 0x00400001)
TEST_END

        .data
        .balign 4
words:  .word   0x11223344, 0x55667788
