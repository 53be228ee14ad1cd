/* SPDX-License-Identifier: ISC */
/*
 * Instructions of the coprocessors 1, 2 and 3 while their CU bits are clear: coprocessor
 * unusable, and CE says which one. No register and no memory changes, and a load or store to a
 * bad address does not get as far as looking at it.
 */
#include "test.h"

        .macro  unusable word, n, line
        li      $v0, 0x600d
        try     .Lresume\@
.Lat\@: .word   \word
.Lresume\@:
        caught  CE(\n) + EXC_CPU, .Lat\@, 0xb000007c, 0x80, \line
        check   $v0, 0x600d, \line
        check_mem word, 0x12345678, \line
        .endm
#define UNUSABLE(word, n) unusable word, n, __LINE__

/* COPz with an rs field and the rest; loads and stores from $s0 */
#define COP(n, rs, rest)  UNUSABLE(0x40000000 | ((n) << 26) | ((rs) << 21) | (2 << 16) | (rest), n)
#define LWC(n)            UNUSABLE(0xc0000000 | ((n) << 26) | (16 << 21) | (2 << 16), n)
#define SWC(n)            UNUSABLE(0xe0000000 | ((n) << 26) | (16 << 21) | (2 << 16), n)

TEST("cop_unusable")
        la      $s0, word
        COP(1, 0, 0)                    /* mfc1 $v0, $0 */
        COP(1, 2, 31 << 11)             /* cfc1 */
        COP(1, 4, 0)                    /* mtc1 */
        COP(1, 6, 31 << 11)             /* ctc1 */
        COP(1, 8, 1)                    /* bc1f or bc1t to the next instruction */
        COP(1, 16, 0)                   /* add.s */
        COP(1, 17, 0x32)                /* c.eq.d */
        COP(1, 20, 0x20)                /* cvt.s.w */
        LWC(1)
        SWC(1)
        COP(2, 0, 0)
        COP(2, 2, 0)
        COP(2, 4, 0)
        COP(2, 6, 0)
        COP(2, 8, 1)
        COP(2, 16, 1)
        LWC(2)
        SWC(2)
        COP(3, 0, 0)
        COP(3, 2, 0)
        COP(3, 4, 0)
        COP(3, 6, 0)
        COP(3, 8, 1)
        COP(3, 16, 1)
        LWC(3)
        SWC(3)

        /* misaligned or unmapped: still unusable first */
        la      $s0, word + 1
        LWC(1)
        SWC(2)
        li      $s0, 0x00400000
        LWC(1)
        SWC(1)

        /* coprocessor 0 is always usable in kernel mode, whatever CU0 says */
        mfc0    $t0, C0_STATUS
        nop
        CHECK($t0, 0)
        li      $t1, ST_CU0
        mtc0    $t1, C0_STATUS
        nop
        nop
        mfc0    $t0, C0_STATUS
        nop
        mtc0    $0, C0_STATUS
        CHECK($t0, ST_CU0)
TEST_END

        .data
        .balign 4
word:   .word   0x12345678
