/* SPDX-License-Identifier: ISC */
/*
 * Bitwise logic: and, or, xor, nor; their immediate forms zero-extend, unlike addiu; lui fills
 * the upper half. nor with $0 is the missing "not".
 */
#include "test.h"

TEST("logic")
        li      $t0, 0xff00f0f0
        li      $t1, 0x0ff0ff00
        and     $v0, $t0, $t1
        CHECK($v0, 0x0f00f000)
        or      $v0, $t0, $t1
        CHECK($v0, 0xfff0fff0)
        xor     $v0, $t0, $t1
        CHECK($v0, 0xf0f00ff0)
        nor     $v0, $t0, $t1
        CHECK($v0, 0x000f000f)
        nor     $v0, $t0, $0
        CHECK($v0, 0x00ff0f0f)
        CHECK($t0, 0xff00f0f0)
        CHECK($t1, 0x0ff0ff00)

        li      $t0, 0xffffffff
        andi    $v0, $t0, 0xffff
        CHECK($v0, 0x0000ffff)
        andi    $v0, $t0, 0x8000
        CHECK($v0, 0x00008000)
        andi    $v0, $t0, 0
        CHECK($v0, 0)
        ori     $v0, $0, 0xffff
        CHECK($v0, 0x0000ffff)
        li      $t0, 0x12340000
        ori     $v0, $t0, 0x8765
        CHECK($v0, 0x12348765)
        li      $t0, 0xffffffff
        xori    $v0, $t0, 0xffff
        CHECK($v0, 0xffff0000)
        xori    $v0, $t0, 0x8001
        CHECK($v0, 0xffff7ffe)

        lui     $v0, 0x8000
        CHECK($v0, 0x80000000)
        lui     $v0, 0xffff
        CHECK($v0, 0xffff0000)
        li      $v0, -1
        lui     $v0, 0
        CHECK($v0, 0)

        /* destination = source */
        li      $t0, 0x5555aaaa
        xor     $t0, $t0, $t0
        CHECK($t0, 0)
        nor     $t0, $t0, $t0
        CHECK($t0, 0xffffffff)
        andi    $t0, $t0, 0x00ff
        CHECK($t0, 0xff)
TEST_END
