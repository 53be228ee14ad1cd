/* SPDX-License-Identifier: ISC */
/*
 * Fields of an instruction that its format does not use are not looked at: the decoder of the
 * chip has no wires there.
 */
#include "test.h"

TEST("unused_fields")
        li      $t0, 3                  /* 8 */
        li      $t1, 5                  /* 9 */
        TRY(wrong)
        .word   0x010917e1              /* addu $v0, $t0, $t1 with shamt 31 */
        CHECK($v0, 8)
        .word   0x03e81080              /* sll $v0, $t0, 2 with rs 31 */
        CHECK($v0, 12)
        .word   0x3fe21234              /* lui $v0, 0x1234 with rs 31 */
        CHECK($v0, 0x12340000)
        .word   0x0109ffd8              /* mult $t0, $t1 with rd 31, shamt 31 */
        .word   0x03ff17d2              /* mflo $v0 with rs 31, rt 31, shamt 31 */
        CHECK($v0, 15)
        .word   0x03ff17d0              /* mfhi $v0 the same */
        CHECK($v0, 0)
        nop
        nop
        .word   0x011fffd3              /* mtlo $t0 with rt 31, rd 31, shamt 31 */
        mflo    $v0
        CHECK($v0, 3)
        la      $t2, 1f
        .word   0x015fffc8              /* jr $t2 with rt 31, rd 31, shamt 31 */
        li      $v0, 1
        li      $v0, 2
1:      CHECK($v0, 1)
        la      $t2, 1f
        .word   0x015fffc9              /* jalr $ra, $t2 with rt 31, shamt 31 */
        nop
2:      li      $v0, 2
1:      CHECK($v0, 1)
        CHECK_ADDR($ra, 2b)
        NOT_CAUGHT
TEST_END
wrong:  CHECK($0, 1)
