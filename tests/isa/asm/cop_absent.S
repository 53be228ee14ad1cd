/* SPDX-License-Identifier: ISC */
/*
 * With its CU bit set, a coprocessor that is not fitted leaves its instructions reserved. The
 * bits are independent: the others stay unusable.
 *
 * # not on the original: System/161 says unusable whatever the CU bits are.
 */
#include "test.h"

        .macro  absent word, status, line
        li      $v0, \status
        mtc0    $v0, C0_STATUS
        li      $v0, 0x600d
        nop
        nop
        try     .Lresume\@
.Lat\@: .word   \word
.Lresume\@:
        mtc0    $0, C0_STATUS
        nop
        nop
        caught  EXC_RI, .Lat\@, 0x8000007c, 0x80, \line
        check   $v0, 0x600d, \line
        check_mem word, 0x12345678, \line
        .endm
#define ABSENT(word, status) absent word, status, __LINE__

TEST("cop_absent")
        la      $s0, word
        ABSENT(0x44020000, ST_CU1)      /* mfc1 $v0, $f0 */
        ABSENT(0x4442f800, ST_CU1)      /* cfc1 $v0, $31 */
        ABSENT(0x44820000, ST_CU1)      /* mtc1 */
        ABSENT(0x46000000, ST_CU1)      /* add.s */
        ABSENT(0xc6020000, ST_CU1)      /* lwc1 $f2, 0($s0) */
        ABSENT(0xe6020000, ST_CU1)      /* swc1 */
        ABSENT(0x48020000, ST_CU2)      /* mfc2 */
        ABSENT(0xca020000, ST_CU2)      /* lwc2 */
        ABSENT(0xea020000, ST_CU2)      /* swc2 */
        ABSENT(0x4c020000, ST_CU3)      /* mfc3 */
        ABSENT(0xce020000, ST_CU3)      /* lwc3 */
        ABSENT(0xee020000, ST_CU3)      /* swc3 */

        li      $t0, ST_CU1 + ST_CU3
        mtc0    $t0, C0_STATUS
        nop
        nop
        TRY(1f)
cu2:    .word   0x48020000              /* mfc2 */
1:      CAUGHT_CE(CE(2) + EXC_CPU, cu2)
        li      $t0, ST_CU2
        mtc0    $t0, C0_STATUS
        nop
        nop
        TRY(1f)
cu3:    .word   0xce020000              /* lwc3 */
1:      CAUGHT_CE(CE(3) + EXC_CPU, cu3)
        TRY(1f)
cu1:    .word   0xe6020000              /* swc1 */
1:      CAUGHT_CE(CE(1) + EXC_CPU, cu1)
        mtc0    $0, C0_STATUS
TEST_END

        .data
        .balign 4
word:   .word   0x12345678
