/* SPDX-License-Identifier: ISC */
/* MIPS's Malta board, as QEMU has it. The firmware's stub has put PCI's I/O ports to 0x18000000. */
#include "machine.h"

#define MALTA_UART    ((volatile u8 *)0xb80003f8) /* a 16550 */
#define MALTA_SOFTRES ((volatile u32 *)0xbf000500)

#define UART_DATA  0
#define UART_LSR   5
#define LSR_THRE   0x20
#define SOFTRES_GO 0x42

u32 machine_init(u32 firmware)
{
    (void)firmware;
    return 1;
}

void machine_put(char c)
{
    while (!(MALTA_UART[UART_LSR] & LSR_THRE))
        ;
    MALTA_UART[UART_DATA] = (u8)c;
}

/* A reset; the emulator is told to end at one. */
_Noreturn void machine_off(void)
{
    for (;;)
        *MALTA_SOFTRES = SOFTRES_GO;
}
