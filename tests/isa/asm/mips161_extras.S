/* SPDX-License-Identifier: ISC */
/*
 * The smaller additions of System/161's processor: sync and cache do nothing (cache for the
 * kernel only), coprocessor 0 has registers behind selects, and registers that do not exist
 * are reserved instructions.
 */
#include "test.h"

#define MFC0(rt, rd, sel)       .word 0x40000000 | ((rt) << 16) | ((rd) << 11) | (sel)
#define MTC0(rt, rd, sel)       .word 0x40800000 | ((rt) << 16) | ((rd) << 11) | (sel)

        .macro  reserved word, line
        li      $v0, 0x600d
        try     .Lresume\@
.Lat\@: .word   \word
.Lresume\@:
        caught  EXC_RI, .Lat\@, 0x8000007c, 0x80, \line
        check   $v0, 0x600d, \line
        .endm
#define NO_REG(rd, sel) reserved 0x40020000 | ((rd) << 11) | (sel), __LINE__; \
                        reserved 0x40820000 | ((rd) << 11) | (sel), __LINE__

TEST("mips161_extras")
        NEED_MIPS161
        TRY(fail)
        li      $v0, 7
        la      $s0, word
        insn_sync
        .word   0xbe000000              /* cache 0, 0($s0): by index */
        .word   0xbe010000
        .word   0xbe080000
        .word   0xbe100000              /* cache 16, 0($s0): by address, in MIPS32's numbering */
        .word   0xbe150000
        .word   0xbe190000
        CHECK($v0, 7)
        NOT_CAUGHT
        CHECK_MEM(word, 0x12345678)

        /* by address: translated like a load, so a page without D will do, no page will not */
        TLB_MAP(1, 0x00500000, code, LO_V + LO_G)
        li      $s0, 0x00500000
        nop
        .word   0xbe150000              /* cache 21, 0($s0) */
        NOT_CAUGHT
        li      $s0, 0x00600000
        TRY(1f)
c2:     .word   0xbe150000
1:      CAUGHT_UTLB(EXC_TLBL, c2)
        CAUGHT_REG(X_BADVADDR, 0x00600000)
        TRY(fail)

        MFC0(2, 15, 0)                  /* $v0 = PRId */
        CHECK($v0, 0xa1)
        MFC0(2, 15, 1)                  /* features: none */
        CHECK($v0, 0)
        MFC0(2, 15, 2)
        CHECK($v0, 0)
        MFC0(2, 16, 0)                  /* config: next one present, MIPS-I MMU, kseg0 cached */
#ifdef __MIPSEB__
        CHECK($v0, 0x800083f3)
#else
        CHECK($v0, 0x800003f3)
#endif
        MFC0(2, 16, 1)                  /* config 1: 64 entries, two caches of 4 KB */
        CHECK($v0, 0x7e1b0d80)
        li      $v0, -1
        MTC0(2, 15, 1)                  /* writes are ignored */
        MTC0(2, 16, 0)
        MTC0(2, 16, 1)
        MFC0(2, 15, 1)
        CHECK($v0, 0)
        MFC0(2, 16, 1)
        CHECK($v0, 0x7e1b0d80)
        NOT_CAUGHT

        NO_REG(3, 0)
        NO_REG(5, 0)
        NO_REG(6, 0)
        NO_REG(7, 0)
        NO_REG(17, 0)
        NO_REG(31, 0)
        NO_REG(12, 1)                   /* another bank is not a mirror of the first */
        NO_REG(0, 7)
        NO_REG(15, 3)

        /* for users: sync is allowed, cache is not */
        TLB_MAP(0, PHYS(code), code, LO_V + LO_G)
        TRY(1f)
        ENTER_USER(code)
1:      CAUGHT_CE(CE(0) + EXC_CPU, PHYS(c1))
TEST_END
fail:   CHECK($0, 1)

        .data
        .balign 4
word:   .word   0x12345678

        .section .page, "aw"
        .balign 4096
code:   insn_sync
        nop
c1:     .word   0xbe000000              /* cache */
        nop
