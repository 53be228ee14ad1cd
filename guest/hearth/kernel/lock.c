/* SPDX-License-Identifier: ISC */
/* Spin locks over the board's atomic exchange. */
#include "lock.h"

#include "board.h"

void lock_take(struct lock *lock)
{
    while (board_exchange(&lock->held, 1) != 0)
        while (lock->held)
            ;
    board_sync();
}

void lock_drop(struct lock *lock)
{
    board_sync();
    lock->held = 0;
}
