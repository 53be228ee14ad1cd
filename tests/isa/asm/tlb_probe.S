/* SPDX-License-Identifier: ISC */
/*
 * tlbp looks for EntryHi in the TLB: Index becomes the entry's number, or negative. Page and
 * ASID have to match, or the page alone in a global entry; V and D do not matter.
 */
#include "test.h"

        .macro  probe hi, want, line
        li      $t0, \hi
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        tlbp
        nop
        nop
        mfc0    $v0, C0_INDEX
        nop
        check   $v0, \want, \line
        mfc0    $v0, C0_ENTRYHI         /* unchanged */
        nop
        check   $v0, \hi, \line
        .endm
#define FOUND(hi, index) probe hi, (index) << 8, __LINE__

        .macro  missing hi, line
        li      $t0, \hi
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        tlbp
        nop
        nop
        mfc0    $v0, C0_INDEX
        nop
        srl     $v0, $v0, 31
        check   $v0, 1, \line
        .endm
#define MISSING(hi) missing hi, __LINE__

TEST("tlb_probe")
        MISSING(0x00001000)
        TLB_SET(0,  0x00001000 + ASID(0), 0x00002000 + LO_V)
        TLB_SET(5,  0x00005000 + ASID(1), 0x00003000 + LO_V + LO_D)
        TLB_SET(6,  0x00005000 + ASID(2), 0x00004000 + LO_V + LO_D)
        TLB_SET(63, 0x7ffff000 + ASID(63), 0)
        TLB_SET(33, 0xc0000000 + ASID(7), 0x00005000 + LO_G)
        TLB_SET(8,  0xfffff000 + ASID(8), 0x00006000 + LO_V)

        FOUND(0x00001000 + ASID(0), 0)
        MISSING(0x00001000 + ASID(1))
        FOUND(0x00005000 + ASID(1), 5)
        FOUND(0x00005000 + ASID(2), 6)
        MISSING(0x00005000 + ASID(0))
        MISSING(0x00005000 + ASID(3))
        FOUND(0x7ffff000 + ASID(63), 63)
        MISSING(0x7ffff000 + ASID(62))
        FOUND(0xc0000000 + ASID(7), 33)
        FOUND(0xc0000000 + ASID(0), 33)
        FOUND(0xc0000000 + ASID(63), 33)
        MISSING(0xc0001000 + ASID(7))
        FOUND(0xfffff000 + ASID(8), 8)
        MISSING(0x00002000)
        FOUND(0x00001000 + ASID(0), 0)  /* P goes away again */

        /* an entry that has been replaced is gone */
        TLB_CLEAR(5)
        MISSING(0x00005000 + ASID(1))
        FOUND(0x00005000 + ASID(2), 6)

        /* EntryLo takes no part */
        li      $t0, 0x12345f00
        mtc0    $t0, C0_ENTRYLO
        FOUND(0x00005000 + ASID(2), 6)
        mfc0    $v0, C0_ENTRYLO
        nop
        CHECK($v0, 0x12345f00)
TEST_END
