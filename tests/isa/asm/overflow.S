/* SPDX-License-Identifier: ISC */
/*
 * add, addi and sub trap when the signed result does not fit. The destination keeps its value,
 * also when it is one of the operands.
 */
#include "test.h"

TEST("overflow")
        li      $t0, 0x7fffffff
        li      $t1, 1
        li      $t2, 0x80000000
        li      $t3, -1

        li      $v0, 0x1111
        TRY(1f)
ov1:    add     $v0, $t0, $t1
1:      CAUGHT(EXC_OV, ov1)
        CHECK($v0, 0x1111)
        CHECK($t0, 0x7fffffff)
        CHECK($t1, 1)

        TRY(1f)
ov2:    add     $v0, $t2, $t3
1:      CAUGHT(EXC_OV, ov2)
        CHECK($v0, 0x1111)

        TRY(1f)
ov3:    add     $v0, $t2, $t2
1:      CAUGHT(EXC_OV, ov3)
        CHECK($v0, 0x1111)

        TRY(1f)
ov4:    sub     $v0, $t2, $t1
1:      CAUGHT(EXC_OV, ov4)
        CHECK($v0, 0x1111)

        TRY(1f)
ov5:    sub     $v0, $t0, $t3
1:      CAUGHT(EXC_OV, ov5)
        CHECK($v0, 0x1111)

        TRY(1f)                         /* -(-2^31) does not exist */
ov6:    sub     $v0, $0, $t2
1:      CAUGHT(EXC_OV, ov6)
        CHECK($v0, 0x1111)

        TRY(1f)
ov7:    addi    $v0, $t0, 1
1:      CAUGHT(EXC_OV, ov7)
        CHECK($v0, 0x1111)

        TRY(1f)
ov8:    addi    $v0, $t2, -1
1:      CAUGHT(EXC_OV, ov8)
        CHECK($v0, 0x1111)

        /* destination = source: the operand survives, so the instruction could be repeated */
        TRY(1f)
ov9:    add     $t0, $t0, $t1
1:      CAUGHT(EXC_OV, ov9)
        CHECK($t0, 0x7fffffff)
        TRY(1f)
ov10:   sub     $t1, $t2, $t1
1:      CAUGHT(EXC_OV, ov10)
        CHECK($t1, 1)
        TRY(1f)
ov11:   addi    $t2, $t2, -0x8000
1:      CAUGHT(EXC_OV, ov11)
        CHECK($t2, 0x80000000)

        /* the destination is $0: no result, but the trap */
        TRY(1f)
ov12:   add     $0, $t0, $t1
1:      CAUGHT(EXC_OV, ov12)
        CHECK($0, 0)

        /* the unsigned forms never trap */
        TRY(never)
        addu    $v0, $t0, $t1
        subu    $v0, $t2, $t1
        addiu   $v0, $t0, 0x7fff
        NOT_CAUGHT
        CHECK($v0, 0x80007ffe)
never:  NOT_CAUGHT
TEST_END
