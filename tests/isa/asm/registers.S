/* SPDX-License-Identifier: ISC */
/*
 * There are thirty-one registers and they are different ones: each holds a value of its own
 * through all writes to the others, as source and as destination.
 */
#include "test.h"

TEST("registers")
        .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        li      $\n, 0x01010101 * \n
        .endr
        /* each against $at; CHECK overwrites $at, $k0 and $k1, so these are summed up first */
        .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        xor     $\n, $\n, $1
        .endr
        addu    $2, $2, $26             /* (2 ^ 1) + (26 ^ 1) */
        addu    $2, $2, $27             /* + (27 ^ 1) */
        CHECK($2, 0x38383838)
        .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,28,29,30,31
        check   $\n, 0x01010101 * (\n ^ 1), 100 + \n
        .endr

        /* the same through memory */
        la      $1, words
        .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        sw      $\n, 4 * \n($1)
        .endr
        .irp n, 31,30,29,28,27,26,25,24,23,22,21,20,19,18,17,16,15,14,13,12,11,10,9,8,7,6,5,4,3,2
        lw      $\n, 4 * (33 - \n)($1)
        .endr
        nop
        .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,28,29,30
        check   $\n, 0x01010101 * ((33 - \n) ^ 1), 200 + \n
        .endr
        CHECK($31, 0x38383838)
TEST_END

        .data
        .balign 4
words:  .space  4 * 34
