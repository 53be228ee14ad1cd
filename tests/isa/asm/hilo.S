/* SPDX-License-Identifier: ISC */
/*
 * HI and LO are two registers: mthi leaves LO alone, mtlo leaves HI alone, and nothing but
 * mult, div and these writes them. An exception on the way does not disturb them.
 */
#include "test.h"

TEST("hilo")
        li      $t0, 0x11112222
        li      $t1, 0x33334444
        mthi    $t0
        mtlo    $t1
        mfhi    $v0
        mflo    $v1
        CHECK($v0, 0x11112222)
        CHECK($v1, 0x33334444)
        mthi    $0
        nop
        mflo    $v1
        mfhi    $v0
        CHECK($v1, 0x33334444)
        CHECK($v0, 0)
        nop
        nop
        mtlo    $t0
        nop
        mfhi    $v0
        mflo    $v1
        CHECK($v0, 0)
        CHECK($v1, 0x11112222)
        CHECK($t0, 0x11112222)

        /* ordinary arithmetic leaves both alone */
        nop
        nop
        mthi    $t1
        addu    $v0, $t0, $t1
        sll     $v0, $v0, 3
        mfhi    $v0
        CHECK($v0, 0x33334444)

        /* a product is delivered through an exception */
        li      $t0, 0x10000
        TRY(1f)
        mult    $t0, $t0
hl1:    syscall
1:      mfhi    $v0
        mflo    $v1
        CAUGHT(EXC_SYS, hl1)
        CHECK($v0, 1)
        CHECK($v1, 0)

        /* a later operation replaces an earlier one, read or not */
        li      $t0, 6
        li      $t1, 7
        mult    $t0, $t0
        nop
        nop
        mult    $t0, $t1
        mflo    $v0
        mfhi    $v1
        CHECK($v0, 42)
        CHECK($v1, 0)
TEST_END
