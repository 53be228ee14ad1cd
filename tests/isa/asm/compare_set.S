/* SPDX-License-Identifier: ISC */
/*
 * slt, slti compare signed, sltu, sltiu unsigned; sltiu sign-extends its operand first, so that
 * sltiu $x, $y, -1 asks for y < 0xffffffff.
 */
#include "test.h"

TEST("compare_set")
        li      $t0, 1
        li      $t1, 2
        li      $t2, -1
        li      $t3, 0x80000000
        li      $t4, 0x7fffffff
        slt     $v0, $t0, $t1
        CHECK($v0, 1)
        slt     $v0, $t1, $t0
        CHECK($v0, 0)
        slt     $v0, $t0, $t0
        CHECK($v0, 0)
        slt     $v0, $t2, $t0
        CHECK($v0, 1)
        slt     $v0, $t0, $t2
        CHECK($v0, 0)
        slt     $v0, $t3, $t4
        CHECK($v0, 1)
        slt     $v0, $t4, $t3
        CHECK($v0, 0)
        sltu    $v0, $t2, $t0
        CHECK($v0, 0)
        sltu    $v0, $t0, $t2
        CHECK($v0, 1)
        sltu    $v0, $t3, $t4
        CHECK($v0, 0)
        sltu    $v0, $t4, $t3
        CHECK($v0, 1)
        sltu    $v0, $0, $0
        CHECK($v0, 0)
        sltu    $v0, $0, $t2
        CHECK($v0, 1)

        slti    $v0, $t0, 2
        CHECK($v0, 1)
        slti    $v0, $t0, 1
        CHECK($v0, 0)
        slti    $v0, $t0, -1
        CHECK($v0, 0)
        slti    $v0, $t2, 0
        CHECK($v0, 1)
        slti    $v0, $t3, -0x8000
        CHECK($v0, 1)
        slti    $v0, $t4, 0x7fff
        CHECK($v0, 0)
        sltiu   $v0, $t0, 2
        CHECK($v0, 1)
        sltiu   $v0, $t0, -1
        CHECK($v0, 1)
        sltiu   $v0, $t2, -1
        CHECK($v0, 0)
        li      $t5, 0xfffffffe
        sltiu   $v0, $t5, -1
        CHECK($v0, 1)
        li      $t5, 0xffff7fff
        sltiu   $v0, $t5, -0x8000
        CHECK($v0, 1)
        li      $t5, 0xffff8000
        sltiu   $v0, $t5, -0x8000
        CHECK($v0, 0)
        li      $t5, 0x8000
        sltiu   $v0, $t5, -0x8000
        CHECK($v0, 1)
        sltiu   $v0, $0, 1
        CHECK($v0, 1)

        /* destination = source */
        slt     $t2, $t2, $t0
        CHECK($t2, 1)
        slti    $t2, $t2, 1
        CHECK($t2, 0)
TEST_END
