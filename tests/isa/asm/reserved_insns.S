/* SPDX-License-Identifier: ISC */
/*
 * What MIPS I does not know raises RI, on both processors: the holes in the opcode tables, and
 * every instruction of MIPS II and later that is not one of System/161's additions.
 */
#include "test.h"

        .macro  reserved word, line
        li      $v0, 0x600d
        li      $t0, 1
        try     .Lresume\@
.Lat\@: .word   \word
.Lresume\@:
        caught  EXC_RI, .Lat\@, 0x8000007c, 0x80, \line
        check   $v0, 0x600d, \line
        .endm
#define RESERVED(word) reserved word, __LINE__

/* opcode, rs = $t0 (8), rt = $v0 (2) */
#define OP(op)          RESERVED(((op) << 26) | (8 << 21) | (2 << 16) | 0)
/* special function, rs = $t0, rt = $t0, rd = $v0 */
#define SPECIAL(fn)     RESERVED((8 << 21) | (8 << 16) | (2 << 11) | (fn))
/* regimm with the condition in the rt field; were it one, the branch would go to the next word */
#define REGIMM(rt)      RESERVED((1 << 26) | (8 << 21) | ((rt) << 16) | 1)

TEST("reserved_insns")
        OP(20)                          /* beql, bnel, blezl, bgtzl */
        OP(21)
        OP(22)
        OP(23)
        OP(24)                          /* daddi, daddiu, ldl, ldr */
        OP(25)
        OP(26)
        OP(27)
        OP(28)
        OP(29)
        OP(30)
        OP(31)                          /* rdhwr, ext, ins of MIPS32r2 */
        OP(39)                          /* lwu */
        OP(44)                          /* sdl, sdr */
        OP(45)
        OP(55)                          /* ld, pref is 51: see cop_unusable.S */
        OP(63)                          /* sd */

        SPECIAL(1)                      /* movf */
        SPECIAL(5)
        SPECIAL(10)                     /* movz, movn */
        SPECIAL(11)
        SPECIAL(14)
        SPECIAL(20)
        SPECIAL(21)
        SPECIAL(22)
        SPECIAL(23)
        SPECIAL(28)                     /* dmult ... */
        SPECIAL(29)
        SPECIAL(30)
        SPECIAL(31)
        SPECIAL(40)
        SPECIAL(41)
        SPECIAL(44)                     /* dadd ... */
        SPECIAL(45)
        SPECIAL(46)
        SPECIAL(47)
        SPECIAL(48)                     /* tge ... tne */
        SPECIAL(49)
        SPECIAL(50)
        SPECIAL(51)
        SPECIAL(52)
        SPECIAL(53)
        SPECIAL(54)
        SPECIAL(55)
        SPECIAL(56)
        SPECIAL(57)
        SPECIAL(58)
        SPECIAL(59)
        SPECIAL(60)
        SPECIAL(61)
        SPECIAL(62)
        SPECIAL(63)

        REGIMM(2)                       /* bltzl, bgezl */
        REGIMM(3)
        REGIMM(4)
        REGIMM(8)                       /* tgei ... */
        REGIMM(12)
        REGIMM(14)
        REGIMM(15)
        REGIMM(18)                      /* bltzall, bgezall */
        REGIMM(19)
        REGIMM(31)                      /* synci */

        /* the machine goes on as if nothing had been */
        li      $v0, 2
        addiu   $v0, $v0, 3
        CHECK($v0, 5)
TEST_END
