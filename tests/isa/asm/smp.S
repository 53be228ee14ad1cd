/* SPDX-License-Identifier: ISC */
/*
 * Several processors. The boot CPU starts CPUs 1 to 3 (those that there are): entry point and
 * argument into their CRAM, their bits into CPUE. Then all of them
 *  - find their own bit in SELF and their argument in $a0,
 *  - count to 1000 each in one word with ll and sc, and nothing is lost,
 *  - hand a token round by inter-processor interrupts, waiting for it with wait,
 *  - see that the TLB and the CP0 registers are each CPU's own.
 * With one CPU: SKIP.
 */
#include "test.h"

#define CTL(n)          (LB_BASE + 31 * 0x10000 + 0x8000 + 0x400 * (n))
#define CIPI            0x004
#define CRAM            0x300
#define ROUNDS          1000
#define PATIENCE        2000000

        /* one more in the word at an address, atomically; clobbers $t8, $t9 */
        .macro  atomic_inc label
        la      $t9, \label
.Lagain\@:
        insn_ll $t8, 0($t9)
        addiu   $t8, $t8, 1
        insn_sc $t8, 0($t9)
        beqz    $t8, .Lagain\@
        nop
        .endm

        /* wait until the word at a label is $s2 */
        .macro  await label, line
        li      $t9, PATIENCE
        la      $t8, \label
.Lagain\@:
        lw      $t7, 0($t8)
        addiu   $t9, $t9, -1
        beq     $t7, $s2, .Ldone\@
        nop
        bnez    $t9, .Lagain\@
        nop
        check   $t7, -1, \line          /* lost patience: shows how far it got */
.Ldone\@:
        .endm
#define AWAIT(label) await label, __LINE__

TEST("smp")
        NEED_MIPS161
        li      $s0, LB_MAINBOARD
        lw      $t0, 4($s0)
        nop
        xori    $t0, $t0, 10
        bnez    $t0, test_skip          /* not the multiprocessor board */
        nop
        lw      $s1, MB_CPUS($s0)
        nop
        andi    $s1, $s1, 0xf           /* which */
        xori    $t0, $s1, 1
        beqz    $t0, test_skip
        nop
        lw      $v0, MB_SELF($s0)
        lw      $v1, MB_CPUE($s0)
        nop
        CHECK($v0, 1)
        CHECK($v1, 1)
        la      $t0, cpus
        sw      $s1, 0($t0)

        /* our own TLB entry and CP0 registers, which nobody may touch */
        TLB_MAP(1, 0x00400000, page0, LO_V + LO_G)
        li      $t0, 0x40000000
        mtc0    $t0, C0_CONTEXT

        /* start the others, all at once */
        li      $s2, 1                  /* how many */
        li      $t1, 1                  /* number */
1:      srlv    $t2, $s1, $t1
        andi    $t2, $t2, 1
        beqz    $t2, 2f
        nop
        addiu   $s2, $s2, 1
        sll     $t3, $t1, 10
        li      $t4, CTL(0)
        addu    $t4, $t4, $t3
        la      $t5, secondary
        sw      $t5, CRAM($t4)
        addiu   $t5, $t1, 0x100
        sw      $t5, CRAM + 4($t4)      /* their $a0 */
2:      addiu   $t1, $t1, 1
        slti    $t2, $t1, 4
        bnez    $t2, 1b
        nop
        sw      $s1, MB_CPUE($s0)

        /* count with them */
        li      $t0, ROUNDS
3:      atomic_inc counter
        addiu   $t0, $t0, -1
        bnez    $t0, 3b
        nop
        atomic_inc counted
        AWAIT(counted)
        la      $t1, counter
        lw      $v0, 0($t1)
        li      $t2, ROUNDS
        mult    $t2, $s2
        mflo    $t0
        subu    $v0, $v0, $t0
        CHECK($v0, 0)

        /* each found what it should */
        la      $t0, found
        lw      $v0, 0($t0)
        addiu   $t1, $s2, -1
        subu    $v0, $v0, $t1
        CHECK($v0, 0)

        /* the token: to CPU 1 (or the next there is), and back from the last, by interrupts */
        la      $t0, 0x80000080
        la      $t1, vector
        lw      $t2, 0($t1)
        lw      $t3, 4($t1)
        lw      $t4, 8($t1)
        lw      $t5, 12($t1)
        sw      $t2, 0($t0)
        sw      $t3, 4($t0)
        sw      $t4, 8($t0)
        sw      $t5, 12($t0)
        li      $s6, CTL(0)
        li      $s7, 0
        atomic_inc ready
        AWAIT(ready)
        li      $a0, 0
        jal     pass_on
        nop
        li      $t0, ST_IEC + ST_IM_IPI
        mtc0    $t0, C0_STATUS
        li      $t1, PATIENCE
4:      bnez    $s7, 5f                 /* the handler counts in $s7 */
        addiu   $t1, $t1, -1
        bnez    $t1, 4b
        nop
5:
        mtc0    $0, C0_STATUS
        CHECK($s7, 1)
        la      $t0, token
        lw      $v0, 0($t0)
        nop
        subu    $v0, $v0, $s2
        CHECK($v0, 0)

        /* our TLB and registers are as before */
        li      $t0, 0x00400000
        lw      $v0, 0($t0)
        mfc0    $v1, C0_CONTEXT
        nop
        CHECK($v0, 0x11110000)
        CHECK($v1, 0x40000000)

        /* and all have said that theirs were */
        atomic_inc happy
        AWAIT(happy)
TEST_END

/* CPU n: $a0 = 0x100 + n */
secondary:
        mtc0    $0, C0_STATUS
        mtc0    $0, C0_CAUSE
        addiu   $s0, $a0, -0x100        /* n */
        sll     $t0, $s0, 10
        li      $s6, CTL(0)
        addu    $s6, $s6, $t0
        li      $t0, LB_MAINBOARD
        lw      $t1, MB_SELF($t0)
        li      $t2, 1
        sllv    $t2, $t2, $s0
        bne     $t1, $t2, 1f
        nop
        addiu   $t3, $s6, 0x400         /* the stack is the top of the CRAM */
        sll     $t3, $t3, 3             /* whichever segment names it */
        sll     $t4, $sp, 3
        bne     $t3, $t4, 1f
        nop
        atomic_inc found
1:      li      $t0, ROUNDS
2:      atomic_inc counter
        addiu   $t0, $t0, -1
        bnez    $t0, 2b
        nop
        atomic_inc counted

        /* our own TLB entry at the page that the boot CPU has, too */
        li      $t0, 0x00400000
        mtc0    $t0, C0_ENTRYHI
        la      $t1, PHYS(page1) + LO_V + LO_G
        mtc0    $t1, C0_ENTRYLO
        li      $t1, 1 << 8
        mtc0    $t1, C0_INDEX
        li      $t2, 0x00600000
        mtc0    $t2, C0_CONTEXT
        tlbwi
        li      $s7, 0
        atomic_inc ready

        /* wait for the token; it comes as an interrupt once that is allowed */
3:      insn_wait
        mfc0    $t0, C0_CAUSE
        nop
        andi    $t0, $t0, 0x800
        beqz    $t0, 3b
        nop
        li      $t0, ST_IEC + ST_IM_IPI
        mtc0    $t0, C0_STATUS
        nop
        nop
        nop
        mtc0    $0, C0_STATUS
        li      $t0, 1
        bne     $s7, $t0, 4f
        nop
        atomic_inc token
        li      $t0, 0x00400000
        lw      $t1, 0($t0)
        li      $t2, 0x22220000
        bne     $t1, $t2, 4f
        mfc0    $t3, C0_CONTEXT
        li      $t4, 0x00600000
        bne     $t3, $t4, 4f
        nop
        atomic_inc happy
4:      jal     pass_on
        move    $a0, $s0
5:      insn_wait
        b       5b
        nop

/* Interrupt the next CPU after $a0, or CPU 0 after the last. */
pass_on:
        bnez    $a0, 1f
        nop
        atomic_inc token
1:      la      $t0, cpus
        lw      $t0, 0($t0)
        nop
2:      addiu   $a0, $a0, 1
        andi    $a0, $a0, 3
        srlv    $t1, $t0, $a0
        andi    $t1, $t1, 1
        beqz    $t1, 2b
        nop
        sll     $t1, $a0, 10
        li      $t2, CTL(0)
        addu    $t2, $t2, $t1
        li      $t3, 1
        jr      $ra
        sw      $t3, CIPI($t2)

vector: la      $k0, handler
        jr      $k0
        nop
handler:                                /* $s6 = own registers, $s7 = own count */
        sw      $0, CIPI($s6)
        addiu   $s7, $s7, 1
        mfc0    $k0, C0_EPC
        nop
        jr      $k0
        rfe

        .data
        .balign 4
cpus:   .word   0
counter: .word  0
counted: .word  0
found:  .word   0
ready:  .word   0
token:  .word   0
happy:  .word   0

        .section .page, "aw"
        .balign 4096
page0:  .word   0x11110000
        .balign 4096
page1:  .word   0x22220000
