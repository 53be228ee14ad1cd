/* SPDX-License-Identifier: ISC */
/*
 * Address errors: words at addresses not divisible by four, halves at odd ones. A faulting load
 * leaves its register, a faulting store the memory; BadVAddr names the address. The alignment is
 * looked at before the TLB, so an unmapped page does not matter.
 */
#include "test.h"

        /* insn $v0 at words + offset faults with the given code */
        .macro  faults insn, offset, code, line
        li      $v0, 0x55aa1234
        try     .Lafter\@
.Lat\@: \insn   $v0, \offset($s0)
.Lafter\@:
        caught  \code, .Lat\@, 0x8000007c, 0x80, \line
        caught_addr X_BADVADDR, words + \offset, \line
        check   $v0, 0x55aa1234, \line
        check_mem words, 0x11223344, \line
        check_mem words + 4, 0x55667788, \line
        .endm
#define FAULTS(insn, offset, code) faults insn, offset, code, __LINE__

TEST("exc_addr_error")
        la      $s0, words
        FAULTS(lw, 1, EXC_ADEL)
        FAULTS(lw, 2, EXC_ADEL)
        FAULTS(lw, 3, EXC_ADEL)
        FAULTS(lh, 1, EXC_ADEL)
        FAULTS(lhu, 1, EXC_ADEL)
        FAULTS(lh, 5, EXC_ADEL)
        FAULTS(lw, -1, EXC_ADEL)
        FAULTS(lw, -2, EXC_ADEL)
        FAULTS(sw, 1, EXC_ADES)
        FAULTS(sw, 2, EXC_ADES)
        FAULTS(sw, 3, EXC_ADES)
        FAULTS(sw, 6, EXC_ADES)
        FAULTS(sh, 1, EXC_ADES)
        FAULTS(sh, 5, EXC_ADES)
        FAULTS(sh, -3, EXC_ADES)

        /* these are aligned */
        TRY(fail)
        lh      $v0, 2($s0)
        lhu     $v0, 6($s0)
        lb      $v0, 1($s0)
        lbu     $v0, 3($s0)
        lwl     $v0, 1($s0)
        lwr     $v0, 2($s0)
        NOT_CAUGHT

        /* alignment before translation: kuseg and kseg2, nothing mapped */
        li      $t0, 0x00400002
        TRY(1f)
ae1:    lw      $v0, 0($t0)
1:      CAUGHT(EXC_ADEL, ae1)
        CAUGHT_REG(X_BADVADDR, 0x00400002)
        TRY(1f)
ae2:    sw      $v0, -1($t0)
1:      CAUGHT(EXC_ADES, ae2)
        CAUGHT_REG(X_BADVADDR, 0x00400001)
        li      $t0, 0xc0000000
        TRY(1f)
ae3:    sh      $v0, 0x101($t0)
1:      CAUGHT(EXC_ADES, ae3)
        CAUGHT_REG(X_BADVADDR, 0xc0000101)

        /* and before the bus */
        li      $t0, NO_MEMORY
        TRY(1f)
ae4:    lw      $v0, 1($t0)
1:      CAUGHT(EXC_ADEL, ae4)
        CAUGHT_REG(X_BADVADDR, NO_MEMORY + 1)

        /* the address wraps at the top of the space */
        li      $t0, 0xffffffff
        TRY(1f)
ae5:    lw      $v0, 2($t0)
1:      CAUGHT(EXC_ADEL, ae5)
        CAUGHT_REG(X_BADVADDR, 0x00000001)

        /* base = destination: the address is still there */
        addiu   $t1, $s0, 1
        TRY(1f)
ae6:    lw      $t1, 0($t1)
1:      CAUGHT(EXC_ADEL, ae6)
        CHECK_ADDR($t1, words + 1)
TEST_END
fail:   CHECK($0, 1)

        .data
        .balign 4
        .word   0x01020304
words:  .word   0x11223344, 0x55667788
