/* SPDX-License-Identifier: ISC */
/* DECstation 5000/200, inside the board: registers, and what its files tell each other. */
#ifndef DEC_H
#define DEC_H

#include "types.h"

/* Chips of the KN02, in kseg1. */
#define DEC_PROM_GATE 0xbfc80000u
#define DEC_DZ        0xbfe00000u
#define DEC_RTC       0xbfe80000u
#define DEC_CSR       0xbff00000u

static inline volatile u32 *dec_word(u32 address)
{
    return (volatile u32 *)address;
}
static inline volatile u16 *dec_half(u32 address)
{
    return (volatile u16 *)address;
}
static inline volatile u8 *dec_byte(u32 address)
{
    return (volatile u8 *)address;
}

void dec_dz_init(void);
void dec_dz_interrupt(void);
void dec_clock_init(void);
void dec_clock_interrupt(void);

#endif
