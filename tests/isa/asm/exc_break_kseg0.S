/* SPDX-License-Identifier: ISC */
/*
 * break in kseg0 and kseg1 is an exception as anywhere else.
 *
 * # not on the original: System/161 stops in its debugger there.
 */
#include "test.h"

TEST("exc_break_kseg0")
        TRY(1f)
bp1:    break
1:      CAUGHT(EXC_BP, bp1)
        TRY(1f)
        li      $v0, 5
        b       2f
bp2:    break
2:      li      $v0, 6
1:      CAUGHT(BD + EXC_BP, bp2 - 4)
        CHECK($v0, 5)
        TRY(1f)
        la      $t0, KSEG1(bp3)
        jr      $t0
        nop
bp3:    break
1:      CAUGHT(EXC_BP, KSEG1(bp3))
TEST_END
