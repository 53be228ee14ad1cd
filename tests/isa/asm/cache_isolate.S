/* SPDX-License-Identifier: ISC */
/*
 * The plain R3000's cache control: with IsC set, loads and stores go to the data cache alone and
 * never reach memory; SwC lets the caches change places. Operating systems size and flush the
 * caches this way. (On System/161's processor both bits stop the machine.)
 */
#include "test.h"

#define ST_SWC 0x00020000

TEST("cache_isolate")
        NEED_R3000
        la      $s0, words
        li      $t0, ST_ISC
        mtc0    $t0, C0_STATUS
        nop
        nop
        nop
        mfc0    $v0, C0_STATUS
        li      $t1, 0xdeadbeef
        sw      $t1, 0($s0)
        sb      $t1, 4($s0)
        sh      $t1, 8($s0)
        swl     $t1, 12($s0)
        nop
        lw      $t2, 0($s0)             /* whatever the cache holds */
        /* byte stores invalidate the lines again */
        sb      $0, 0($s0)
        sb      $0, 4($s0)
        sb      $0, 8($s0)
        sb      $0, 12($s0)
        nop
        nop
        mtc0    $0, C0_STATUS
        nop
        nop
        nop
        CHECK($v0, ST_ISC)
        CHECK_MEM(words, 0x11111111)
        CHECK_MEM(words + 4, 0x22222222)
        CHECK_MEM(words + 8, 0x33333333)
        CHECK_MEM(words + 12, 0x44444444)

        /* swapped caches: written in kseg1, so that no cache has to change places here */
        la      $t9, KSEG1(swapped)
        jr      $t9
        li      $t0, ST_ISC + ST_SWC
swapped:
        mtc0    $t0, C0_STATUS
        nop
        nop
        nop
        mfc0    $v0, C0_STATUS
        sb      $0, 0($s0)
        sb      $0, 4($s0)
        nop
        nop
        mtc0    $0, C0_STATUS
        nop
        nop
        nop
        la      $t9, unswapped
        jr      $t9
        nop
unswapped:
        CHECK($v0, ST_ISC + ST_SWC)
        CHECK_MEM(words, 0x11111111)
        CHECK_MEM(words + 4, 0x22222222)
TEST_END

        .data
        .balign 16
words:  .word   0x11111111, 0x22222222, 0x33333333, 0x44444444
