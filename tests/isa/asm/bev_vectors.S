/* SPDX-License-Identifier: ISC */
/*
 * With BEV set, exceptions go to the boot ROM: 0xbfc00100 for a refill, 0xbfc00180 for the rest.
 * This can be tested only on a board whose ROM area can be written; where it cannot, the test
 * says SKIP.
 */
#include "test.h"

TEST("bev_vectors")
        /* try to write there: a bus error, or no effect, is the end of it */
        li      $s0, 0xbfc00000
        TRY(no)
        la      $t1, stub_refill
        la      $t2, stub_general
        li      $t3, 4
1:      lw      $t4, 0($t1)
        lw      $t5, 0($t2)
        sw      $t4, 0x100($s0)
        sw      $t5, 0x180($s0)
        addiu   $t1, $t1, 4
        addiu   $t2, $t2, 4
        addiu   $t3, $t3, -1
        bnez    $t3, 1b
        addiu   $s0, $s0, 4
        li      $s0, 0xbfc00000
        la      $t1, stub_general
        lw      $t4, 0($t1)
        lw      $t5, 0x180($s0)
        nop
        bne     $t4, $t5, no
        nop

        li      $s1, ST_BEV
        mtc0    $s1, C0_STATUS
        nop
        nop
        li      $v1, 0
        syscall
        CHECK($v1, 2)
        li      $v1, 0
        li      $t0, 0x00400000
        lw      $v0, 0($t0)
        CHECK($v1, 1)
        li      $v1, 0
        li      $t0, 0xc0000000
        lw      $v0, 0($t0)
        CHECK($v1, 2)
        mfc0    $v0, C0_STATUS
        nop
        CHECK($v0, ST_BEV)

        /* off again: RAM */
        mtc0    $0, C0_STATUS
        nop
        nop
        TRY(1f)
b1:     syscall
1:      CAUGHT(EXC_SYS, b1)
TEST_END
no:     j       test_skip
        nop

/* Return behind the instruction, with $v1 saying which vector it was. */
stub_refill:
        la      $k0, boot
        jr      $k0
        li      $v1, 1
stub_general:
        la      $k0, boot
        jr      $k0
        li      $v1, 2
boot:   mfc0    $k0, C0_EPC
        nop
        addiu   $k0, $k0, 4
        jr      $k0
        rfe
