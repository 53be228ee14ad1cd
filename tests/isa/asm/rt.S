/* SPDX-License-Identifier: ISC */
/*
 * rt.S - the frame around a test program: entry, exception vectors, console, verdict.
 *
 * The verdict is one line on the LAMEbus serial console: PASS name, SKIP name, or FAIL name with
 * what was found and what was expected. Then the board is switched off, with the exit code 1 for
 * a failure where the mainboard has a register for it (revision 2; System/161's has not).
 */
#include "test.h"

        .section .text.start, "ax"
        .globl  _start
_start:
        mfc0    $t0, C0_STATUS          /* as reset left it, for reset_state.S */
        la      $t1, boot_status
        sw      $t0, 0($t1)

        /* The two vectors of a running system, in RAM. */
        li      $t0, 0x80000000
        la      $t1, vector_refill
        li      $t2, 4
1:      lw      $t3, 0($t1)
        addiu   $t1, $t1, 4
        sw      $t3, 0($t0)
        addiu   $t2, $t2, -1
        bnez    $t2, 1b
        addiu   $t0, $t0, 4
        li      $t0, 0x80000080
        la      $t1, vector_general
        li      $t2, 4
2:      lw      $t3, 0($t1)
        addiu   $t1, $t1, 4
        sw      $t3, 0($t0)
        addiu   $t2, $t2, -1
        bnez    $t2, 2b
        addiu   $t0, $t0, 4

        /*
         * Page numbers that can never match, and each different: from kseg1. The upper half of
         * the numbers, so that none can collide with what a reset may have left.
         */
        li      $t0, 0xb0000000
        move    $t1, $0
        li      $t2, 64 << 8
3:      mtc0    $t0, C0_ENTRYHI
        mtc0    $0, C0_ENTRYLO
        mtc0    $t1, C0_INDEX
        nop
        nop
        tlbwi
        addiu   $t1, $t1, 1 << 8
        bne     $t1, $t2, 3b
        addiu   $t0, $t0, 0x1000
        mtc0    $0, C0_ENTRYHI

        mtc0    $0, C0_STATUS           /* kernel mode, interrupts off, BEV off */
        mtc0    $0, C0_CAUSE            /* no software interrupt */
        nop
        la      $sp, stack_top
        j       test_main
        nop

        .text
vector_refill:
        la      $k0, record
        jr      $k0
        li      $k1, 0x00
vector_general:
        la      $k0, record
        jr      $k0
        li      $k1, 0x80

/*
 * Save everything about the exception, then go to the hook or to the place that TRY named. That
 * is good for one exception only: another one, or one that nobody announced, is a failure.
 */
record:
        la      $k0, exc_rec
        sw      $k1, X_VECTOR($k0)
        mfc0    $k1, C0_CAUSE
        nop
        sw      $k1, X_CAUSE($k0)
        mfc0    $k1, C0_EPC
        nop
        sw      $k1, X_EPC($k0)
        mfc0    $k1, C0_BADVADDR
        nop
        sw      $k1, X_BADVADDR($k0)
        mfc0    $k1, C0_CONTEXT
        nop
        sw      $k1, X_CONTEXT($k0)
        mfc0    $k1, C0_ENTRYHI
        nop
        sw      $k1, X_ENTRYHI($k0)
        mfc0    $k1, C0_STATUS
        nop
        sw      $k1, X_STATUS($k0)
        lw      $k1, X_COUNT($k0)
        nop
        addiu   $k1, $k1, 1
        sw      $k1, X_COUNT($k0)
        lw      $k1, X_HOOK($k0)
        nop
        bnez    $k1, 1f
        nop
        lw      $k1, X_RESUME($k0)
        sw      $0, X_RESUME($k0)
        beqz    $k1, unexpected
        nop
        lw      $k0, X_STATUS($k0)
        nop
        andi    $k0, $k0, ST_KUP
        bnez    $k0, 2f
        nop
        jr      $k1                     /* from the kernel: Status as before the exception */
        rfe
1:      jr      $k1                     /* the hook runs inside the exception */
        nop
2:      mtc0    $0, C0_STATUS           /* from user mode: the Status that tests start with */
        nop
        nop
        jr      $k1
        nop

unexpected:
        mtc0    $0, C0_STATUS
        la      $a0, text_fail
        jal     puts
        nop
        la      $a0, test_name
        jal     puts
        nop
        la      $a0, text_cause
        jal     puts
        nop
        la      $t9, exc_rec
        lw      $a0, X_CAUSE($t9)
        jal     puthex
        nop
        la      $a0, text_epc
        jal     puts
        nop
        lw      $a0, X_EPC($t9)
        jal     puthex
        nop
        la      $a0, text_badvaddr
        jal     puts
        nop
        lw      $a0, X_BADVADDR($t9)
        jal     puthex
        nop
        j       finish
        li      $s7, 1

        /* $a0 source line, $a1 what was found, $a2 what was expected */
        .globl  test_fail
test_fail:
        mtc0    $0, C0_STATUS
        move    $s0, $a0
        move    $s1, $a1
        move    $s2, $a2
        la      $a0, text_fail
        jal     puts
        nop
        la      $a0, test_name
        jal     puts
        nop
        jal     putc
        li      $a0, ' '
        jal     putdec
        move    $a0, $s0
        la      $a0, text_got
        jal     puts
        nop
        jal     puthex
        move    $a0, $s1
        la      $a0, text_want
        jal     puts
        nop
        jal     puthex
        move    $a0, $s2
        j       finish
        li      $s7, 1

        .globl  test_pass
test_pass:
        la      $a0, text_pass
        j       verdict
        nop

        .globl  test_skip
test_skip:
        la      $a0, text_skip
verdict:
        jal     puts
        mtc0    $0, C0_STATUS
        la      $a0, test_name
        jal     puts
        nop
        move    $s7, $0
finish:                                 /* $s7 = exit code */
        jal     putc
        li      $a0, '\n'
        li      $t0, LB_MAINBOARD
        lw      $t1, 8($t0)             /* device revision */
        nop
        sltiu   $t1, $t1, 2
        bnez    $t1, 1f
        nop
        sw      $s7, MB_EXIT($t0)
1:      sw      $0, MB_POWER($t0)
2:      b       2b                      /* the power takes its time to go */
        nop

/*
 * Console. These use $t0..$t8 and $ra; puts, putdec and puthex also $s3..$s5.
 */
putc:                                   /* $a0 = character; also called by tests */
        .globl  putc
        la      $t0, serial_base
        lw      $t1, 0($t0)
        nop
        bnez    $t1, 2f
        nop
        li      $t2, LB_CONFIG(0)       /* probe the slots for device 4 of vendor 1 */
        li      $t1, LB_BASE
        li      $t5, 32
        lui     $t6, 1                  /* 64 KB a slot */
1:      lw      $t3, 0($t2)
        lw      $t4, 4($t2)
        xori    $t3, $t3, 1
        xori    $t4, $t4, 4
        or      $t3, $t3, $t4
        beqz    $t3, 2f
        sw      $t1, 0($t0)
        addiu   $t2, $t2, 0x400
        addiu   $t5, $t5, -1
        bnez    $t5, 1b
        addu    $t1, $t1, $t6
        jr      $ra                     /* no console: be silent */
        sw      $0, 0($t0)
2:      sw      $a0, SERIAL_CHAR($t1)
3:      lw      $t2, SERIAL_WIRQ($t1)
        nop
        andi    $t2, $t2, 2             /* completed */
        beqz    $t2, 3b
        nop
        jr      $ra
        sw      $0, SERIAL_WIRQ($t1)

puts:                                   /* $a0 = string */
        move    $s3, $a0
        move    $s4, $ra
1:      lbu     $a0, 0($s3)
        addiu   $s3, $s3, 1
        beqz    $a0, 2f
        nop
        jal     putc
        nop
        b       1b
        nop
2:      jr      $s4
        nop

puthex:                                 /* $a0 = number, as 8 digits */
        move    $s3, $a0
        move    $s4, $ra
        li      $s5, 8
1:      srl     $a0, $s3, 28
        sltiu   $t0, $a0, 10
        bnez    $t0, 2f
        addiu   $a0, $a0, '0'
        addiu   $a0, $a0, 'a' - '0' - 10
2:      jal     putc
        sll     $s3, $s3, 4
        addiu   $s5, $s5, -1
        bnez    $s5, 1b
        nop
        jr      $s4
        nop

putdec:                                 /* $a0 = number, by subtraction of powers of ten */
        move    $s3, $a0
        move    $s4, $ra
        la      $s5, powers
1:      lw      $t0, 0($s5)
        li      $a0, '0'
        beqz    $t0, 4f
        nop
2:      sltu    $t1, $s3, $t0
        bnez    $t1, 3f
        nop
        subu    $s3, $s3, $t0
        b       2b
        addiu   $a0, $a0, 1
3:      jal     putc
        addiu   $s5, $s5, 4
        b       1b
        nop
4:      jr      $s4
        nop

        .section .rodata
        .balign 4
powers: .word   1000, 100, 10, 1, 0
text_fail:      .asciiz "FAIL "
text_pass:      .asciiz "PASS "
text_skip:      .asciiz "SKIP "
text_got:       .asciiz " got "
text_want:      .asciiz " want "
text_cause:     .asciiz " unexpected exception cause "
text_epc:       .asciiz " epc "
text_badvaddr:  .asciiz " badvaddr "

        .data
        .balign 4
        .globl  exc_rec, boot_status, serial_base
exc_rec:
        .space  64
boot_status:
        .word   0
serial_base:
        .word   0
        .balign 16
stack:  .space  2048
stack_top:
