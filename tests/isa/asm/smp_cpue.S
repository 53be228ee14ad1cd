/* SPDX-License-Identifier: ISC */
/*
 * CPUE on the mainboard shows which CPUs are running, and stops a CPU whose bit is cleared, in
 * its tracks; set again, it starts anew at the entry point in its CRAM. With one CPU: SKIP.
 *
 * # not on the original: System/161 forgets to note that a CPU has been started, so that CPUE
 * never shows it and cannot stop it.
 */
#include "test.h"

#define CTL1            (LB_BASE + 31 * 0x10000 + 0x8000 + 0x400)
#define CRAM            0x300

        .macro  pause                   /* long enough for the other CPU to do something */
        li      $t9, 20000
.Lpause\@:
        bnez    $t9, .Lpause\@
        addiu   $t9, $t9, -1
        .endm

TEST("smp_cpue")
        NEED_MIPS161
        li      $s0, LB_MAINBOARD
        lw      $t0, 4($s0)
        nop
        xori    $t0, $t0, 10
        bnez    $t0, test_skip
        nop
        lw      $t0, MB_CPUS($s0)
        nop
        andi    $t0, $t0, 2
        beqz    $t0, test_skip
        nop
        lw      $v0, MB_CPUE($s0)
        nop
        CHECK($v0, 1)

        li      $t0, CTL1
        la      $t1, first
        sw      $t1, CRAM($t0)
        li      $t1, 3
        sw      $t1, MB_CPUE($s0)
        pause
        lw      $v0, MB_CPUE($s0)
        nop
        CHECK($v0, 3)
        la      $s1, counter
        lw      $t0, 0($s1)
        pause
        lw      $t1, 0($s1)
        nop
        subu    $t0, $t1, $t0
        sltu    $v0, $0, $t0            /* it counts */
        CHECK($v0, 1)

        li      $t1, 1
        sw      $t1, MB_CPUE($s0)
        pause
        lw      $v0, MB_CPUE($s0)
        lw      $t0, 0($s1)
        pause
        lw      $t1, 0($s1)
        CHECK($v0, 1)
        subu    $t0, $t1, $t0           /* it has stopped */
        CHECK($t0, 0)

        li      $t0, CTL1
        la      $t1, second
        sw      $t1, CRAM($t0)
        li      $t1, 3
        sw      $t1, MB_CPUE($s0)
        pause
        CHECK_MEM(counter, 0x600d)      /* started anew */
TEST_END

first:  la      $t0, counter
        li      $t1, 0
1:      addiu   $t1, $t1, 1
        b       1b
        sw      $t1, 0($t0)

second: la      $t0, counter
        li      $t1, 0x600d
        sw      $t1, 0($t0)
2:      b       2b
        nop

        .data
        .balign 4
counter: .word  0
