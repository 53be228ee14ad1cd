/* SPDX-License-Identifier: ISC */
/* A DECstation, through the callbacks of its PROM. */
#include "machine.h"

#define DECSTATION_PRINTF 0x30 /* offset in the table of callbacks */
#define DECSTATION_RESET  0xbfc00000u

static u32 decstation_callbacks;

/* The words are: boot, device, ours. */
u32 machine_init(u32 firmware)
{
    decstation_callbacks = firmware;
    return 2;
}

void machine_put(char c)
{
    u32 at = *(u32 *)(decstation_callbacks + DECSTATION_PRINTF);
    int (*print)(const char *, ...) = (int (*)(const char *, ...))at;

    print("%c", c);
}

_Noreturn void machine_off(void)
{
    ((void (*)(void))DECSTATION_RESET)();
    for (;;)
        ;
}
