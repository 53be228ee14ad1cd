/* SPDX-License-Identifier: ISC */
/*
 * Which branch is taken when: every condition with less, equal and greater, signed, and
 * backwards as well as forwards. The delay slots hold nops here (branch_delay.S fills them).
 */
#include "test.h"

        /* $v0 = 1 if "insn operands" is taken */
        .macro  taken want, line, insn, operands:vararg
        li      $v0, 1
        \insn   \operands, .Ltaken\@
        nop
        li      $v0, 0
.Ltaken\@:
        check   $v0, \want, \line
        .endm
#define TAKEN(...) taken 1, __LINE__, __VA_ARGS__
#define FALLS(...) taken 0, __LINE__, __VA_ARGS__

TEST("branches")
        li      $t0, 1
        li      $t1, 2
        li      $t2, -1
        li      $t3, 0x80000000
        li      $t4, 0x7fffffff
        TAKEN(beq, $t0, $t0)
        FALLS(beq, $t0, $t1)
        TAKEN(beq, $0, $0)
        FALLS(beq, $t3, $0)
        TAKEN(bne, $t0, $t1)
        FALLS(bne, $t1, $t1)
        FALLS(bne, $0, $0)
        TAKEN(bne, $t3, $t4)
        TAKEN(blez, $0)
        FALLS(blez, $t0)
        TAKEN(blez, $t2)
        TAKEN(blez, $t3)
        FALLS(blez, $t4)
        FALLS(bgtz, $0)
        TAKEN(bgtz, $t0)
        FALLS(bgtz, $t2)
        FALLS(bgtz, $t3)
        TAKEN(bgtz, $t4)
        FALLS(bltz, $0)
        FALLS(bltz, $t0)
        TAKEN(bltz, $t2)
        TAKEN(bltz, $t3)
        FALLS(bltz, $t4)
        TAKEN(bgez, $0)
        TAKEN(bgez, $t0)
        FALLS(bgez, $t2)
        FALLS(bgez, $t3)
        TAKEN(bgez, $t4)
        FALLS(bltzal, $0)
        TAKEN(bltzal, $t2)
        TAKEN(bltzal, $t3)
        TAKEN(bgezal, $0)
        TAKEN(bgezal, $t4)
        FALLS(bgezal, $t2)

        /* backwards, with a count */
        li      $t0, 10
        move    $v0, $0
1:      addu    $v0, $v0, $t0
        addiu   $t0, $t0, -1
        bgtz    $t0, 1b
        nop
        CHECK($v0, 55)
        li      $t0, -5
        move    $v0, $0
2:      addiu   $v0, $v0, 1
        addiu   $t0, $t0, 1
        bltz    $t0, 2b
        nop
        CHECK($v0, 5)

        /* as far as the offset reaches: -0x8000 and 0x7fff instructions from the delay slot */
        move    $v0, $0
        j       back
        nop
near:   j       onward
        addiu   $v0, $v0, 2
        .space  0x1fffc - 8
back:   beq     $0, $0, near            /* delay slot at near + 0x20000 */
        addiu   $v0, $v0, 1
onward: beq     $0, $0, far             /* far at delay slot + 0x1fffc */
        addiu   $v0, $v0, 4
        .space  0x20000 - 8
far:    CHECK($v0, 7)
TEST_END
