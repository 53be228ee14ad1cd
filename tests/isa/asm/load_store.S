/* SPDX-License-Identifier: ISC */
/*
 * Aligned loads and stores of bytes, halves and words: sign and zero extension, the order of the
 * bytes in a word, negative offsets, and that a store writes nothing but what it names.
 */
#include "test.h"

#ifdef __MIPSEB__
#define BYTE0   0xffffff81      /* of the word 0x8192a3b4 */
#define BYTE3   0xffffffb4
#define HALF0   0xffff8192
#define HALF2   0xffffa3b4
#define STORED  0x11223344      /* bytes 11 22 33 44 as a word */
#define HALVES  0x55667788      /* halves 5566 7788 as a word */
#else
#define BYTE0   0xffffffb4
#define BYTE3   0xffffff81
#define HALF0   0xffffa3b4
#define HALF2   0xffff8192
#define STORED  0x44332211
#define HALVES  0x77885566
#endif

TEST("load_store")
        la      $s0, words
        lw      $v0, 0($s0)
        nop
        CHECK($v0, 0x8192a3b4)
        lw      $v0, 4($s0)
        nop
        CHECK($v0, 0x01020304)

        lb      $v0, 0($s0)
        nop
        CHECK($v0, BYTE0)
        lbu     $v0, 0($s0)
        nop
        CHECK($v0, BYTE0 & 0xff)
        lb      $v0, 1($s0)
        nop
#ifdef __MIPSEB__
        CHECK($v0, 0xffffff92)
#else
        CHECK($v0, 0xffffffa3)
#endif
        lbu     $v0, 2($s0)
        nop
#ifdef __MIPSEB__
        CHECK($v0, 0xa3)
#else
        CHECK($v0, 0x92)
#endif
        lb      $v0, 3($s0)
        nop
        CHECK($v0, BYTE3)
        lbu     $v0, 3($s0)
        nop
        CHECK($v0, BYTE3 & 0xff)
        lb      $v0, 5($s0)             /* positive ones stay positive */
        nop
#ifdef __MIPSEB__
        CHECK($v0, 2)
#else
        CHECK($v0, 3)
#endif
        lh      $v0, 0($s0)
        nop
        CHECK($v0, HALF0)
        lhu     $v0, 0($s0)
        nop
        CHECK($v0, HALF0 & 0xffff)
        lh      $v0, 2($s0)
        nop
        CHECK($v0, HALF2)
        lhu     $v0, 2($s0)
        nop
        CHECK($v0, HALF2 & 0xffff)
        lh      $v0, 4($s0)
        nop
#ifdef __MIPSEB__
        CHECK($v0, 0x0102)
#else
        CHECK($v0, 0x0304)
#endif

        /* offsets are signed 16 bits */
        addiu   $t0, $s0, 0x7000
        lw      $v0, -0x7000($t0)
        nop
        CHECK($v0, 0x8192a3b4)
        li      $t1, 0x8000
        addu    $t0, $s0, $t1
        lw      $v0, -0x8000($t0)
        nop
        CHECK($v0, 0x8192a3b4)
        subu    $t0, $s0, $t1
        addiu   $t0, $t0, 1
        lw      $v0, 0x7fff($t0)
        nop
        CHECK($v0, 0x8192a3b4)

        /* a load may destroy its own base */
        move    $t0, $s0
        lw      $t0, 4($t0)
        nop
        CHECK($t0, 0x01020304)

        /* byte stores, from a register with more in it */
        li      $t0, 0xffffff11
        sb      $t0, 8($s0)
        li      $t0, 0xffffff22
        sb      $t0, 9($s0)
        li      $t0, 0xffffff33
        sb      $t0, 10($s0)
        CHECK_MEM(words + 4, 0x01020304)
        lbu     $v0, 11($s0)            /* not written yet */
        nop
        CHECK($v0, 0xcc)
        li      $t0, 0xffffff44
        sb      $t0, 11($s0)
        CHECK_MEM(words + 8, STORED)
        CHECK_MEM(words + 12, 0xcccccccc)

        li      $t0, 0xffff5566
        sh      $t0, 12($s0)
        lhu     $v0, 14($s0)
        nop
        CHECK($v0, 0xcccc)
        li      $t0, 0xffff7788
        sh      $t0, 14($s0)
        CHECK_MEM(words + 12, HALVES)
        CHECK_MEM(words + 8, STORED)
        CHECK_MEM(words + 16, 0xcccccccc)

        li      $t0, 0xdeadbeef
        sw      $t0, 16($s0)
        CHECK_MEM(words + 16, 0xdeadbeef)
        CHECK_MEM(words + 12, HALVES)
        CHECK_MEM(words + 20, 0xcccccccc)
        CHECK($t0, 0xdeadbeef)
        sw      $s0, 20($s0)            /* base = value */
        lw      $v0, 20($s0)
        nop
        CHECK_ADDR($v0, words)

        /* the byte order itself, in one line */
        lbu     $v0, 0($s0)
        nop
#ifdef __MIPSEB__
        CHECK($v0, 0x81)
#else
        CHECK($v0, 0xb4)
#endif
TEST_END

        .data
        .balign 4
words:  .word   0x8192a3b4, 0x01020304, 0xcccccccc, 0xcccccccc, 0xcccccccc, 0xcccccccc
