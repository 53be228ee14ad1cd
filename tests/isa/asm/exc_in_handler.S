/* SPDX-License-Identifier: ISC */
/*
 * An exception by the very first instruction of an exception handler: EPC is the vector, and BD
 * is clear although the exception before came from a delay slot.
 */
#include "test.h"

TEST("exc_in_handler")
        li      $t0, 0x80000000
        lw      $s0, 0($t0)             /* the refill vector's first instruction ... */
        li      $t1, 0x0000000c
        sw      $t1, 0($t0)             /* ... becomes a syscall */
        li      $t2, 0x00400000
        li      $t3, ST_IEC
        mtc0    $t3, C0_STATUS
        TRY(1f)
        b       2f
        lw      $v0, 0($t2)             /* misses, in a slot */
2:      nop
1:      mtc0    $0, C0_STATUS
        sw      $s0, 0($t0)
        CAUGHT(EXC_SYS, 0x80000000)
        CAUGHT_REG(X_STATUS, ST_IEO)    /* two levels down */
        CAUGHT_REG(X_ENTRYHI, 0x00400000)

        /* the vector is whole again */
        TRY(1f)
e1:     lw      $v0, 0($t2)
1:      CAUGHT_UTLB(EXC_TLBL, e1)
TEST_END
