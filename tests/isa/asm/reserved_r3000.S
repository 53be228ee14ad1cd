/* SPDX-License-Identifier: ISC */
/*
 * The plain R3000 has none of System/161's additions: ll, sc, sync, wait and cache are reserved.
 * (Operating systems for the R3000 emulate ll and sc in their RI handler.)
 */
#include "test.h"

        .macro  reserved word, line
        li      $v0, 0x600d
        try     .Lresume\@
.Lat\@: .word   \word
.Lresume\@:
        caught  EXC_RI, .Lat\@, 0x8000007c, 0x80, \line
        check   $v0, 0x600d, \line
        check_mem word, 0x12345678, \line
        .endm
#define RESERVED(word) reserved word, __LINE__

TEST("reserved_r3000")
        NEED_R3000
        la      $s0, word
        RESERVED(0xc2020000)            /* ll $v0, 0($s0) */
        RESERVED(0xe2020000)            /* sc $v0, 0($s0) */
        RESERVED(0x0000000f)            /* sync */
        RESERVED(0x42000020)            /* wait */
        RESERVED(0xbe000000)            /* cache 0, 0($s0) */
        RESERVED(0x7c02e83b)            /* rdhwr $v0, $29 */
TEST_END

        .data
        .balign 4
word:   .word   0x12345678
