/* SPDX-License-Identifier: ISC */
/*
 * A fetch from where nobody answers fails at the target of the jump, after the delay slot.
 *
 * # not on the original: System/161 blames the jump, before its delay slot.
 */
#include "test.h"

TEST("bus_error_fetch")
        li      $t0, NO_MEMORY
        li      $v0, 0
        TRY(1f)
        jr      $t0
        li      $v0, 1
1:      CAUGHT(EXC_IBE, NO_MEMORY)
        CHECK($v0, 1)

        /* through a mapping */
        TLB_SET(0, 0x00400000, 0x10000000 + LO_V)
        li      $t0, 0x00400ff8
        TRY(1f)
        jr      $t0
        li      $v0, 2
1:      CAUGHT(EXC_IBE, 0x00400ff8)
        CHECK($v0, 2)

        /* running off the end of the RAM */
        li      $t0, LB_MAINBOARD
        lw      $t1, MB_RAMSIZE($t0)
        lui     $t2, 0xa000
        addu    $t1, $t1, $t2           /* kseg1 */
        sw      $0, -8($t1)
        sw      $0, -4($t1)
        addiu   $t0, $t1, -8
        TRY(1f)
        jr      $t0
        nop
1:      la      $k0, exc_rec
        lw      $v0, X_EPC($k0)
        nop
        subu    $v0, $v0, $t1
        CHECK($v0, 0)
        lw      $v0, X_CAUSE($k0)
        la      $t0, 0x8000007c
        and     $v0, $v0, $t0
        CHECK($v0, EXC_IBE)

        /* with a branch in the last word: its delay slot is behind the end */
        li      $t2, 0x1000ffff         /* b . */
        sw      $t2, -4($t1)
        addiu   $t0, $t1, -4
        TRY(1f)
        jr      $t0
        nop
1:      la      $k0, exc_rec
        lw      $v0, X_EPC($k0)
        addiu   $t0, $t1, -4
        subu    $v0, $v0, $t0
        CHECK($v0, 0)
        lw      $v0, X_CAUSE($k0)
        la      $t0, 0x8000007c
        and     $v0, $v0, $t0
        CHECK($v0, BD + EXC_IBE)
TEST_END
