/* SPDX-License-Identifier: ISC */
/*
 * One physical page of code under five names: kseg0, kseg1, two kuseg pages in two address
 * spaces, kseg2. All execute the same; position-dependent results (links, EPC) follow the name.
 * When the code is changed through one of the names, all execute the new code at once.
 */
#include "test.h"

        .macro  run address, line       /* $s4 = what it must return */
        li      $v0, 0
        la      $t0, \address
        jalr    $t0
        nop
        subu    $v0, $v0, $s4
        check   $v0, 0, \line
        la      $t0, \address + 0xc     /* the link that the code took of itself */
        subu    $v1, $v1, $t0
        check   $v1, 0, \line
        .endm

        .macro  run_all line
        run     page, \line
        run     KSEG1(page), \line
        li      $t0, ASID(1)
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        run     0x00400000, \line
        li      $t0, ASID(2)
        mtc0    $t0, C0_ENTRYHI
        nop
        nop
        run     0x00400000, \line       /* the same page number, the other space */
        run     0x12345000, \line
        run     0xc0007000, \line
        .endm

        .macro  change address, value, line
        li      $t0, 0x24020000 + \value        /* addiu $v0, $0, value */
        la      $t1, \address + 0x10
        sw      $t0, 0($t1)
        li      $s4, \value
        run_all \line
        .endm
#define RUN_ALL         run_all __LINE__
#define CHANGE(a, v)    change a, v, __LINE__

TEST("code_alias")
        TLB_MAP(0, 0x00400000 + ASID(1), page, LO_V + LO_D)
        TLB_MAP(1, 0x00400000 + ASID(2), page, LO_V + LO_D)
        TLB_MAP(2, 0x12345000 + ASID(2), page, LO_V + LO_D)
        TLB_MAP(3, 0xc0007000, page, LO_V + LO_D + LO_G)
        li      $s4, 0x11
        RUN_ALL
        CHANGE(page, 0x22)
        CHANGE(KSEG1(page), 0x33)
        CHANGE(0x00400000, 0x44)        /* ASID 2 */
        CHANGE(0x12345000, 0x55)
        CHANGE(0xc0007000, 0x66)

        /* ten times round, to have the code hot when it changes */
        li      $s0, 10
        li      $s1, 0
1:      li      $s2, 20
2:      la      $t0, page
        jalr    $t0
        addiu   $s2, $s2, -1
        addu    $s1, $s1, $v0
        bnez    $s2, 2b
        nop
        la      $t1, 0x12345010
        lw      $t0, 0($t1)
        addiu   $s0, $s0, -1
        addiu   $t0, $t0, 1
        bnez    $s0, 1b
        sw      $t0, 0($t1)
        CHECK($s1, 20 * (0x66 * 10 + 45))

        /* EPC follows the name too */
        la      $t0, KSEG1(trap)
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT(EXC_SYS, KSEG1(trap))
        li      $t0, 0x12345020
        TRY(1f)
        jr      $t0
        nop
1:      CAUGHT(EXC_SYS, 0x12345020)
TEST_END

        .section .page, "aw"
        .balign 4096
page:   move    $t8, $ra                /* + 0 */
        bgezal  $0, 1f                  /* + 4 */
        nop
1:      move    $v1, $ra                /* + 0xc = the link */
        addiu   $v0, $0, 0x11           /* + 0x10 */
        jr      $t8                     /* + 0x14 */
        nop
        nop
trap:   syscall                         /* + 0x20 */
        nop
