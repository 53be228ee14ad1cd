/* SPDX-License-Identifier: ISC */
/*
 * What a program finds after reset and loading: boot vectors on, kernel mode, interrupts off;
 * and a processor identity that this test directory knows.
 */
#include "test.h"

TEST("reset_state")
        la      $t0, boot_status
        lw      $v0, 0($t0)
        li      $t1, ST_BEV + ST_KUC + ST_IEC
        and     $v0, $v0, $t1
        CHECK($v0, ST_BEV)

        mfc0    $v0, C0_PRID
        nop
        xori    $t0, $v0, 0xa1
        beqz    $t0, 1f
        nop
        CHECK($v0, 0x230)
1:
TEST_END
