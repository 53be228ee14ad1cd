/* SPDX-License-Identifier: ISC */
/*
 * Physical addresses where nobody answers: a data access is a DBE at the load or store, a fetch
 * an IBE. A load leaves its register. These are no errors of the MMU: EntryHi stays.
 */
#include "test.h"

        .macro  faults line, code, insn, operands:vararg
        li      $v0, 0x55aa1234
        li      $t9, 0x00765000 + ASID(9)
        mtc0    $t9, C0_ENTRYHI
        try     .Lafter\@
.Lat\@: \insn   \operands
.Lafter\@:
        caught  \code, .Lat\@, 0x8000007c, 0x80, \line
        caught_reg X_ENTRYHI, 0x00765000 + ASID(9), \line
        check   $v0, 0x55aa1234, \line
        .endm
#define FAULTS(...) faults __LINE__, EXC_DBE, __VA_ARGS__

TEST("bus_error")
        /* behind the RAM, uncached and cached */
        li      $s0, NO_MEMORY
        FAULTS(lw, $v0, 0($s0))
        FAULTS(lb, $v0, 0($s0))
        FAULTS(lbu, $v0, 1($s0))
        FAULTS(lh, $v0, 0($s0))
        FAULTS(lhu, $v0, 2($s0))
        FAULTS(lwl, $v0, 1($s0))
        FAULTS(lwr, $v0, 1($s0))
        FAULTS(sw, $v0, 0($s0))
        FAULTS(sh, $v0, 2($s0))
        FAULTS(sb, $v0, 3($s0))
        FAULTS(swl, $v0, 1($s0))
        FAULTS(swr, $v0, 1($s0))
        li      $s0, NO_MEMORY - 0x20000000
        FAULTS(lw, $v0, 0($s0))
        FAULTS(sw, $v0, 0($s0))

        /* mapped */
        TLB_SET(0, 0x00400000 + ASID(9), 0x10000000 + LO_D + LO_V)
        li      $s0, 0x00400000
        try     1f
        lui     $v0, 0x1111
dbe1:   lw      $v0, 0x10($s0)
1:      CAUGHT(EXC_DBE, dbe1)
        CHECK($v0, 0x11110000)
        TLB_CLEAR(0)

        /* the first byte behind the RAM, and the last word of it */
        li      $t0, LB_MAINBOARD
        lw      $s0, MB_RAMSIZE($t0)
        lui     $t1, 0xa000
        addu    $s0, $s0, $t1
        lw      $v0, -4($s0)
        FAULTS(lw, $v0, 0($s0))

        /* an empty slot of the bus */
        li      $s0, LB_BASE + 20 * 0x10000
        FAULTS(lw, $v0, 0($s0))
        FAULTS(sw, $v0, 0($s0))

        /* in a delay slot */
        TRY(1f)
        li      $v0, 1
dbe2:   b       1f
        lw      $v0, 0($s0)
1:      CAUGHT(BD + EXC_DBE, dbe2)
        CHECK($v0, 1)

        /* fetching: where exactly EPC points is in bus_error_fetch.S */
        li      $t0, NO_MEMORY
        TRY(1f)
        jr      $t0
        nop
1:      la      $t0, exc_rec
        lw      $t1, X_CAUSE($t0)
        nop
        andi    $t1, $t1, 0x7c
        CHECK($t1, EXC_IBE)
        CAUGHT_REG(X_COUNT, 1)
        CAUGHT_REG(X_VECTOR, 0x80)
TEST_END
