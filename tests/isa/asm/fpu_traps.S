/* SPDX-License-Identifier: ISC */
/*
 * Exceptions of floating point are interrupts: taken at the instruction itself if they are let in,
 * with BD in a delay slot. Result, flags and condition stay as they were. If they are not let in,
 * the instruction is passed over and the line stays up until the causes are cleared. Codes that mean
 * nothing trap without being enabled. Where the coprocessor is off, nothing of this happens.
 */
#include "fpu.h"

#define ST_IM_FPU       0x00008000
#define CA_FPU          0x8000
#define ONE             0x3f800000
#define LARGEST         0x7f7fffff

#define CATCH(hook)     TRY(0) ; HOOK(hook) ; fpu_status ST_CU1 + ST_IM_FPU + ST_IEC
        /* in the hook */
#define CAUGHT_AT(cause, epc) \
        fpu_status ST_CU1 ; HOOK(0) ; CAUGHT(cause, epc)

        .macro  check_line want, line
        mfc0    $v1, C0_CAUSE
        nop
        andi    $v1, $v1, CA_FPU
        check   $v1, \want, \line
        .endm
#define CHECK_LINE(want) check_line want, __LINE__

TEST("fpu_traps")
        NEED_FPU
        FPU_SET(2, ONE)
        FPU_SET(4, 0)
        FPU_SET(6, 0x600d)

        /* taken */
        FPU_CONTROL(ENABLES(FP_Z) + FLAGS(FP_I) + FP_C)
        CATCH(got_div)
at_div: div.s   $f6, $f2, $f4
        nop
        CHECK($0, 1)
got_div:
        CAUGHT_AT(EXC_INT, at_div)
        CHECK_LINE(CA_FPU)
        FPU_CHECK(6, 0x600d)
        FPU_CHECK_CONTROL(CAUSES(FP_Z) + ENABLES(FP_Z) + FLAGS(FP_I) + FP_C)
        FPU_CONTROL(0)
        CHECK_LINE(0)

        /* in a delay slot */
        FPU_CONTROL(ENABLES(FP_V))
        CATCH(got_slot)
at_slot:
        b       1f
        div.s   $f6, $f4, $f4
        nop
1:      CHECK($0, 1)
got_slot:
        CAUGHT_AT(BD + EXC_INT, at_slot)
        FPU_CHECK(6, 0x600d)
        FPU_CONTROL(0)

        /* passed over */
        FPU_CONTROL(ENABLES(FP_O))
        FPU_SET(8, LARGEST)
        add.s   $f6, $f8, $f8
        nop
        nop
        FPU_CHECK(6, 0x600d)
        FPU_CHECK_CONTROL(CAUSES(FP_O + FP_I) + ENABLES(FP_O))
        CHECK_LINE(CA_FPU)
        add.s   $f6, $f2, $f2           /* has causes of its own: none */
        nop
        CHECK_LINE(0)
        FPU_CHECK(6, 0x40000000)
        FPU_CHECK_CONTROL(ENABLES(FP_O))

        /* to the trap, tiny is enough */
        FPU_SET(8, 0x00800000)
        FPU_SET(10, 0x3f000000)
        FPU_CONTROL(ENABLES(FP_U))
        mul.s   $f6, $f8, $f10
        nop
        nop
        FPU_CHECK_CONTROL(CAUSES(FP_U) + ENABLES(FP_U))
        FPU_CONTROL(0)

        /* a comparison that traps leaves the condition */
        FPU_SET(8, 0x7f800001)
        FPU_CONTROL(ENABLES(FP_V) + FP_C)
        c.lt.s  $f8, $f2
        nop
        nop
        FPU_CHECK_CONTROL(CAUSES(FP_V) + ENABLES(FP_V) + FP_C)
        FPU_CONTROL(0)

        /* causes that are written trap, too: before the next instruction */
        li      $t0, CAUSES(FP_I) + ENABLES(FP_I)
        CATCH(got_ctc1)
        ctc1    $t0, FCR31
after_ctc1:
        nop
        nop
        CHECK($0, 1)
got_ctc1:
        CAUGHT_AT(EXC_INT, after_ctc1)
        FPU_CONTROL(0)

        /* no such operation, no such format */
        CATCH(got_sqrt)
at_sqrt:
        .word   0x46001184              /* sqrt.s $f6, $f2: MIPS II */
        nop
        CHECK($0, 1)
got_sqrt:
        CAUGHT_AT(EXC_INT, at_sqrt)
        FPU_CHECK_CONTROL(CAUSES(FP_E))
        FPU_CONTROL(0)
        .word   0x46a01180              /* a long */
        nop
        FPU_CHECK_CONTROL(CAUSES(FP_E))
        FPU_CONTROL(0)

        /* off: that comes first, and is no interrupt */
        FPU_CONTROL(ENABLES(FP_Z))
        fpu_status 0
        TRY(1f)
at_off: div.s   $f6, $f2, $f4
1:      CAUGHT_CE(CE(1) + EXC_CPU, at_off)
        FPU_ON
        FPU_CHECK_CONTROL(ENABLES(FP_Z))
        li      $s0, 1                  /* off, and the address is misaligned */
        fpu_status 0
        TRY(1f)
at_lwc1:
        lwc1    $f6, 0($s0)
1:      CAUGHT_CE(CE(1) + EXC_CPU, at_lwc1)
        FPU_ON
        TRY(1f)
at_bad: lwc1    $f6, 0($s0)
1:      CAUGHT(EXC_ADEL, at_bad)
        FPU_CHECK(6, 0x40000000)
TEST_END
