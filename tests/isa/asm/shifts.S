/* SPDX-License-Identifier: ISC */
/*
 * Shifts by a constant and by a register. Only the low five bits of the register count; sra
 * copies the sign.
 */
#include "test.h"

TEST("shifts")
        li      $t0, 0x80000001
        sll     $v0, $t0, 0
        CHECK($v0, 0x80000001)
        sll     $v0, $t0, 1
        CHECK($v0, 0x00000002)
        sll     $v0, $t0, 31
        CHECK($v0, 0x80000000)
        srl     $v0, $t0, 0
        CHECK($v0, 0x80000001)
        srl     $v0, $t0, 1
        CHECK($v0, 0x40000000)
        srl     $v0, $t0, 31
        CHECK($v0, 0x00000001)
        sra     $v0, $t0, 0
        CHECK($v0, 0x80000001)
        sra     $v0, $t0, 1
        CHECK($v0, 0xc0000000)
        sra     $v0, $t0, 31
        CHECK($v0, 0xffffffff)
        li      $t0, 0x7fffffff
        sra     $v0, $t0, 1
        CHECK($v0, 0x3fffffff)
        sra     $v0, $t0, 31
        CHECK($v0, 0)
        li      $t0, 0x12345678
        sll     $v0, $t0, 4
        CHECK($v0, 0x23456780)
        srl     $v0, $t0, 16
        CHECK($v0, 0x00001234)
        sra     $v0, $t0, 8
        CHECK($v0, 0x00123456)

        /* by register: 32 is 0, 33 is 1, -1 is 31 */
        li      $t1, 4
        sllv    $v0, $t0, $t1
        CHECK($v0, 0x23456780)
        srlv    $v0, $t0, $t1
        CHECK($v0, 0x01234567)
        li      $t0, 0x87654321
        srav    $v0, $t0, $t1
        CHECK($v0, 0xf8765432)
        li      $t1, 32
        sllv    $v0, $t0, $t1
        CHECK($v0, 0x87654321)
        srlv    $v0, $t0, $t1
        CHECK($v0, 0x87654321)
        srav    $v0, $t0, $t1
        CHECK($v0, 0x87654321)
        li      $t1, 0xffffffe1
        sllv    $v0, $t0, $t1
        CHECK($v0, 0x0eca8642)
        srlv    $v0, $t0, $t1
        CHECK($v0, 0x43b2a190)
        srav    $v0, $t0, $t1
        CHECK($v0, 0xc3b2a190)
        li      $t1, -1
        sllv    $v0, $t0, $t1
        CHECK($v0, 0x80000000)
        srlv    $v0, $t0, $t1
        CHECK($v0, 1)
        srav    $v0, $t0, $t1
        CHECK($v0, 0xffffffff)
        CHECK($t1, 0xffffffff)

        /* destination = value, destination = amount */
        li      $t0, 3
        sllv    $t0, $t0, $t0
        CHECK($t0, 24)
        sll     $t0, $t0, 2
        CHECK($t0, 96)
        li      $t1, 5
        srlv    $t1, $t0, $t1
        CHECK($t1, 3)

        /* sll $0, $0, n is a nop for every n */
        sll     $0, $0, 1
        sll     $0, $0, 3
        CHECK($0, 0)
TEST_END
