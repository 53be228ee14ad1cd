/* SPDX-License-Identifier: ISC */
/*
 * The DECstation 5000/200: one R3000, which has neither LL and SC nor a way to wait. The serial
 * lines are in dec_dz.c, the clock in dec_clock.c; there is no disk and no network that we know.
 * The PROM is asked for what only it can tell.
 */
#include "board.h"

#include "abi.h"
#include "asm.h"
#include "cp0.h"
#include "dec.h"
#include "format.h"
#include "fs.h"

#define BOARD_LINE_IO  STATUS_IM(2)
#define BOARD_LINE_RTC STATUS_IM(3)

#define BOARD_CSR_DZ 0x00800000u /* lets its interrupts through */

/* The PROM's vector of callbacks, in bytes. */
#define BOARD_PROM_BITMAP 0x84u
#define BOARD_PROM_HALT   0x9cu

/* kuseg's PROM only: off, with a status for the monitor. */
#define BOARD_GATE_POWER 0x20u

const char board_name[] = "DECstation 5000/200";
const u32 BOARD_IRQ_MASK = BOARD_LINE_IO | BOARD_LINE_RTC;

static u32 board_vector; /* of the PROM */

static u32 board_prom(u32 callback, void *argument)
{
    u32 (*entry)(void *) = *(u32(**)(void *))(board_vector + callback);

    return entry(argument);
}

/* a0 counts the arguments, a1 is their table: the PROM's command and the file, then ours. */
const char *board_words(u32 a0, u32 a1, u32 a3)
{
    static char words[ABI_ARGS];
    char *const *argv = (char *const *)a1;
    u32 n = 0;

    board_vector = a3;
    for (u32 i = 2; i < a0; i++) {
        for (const char *c = argv[i]; *c && n < sizeof(words) - 2; c++)
            words[n++] = *c;
        words[n++] = i + 1 < a0 ? ' ' : 0;
        if (n == sizeof(words) - 1)
            break;
    }
    words[n] = 0;
    return words;
}

void board_init(void)
{
    dec_dz_init();
    dec_clock_init();
    *dec_word(DEC_CSR) = BOARD_CSR_DZ;
}

u32 board_this_cpu(void)
{
    return 0;
}

/* A page size, then a byte for eight pages: as far as all of them are there. The bitmap goes below
 * the kernel, into memory that is the PROM's. */
u32 board_memory(void)
{
    struct {
        u32 page;
        u8 bits[];
    } *map = (void *)0x80028000u;
    u32 n = 0, size = board_prom(BOARD_PROM_BITMAP, map);

    while (n < size && map->bits[n] == 0xff)
        n++;
    return n * 8 * map->page;
}

u32 board_cpus(void)
{
    return 1;
}

void board_start_cpu(u32 number, void (*entry)(void), void *stack)
{
    (void)number, (void)entry, (void)stack;
}

void board_interrupt(u32 cause)
{
    if (cause & BOARD_LINE_RTC)
        dec_clock_interrupt();
    if (cause & BOARD_LINE_IO)
        dec_dz_interrupt();
}

/* The idle loop spins. */
void board_wait(void)
{
}

void board_kick(u32 number)
{
    (void)number;
}

/* The kernel runs with interrupts off, and there is nobody else. */
u32 board_exchange(volatile u32 *word, u32 value)
{
    u32 old = *word;

    *word = value;
    return old;
}

void board_sync(void)
{
    __asm__ volatile("" ::: "memory");
}

void board_stop_others(void)
{
}

void board_power_off(u32 status)
{
    *dec_word(DEC_PROM_GATE + BOARD_GATE_POWER) = status;
    board_prom(BOARD_PROM_HALT, NULL);
    for (;;)
        ;
}

/* ---- what the board does not have ---- */

u32 board_disks(void)
{
    return 0;
}

u32 board_disk_sectors(u32 disk)
{
    (void)disk;
    return 0;
}

int board_disk_transfer(u32 disk, u32 sector, void *buffer, bool write)
{
    (void)disk, (void)sector, (void)buffer, (void)write;
    return E_NODEV;
}

int board_net_send(const struct abi_frame *frame)
{
    (void)frame;
    return E_NODEV;
}

int board_net_receive(struct abi_frame *frame, bool wait)
{
    (void)frame, (void)wait;
    return E_NODEV;
}

void board_net_print(struct format_text *out)
{
    format_text(out, "no network card\n");
}

const struct fs_ops hostfs_ops;

bool hostfs_present(void)
{
    return false;
}
