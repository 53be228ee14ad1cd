/* SPDX-License-Identifier: ISC */
/*
 * The classic refill handler of the R3000: Context is the address of the page table entry, in a
 * table that lies in kseg2 and is itself mapped. When the entry's page is not mapped, the load in
 * the handler misses in turn, to the general vector; the three levels of KU and IE in Status are
 * made for exactly this. The user program that started it all never notices.
 *
 * # not on the original: System/161 puts the page of every mapped access into EntryHi, hit or
 * miss, so that the handler's load from the page table spoils it.
 */
#include "test.h"

TEST("tlb_nested")
        /* the refill handler in its place; $s7 keeps the user's EPC, like $k0 in real systems */
        li      $t0, 0x80000000
        la      $t1, handler
        la      $t2, handler_end
1:      lw      $t3, 0($t1)
        addiu   $t1, $t1, 4
        sw      $t3, 0($t0)
        bne     $t1, $t2, 1b
        addiu   $t0, $t0, 4

        /* page table in kseg2 at PTEBase 0xc0000000: pages 0x400, 0x401 and (far away) 0x7ff00 */
        li      $t0, 0xc0000000
        mtc0    $t0, C0_CONTEXT
        la      $t0, table1
        la      $t1, PHYS(code) + LO_V
        sw      $t1, 0($t0)             /* 0x00400000 */
        la      $t1, PHYS(data1) + LO_V + LO_D
        sw      $t1, 4($t0)             /* 0x00401000 */
        la      $t0, table2
        la      $t1, PHYS(data2) + LO_V + LO_D
        sw      $t1, 0xc00($t0)         /* 0x7ff00000 */

        li      $t0, ASID(9)
        mtc0    $t0, C0_ENTRYHI
        la      $t0, exc_rec
        sw      $0, X_COUNT($t0)
        li      $s5, 0                  /* nested misses */
        li      $s6, 0                  /* refills */
        HOOK(nested)
        li      $t0, ST_KUP
        mtc0    $t0, C0_STATUS
        li      $t0, 0x00400000
        nop
        nop
        jr      $t0
        rfe

back:   mtc0    $0, C0_STATUS
        HOOK(0)
        CHECK($v0, 0x11110000 + 0x2222)
        CHECK($v1, 1)                   /* nothing was executed twice */
        CHECK_MEM(data1 + 4, 0x11112222)
        CHECK($s5, 2)                   /* table1 for the code page, table2 */
        CHECK($s6, 3 + 2)               /* three pages, and the two whose first try was nested */
        CAUGHT_REG(X_COUNT, 3)          /* two nested misses and the syscall */
TEST_END

/* By the general vector: a nested miss, or the user's syscall that ends the test */
nested: lw      $k1, X_CAUSE($k0)
        nop
        andi    $k1, $k1, 0x7c
        xori    $k1, $k1, EXC_SYS
        beqz    $k1, back
        nop
        addiu   $s5, $s5, 1
        caught_reg X_STATUS, ST_KUO, __LINE__   /* two levels away from the user */
        caught_addr X_EPC, 0x8000000c, __LINE__ /* the load in the refill handler */
        caught_reg X_VECTOR, 0x80, __LINE__
        la      $k0, exc_rec
        lw      $k1, X_BADVADDR($k0)
        li      $at, 0xc0001000
        beq     $k1, $at, 1f
        nop
        caught_reg X_BADVADDR, 0xc01ffc00, __LINE__
        caught_reg X_ENTRYHI, 0xc01ff000 + ASID(9), __LINE__
        la      $k1, PHYS(table2) + LO_V + LO_G
        b       2f
        nop
1:      caught_reg X_ENTRYHI, 0xc0001000 + ASID(9), __LINE__
        la      $k1, PHYS(table1) + LO_V + LO_G
2:      mtc0    $k1, C0_ENTRYLO
        nop
        nop
        tlbwr
        rfe                             /* out of the inner exception ... */
        nop
        jr      $s7                     /* ... and of the outer: the user tries again */
        rfe

handler:
        addiu   $s6, $s6, 1
        mfc0    $k1, C0_CONTEXT
        mfc0    $s7, C0_EPC
        lw      $k1, 0($k1)             /* at 0x8000000c */
        nop
        mtc0    $k1, C0_ENTRYLO
        nop
        nop
        tlbwr
        jr      $s7
        rfe
handler_end:

        .section .page, "aw"
        .balign 4096
code:   lui     $t0, 0x0040             /* runs at 0x00400000 in user mode */
        ori     $t0, $t0, 0x1000
        lw      $t1, 0($t0)
        lui     $t2, 0x7ff0
        lw      $t3, 8($t2)
        addiu   $v1, $0, 1
        addu    $v0, $t1, $t3
        sw      $v0, 4($t0)
        syscall
        nop
        .balign 4096
table1: .space  4096
table2: .space  4096
data1:  .word   0x11110000, 0
        .balign 4096
data2:  .word   0, 0, 0x2222
