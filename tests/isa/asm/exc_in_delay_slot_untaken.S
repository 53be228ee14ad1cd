/* SPDX-License-Identifier: ISC */
/*
 * A delay slot is one whether its branch is taken or not: BD is set and EPC is the branch.
 *
 * # not on the original: System/161 knows the slots of taken branches only, and reports the
 * slot itself.
 */
#include "test.h"

        .macro  untaken line, insn, operands:vararg
        li      $v0, 1
        try     .Lresume\@
.Lbranch\@:
        \insn   \operands, .Ltarget\@
        syscall
        li      $v0, 2
.Ltarget\@:
        li      $v0, 3
.Lresume\@:
        caught  BD + EXC_SYS, .Lbranch\@, 0x8000007c, 0x80, \line
        check   $v0, 1, \line
        .endm
#define UNTAKEN(...) untaken __LINE__, __VA_ARGS__

TEST("exc_in_delay_slot_untaken")
        li      $t0, 1
        li      $t1, -1
        UNTAKEN(beq, $t0, $t1)
        UNTAKEN(bne, $0, $0)
        UNTAKEN(blez, $t0)
        UNTAKEN(bgtz, $0)
        UNTAKEN(bltz, $0)
        UNTAKEN(bgez, $t1)
        UNTAKEN(bltzal, $0)
        UNTAKEN(bgezal, $t1)

        /* the link has been written all the same */
        move    $ra, $0
        TRY(1f)
b1:     bltzal  $0, 2f
        syscall
ret1:   nop
2:      nop
1:      CAUGHT(BD + EXC_SYS, b1)
        CHECK_ADDR($ra, ret1)

        /* one instruction later it is over */
        TRY(1f)
        beq     $t0, $t1, 2f
        nop
s1:     syscall
2:      nop
1:      CAUGHT(EXC_SYS, s1)
TEST_END
