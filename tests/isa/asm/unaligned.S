/* SPDX-License-Identifier: ISC */
/*
 * The idiom that compilers use for a word at any address: lwl and lwr together load it, swl and
 * swr store it. The pair needs no nop in between, not even on the real chip.
 */
#include "test.h"

#ifdef __MIPSEB__
#define LEFT    0               /* lwl takes the byte at the lower address, */
#define RIGHT   3               /* lwr the one at the higher */
#define AT0     0x01020304
#define AT1     0x02030405
#define AT2     0x03040506
#define AT3     0x04050607
#define AFTER1  0x01aabbcc
#define AFTER2  0xdd060708
#else
#define LEFT    3
#define RIGHT   0
#define AT0     0x04030201
#define AT1     0x05040302
#define AT2     0x06050403
#define AT3     0x07060504
#define AFTER1  0xbbccdd01
#define AFTER2  0x080706aa
#endif

        .macro  ulwx reg, offset
        lwl     \reg, \offset + LEFT($s0)
        lwr     \reg, \offset + RIGHT($s0)
        .endm

        .macro  uswx reg, offset
        swl     \reg, \offset + LEFT($s0)
        swr     \reg, \offset + RIGHT($s0)
        .endm

TEST("unaligned")
        la      $s0, bytes
        li      $v0, -1
        ulwx    $v0, 0
        nop
        CHECK($v0, AT0)
        ulwx    $v0, 1
        nop
        CHECK($v0, AT1)
        ulwx    $v0, 2
        nop
        CHECK($v0, AT2)
        ulwx    $v0, 3
        nop
        CHECK($v0, AT3)
        ulwx    $v0, 4
        nop
        CHECK($v0, AT0 + 0x04040404)

        /* in the other order the result is the same */
        li      $v0, -1
        lwr     $v0, 1 + RIGHT($s0)
        lwl     $v0, 1 + LEFT($s0)
        nop
        CHECK($v0, AT1)

        li      $t0, 0xaabbccdd
        uswx    $t0, 1
        CHECK_MEM(bytes, AFTER1)
        CHECK_MEM(bytes + 4, AFTER2)
        ulwx    $v0, 1
        nop
        CHECK($v0, 0xaabbccdd)

        /* halves at odd addresses take two bytes */
        lbu     $v0, 5($s0)
        lbu     $v1, 6($s0)
        nop
        CHECK($v0, 6)
        CHECK($v1, 7)

        /* every alignment copied to every alignment, byte by byte the same, the margins whole */
        move    $s1, $0
1:      move    $s2, $0
2:      la      $t1, target
        li      $t0, 0xeeeeeeee
        sw      $t0, 0($t1)
        sw      $t0, 4($t1)
        la      $t0, source
        addu    $t0, $t0, $s1
        addu    $t1, $t1, $s2
        lwl     $v0, LEFT($t0)
        lwr     $v0, RIGHT($t0)
        swl     $v0, LEFT($t1)
        swr     $v0, RIGHT($t1)
        li      $t3, 4
3:      lbu     $t4, 0($t0)
        lbu     $t5, 0($t1)
        addiu   $t0, $t0, 1
        subu    $t4, $t4, $t5
        CHECK($t4, 0)
        addiu   $t3, $t3, -1
        bnez    $t3, 3b
        addiu   $t1, $t1, 1
        lbu     $t5, 0($t1)             /* the byte behind */
        nop
        CHECK($t5, 0xee)
        beqz    $s2, 4f
        nop
        lbu     $t5, -5($t1)            /* the byte before */
        nop
        CHECK($t5, 0xee)
4:      addiu   $s2, $s2, 1
        sltiu   $t2, $s2, 4
        bnez    $t2, 2b
        nop
        addiu   $s1, $s1, 1
        sltiu   $t2, $s1, 4
        bnez    $t2, 1b
        nop
TEST_END

        .data
        .balign 4
bytes:  .byte   1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
source: .byte   0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88
target: .space  16
