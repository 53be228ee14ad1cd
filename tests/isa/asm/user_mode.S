/* SPDX-License-Identifier: ISC */
/*
 * What a user program can and cannot do: kuseg through the TLB is its world; kernel addresses
 * are address errors even where they are mapped; instructions of coprocessor 0 are unusable. An
 * exception brings the kernel back with the user's mode in KUp.
 */
#include "test.h"

        /* run label in user mode until it faults there */
        .macro  user label, cause, line
        try     .Lback\@
        enter_user \label
.Lback\@:
        caught  \cause, PHYS(\label), 0xb000007c, 0x80, \line
        caught_reg X_STATUS, ST_KUP, \line
        check   $v0, 0x1111, \line
        .endm
#define USER(label, cause) user label, cause, __LINE__
#define BADVA(want) CAUGHT_REG(X_BADVADDR, want)

TEST("user_mode")
        TLB_MAP(0, PHYS(code), code, LO_V + LO_G)
        TLB_MAP(1, 0x00700000, data, LO_V + LO_D + LO_G)
        TLB_MAP(2, 0xc0000000, data, LO_V + LO_D + LO_G)
        li      $v0, 0x1111
        li      $s0, 0x80000000
        li      $s1, 0xa0000000
        li      $s2, 0xc0000000
        li      $s3, 0xfffff000
        la      $s4, data
        li      $s5, 0x00700000

        /* a system call, and back to where it came from */
        USER(sys, EXC_SYS)

        /* kernel addresses: loads and stores, first and last word of each segment */
        USER(ul1, EXC_ADEL)
        BADVA(0x80000000)
        USER(ul2, EXC_ADEL)
        BADVA(0xa0000000)
        USER(ul3, EXC_ADEL)
        BADVA(0xc0000000)
        USER(ul4, EXC_ADEL)
        BADVA(0xfffffffc)
        USER(ul5, EXC_ADEL)
        BADVA(0xbffffffc)
        USER(us1, EXC_ADES)
        CAUGHT_ADDR(X_BADVADDR, data)
        USER(us2, EXC_ADES)
        BADVA(0xc0000000)
        USER(us3, EXC_ADES)
        BADVA(0xa0000000)
        CHECK_MEM(data, 0x12345678)

        /* coprocessor 0 */
        USER(c1, CE(0) + EXC_CPU)
        USER(c2, CE(0) + EXC_CPU)
        USER(c3, CE(0) + EXC_CPU)
        USER(c4, CE(0) + EXC_CPU)
        USER(c5, CE(0) + EXC_CPU)
        USER(c6, CE(0) + EXC_CPU)
        USER(c7, CE(0) + EXC_CPU)
        USER(c8, CE(0) + EXC_CPU)
        USER(c9, CE(0) + EXC_CPU)
        USER(f1, CE(1) + EXC_CPU)
        USER(f2, CE(2) + EXC_CPU)
        USER(f3, CE(3) + EXC_CPU)
        USER(ri, EXC_RI)

        /* its own world works: arithmetic, calls, loads and stores */
        TRY(1f)
        ENTER_USER(work)
1:      CAUGHT(EXC_SYS, PHYS(work_end))
        CHECK($v0, 0x12345678 + 99)
        CHECK_MEM(data + 4, 0x12345678 + 99)

        /* the kernel may read user pages, and is not bound by the user's limits */
        lw      $v0, 4($s5)
        lw      $v1, 4($s2)
        nop
        CHECK($v0, 0x12345678 + 99)
        CHECK($v1, 0x12345678 + 99)
TEST_END

        .section .page, "aw"
        .balign 4096
code:
sys:    syscall
ul1:    lw      $v0, 0($s0)
ul2:    lw      $v0, 0($s1)
ul3:    lw      $v0, 0($s2)
ul4:    lw      $v0, 0xffc($s3)
ul5:    lw      $v0, -4($s2)
us1:    sw      $0, 0($s4)
us2:    sw      $0, 0($s2)
us3:    sb      $0, 0($s1)
c1:     mfc0    $v0, $12
c2:     mtc0    $0, $12
c3:     tlbwi
c4:     tlbwr
c5:     tlbr
c6:     tlbp
c7:     rfe
c8:     .word   0x42000020              /* wait */
c9:     mfc0    $v0, $15
f1:     .word   0x46000000              /* add.s */
f2:     .word   0xca020000              /* lwc2 */
f3:     .word   0x4c020000              /* mfc3 */
ri:     .word   0x0000003f
work:   lw      $v0, 0($s5)
        bgezal  $0, 1f
        nop
        sw      $v0, 4($s5)
work_end:
        syscall
        nop
1:      jr      $ra
        addiu   $v0, $v0, 99
        .balign 4096
data:   .word   0x12345678, 0
