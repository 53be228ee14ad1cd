/* SPDX-License-Identifier: ISC */
/*
 * Addition and subtraction, where nothing overflows or overflow is ignored: addu and subu wrap
 * round, addiu sign-extends its operand although it is called unsigned.
 */
#include "test.h"

TEST("add_sub")
        li      $t0, 2
        li      $t1, 3
        addu    $v0, $t0, $t1
        CHECK($v0, 5)
        add     $v0, $t0, $t1
        CHECK($v0, 5)
        subu    $v0, $t0, $t1
        CHECK($v0, 0xffffffff)
        sub     $v0, $t0, $t1
        CHECK($v0, 0xffffffff)
        CHECK($t0, 2)
        CHECK($t1, 3)

        /* wrap round without a sound */
        li      $t0, 0x7fffffff
        li      $t1, 1
        addu    $v0, $t0, $t1
        CHECK($v0, 0x80000000)
        li      $t0, 0x80000000
        subu    $v0, $t0, $t1
        CHECK($v0, 0x7fffffff)
        addu    $v0, $t0, $t0
        CHECK($v0, 0)
        li      $t0, 0xffffffff
        addu    $v0, $t0, $t1
        CHECK($v0, 0)
        subu    $v0, $0, $t1
        CHECK($v0, 0xffffffff)

        /* the largest values that add and sub still take */
        li      $t0, 0x7fffffff
        li      $t1, 0x80000000
        add     $v0, $t0, $t1
        CHECK($v0, 0xffffffff)
        add     $v0, $t0, $0
        CHECK($v0, 0x7fffffff)
        li      $t2, 0xffffffff
        sub     $v0, $t2, $t1
        CHECK($v0, 0x7fffffff)
        sub     $v0, $t1, $t1
        CHECK($v0, 0)
        add     $v0, $t2, $t2
        CHECK($v0, 0xfffffffe)
        sub     $v0, $t1, $0
        CHECK($v0, 0x80000000)

        /* immediates are signed in both forms */
        li      $t0, 0x1000
        addi    $v0, $t0, 0x7fff
        CHECK($v0, 0x8fff)
        addi    $v0, $t0, -0x8000
        CHECK($v0, 0xffff9000)
        addiu   $v0, $t0, 0x7fff
        CHECK($v0, 0x8fff)
        addiu   $v0, $t0, -1
        CHECK($v0, 0x0fff)
        addiu   $v0, $0, -0x8000
        CHECK($v0, 0xffff8000)
        li      $t0, 0x7fffffff
        addiu   $v0, $t0, 1
        CHECK($v0, 0x80000000)
        li      $t0, 0x80000000
        addiu   $v0, $t0, -1
        CHECK($v0, 0x7fffffff)
        li      $t0, 0x7fff8000
        addi    $v0, $t0, 0x7fff
        CHECK($v0, 0x7fffffff)
        li      $t0, 0x80008000
        addi    $v0, $t0, -0x8000
        CHECK($v0, 0x80000000)

        /* the destination may be a source */
        li      $t0, 0x12345678
        addu    $t0, $t0, $t0
        CHECK($t0, 0x2468acf0)
        subu    $t0, $t0, $t0
        CHECK($t0, 0)
        addiu   $t0, $t0, 100
        addiu   $t0, $t0, 100
        CHECK($t0, 200)
TEST_END
