/* SPDX-License-Identifier: ISC */
/* The console on line 3 of the DZ. Its lock is console.c's: only the console talks to it. */
#include "board.h"
#include "console.h"
#include "dec.h"

#define DEC_DZ_CSR  0u
#define DEC_DZ_RBUF 8u
#define DEC_DZ_LPR  8u
#define DEC_DZ_TCR  16u
#define DEC_DZ_TDR  24u

#define DEC_DZ_TRDY  0x8000u
#define DEC_DZ_TIE   0x4000u
#define DEC_DZ_RDONE 0x0080u
#define DEC_DZ_RIE   0x0040u
#define DEC_DZ_MSE   0x0020u
#define DEC_DZ_CLR   0x0010u

#define DEC_DZ_LINE   3u
#define DEC_DZ_PARAMS (0x1e18u | DEC_DZ_LINE) /* receiver on, 9600 baud, 8 bits */

static volatile u16 *dec_dz(u32 offset)
{
    return dec_half(DEC_DZ + offset);
}

void dec_dz_interrupt(void)
{
    while (*dec_dz(DEC_DZ_CSR) & DEC_DZ_RDONE && console_room())
        console_received((u8)*dec_dz(DEC_DZ_RBUF));
    console_transmitter();
}

void dec_dz_init(void)
{
    *dec_dz(DEC_DZ_CSR) = DEC_DZ_CLR;
    while (*dec_dz(DEC_DZ_CSR) & DEC_DZ_CLR)
        ;
    *dec_dz(DEC_DZ_LPR) = DEC_DZ_PARAMS;
    board_console_listen(true);
}

/* What comes in meanwhile is kept by the chip, and then by the other end. */
void board_console_listen(bool on)
{
    *dec_dz(DEC_DZ_CSR) = DEC_DZ_MSE | DEC_DZ_TIE | (on ? DEC_DZ_RIE : 0);
}

/* The line is switched on for each character: as long as it is, the chip asks for the next. */
bool board_console_send(u8 c)
{
    *dec_dz(DEC_DZ_TCR) = 1u << DEC_DZ_LINE;
    while (!(*dec_dz(DEC_DZ_CSR) & DEC_DZ_TRDY))
        ;
    *dec_dz(DEC_DZ_TDR) = c;
    return true;
}

bool board_console_sent(void)
{
    if (!(*dec_dz(DEC_DZ_CSR) & DEC_DZ_TRDY))
        return false;
    *dec_dz(DEC_DZ_TCR) = 0;
    return true;
}
