/* SPDX-License-Identifier: ISC */
/*
 * The System/161 board: LAMEbus with up to 32 MIPS-161 CPUs. The mainboard's registers are here,
 * the cards' in lb_*.c. Interrupts of cards go to the boot CPU only; every CPU has its own timer
 * and its own inter-processor interrupt.
 */
#include "board.h"

#include "cp0.h"
#include "lb.h"
#include "lock.h"
#include "sched.h"

#define BOARD_SLOT                 31u
#define BOARD_CONFIG(slot, offset) ((slot)*0x400u + (offset))
#define BOARD_REG(offset)          BOARD_CONFIG(BOARD_SLOT, offset)
#define BOARD_CPU(number, offset)  (0x8000u + (number)*0x400u + (offset))

/* Configuration of a slot. */
#define BOARD_VENDOR        0x0u
#define BOARD_DEVICE        0x4u
#define BOARD_REVISION      0x8u
#define BOARD_VENDOR_SYS161 1u

/* The mainboard's own registers. EXIT is kuseg's: the monitor's exit status; revision 2 on. */
#define BOARD_RAMSZ          0x200u
#define BOARD_IRQS           0x204u
#define BOARD_PWR            0x208u
#define BOARD_CPUS           0x210u
#define BOARD_CPUE           0x214u
#define BOARD_SELF           0x218u
#define BOARD_EXIT           0x21cu
#define BOARD_MULTIPROCESSOR 10u

/* Per CPU. */
#define BOARD_CIRQE 0x0u
#define BOARD_CIPI  0x4u
#define BOARD_CRAM  0x300u

/* Lines of Cause and Status. */
#define BOARD_LINE_BUS   STATUS_IM(2)
#define BOARD_LINE_IPI   STATUS_IM(3)
#define BOARD_LINE_TIMER STATUS_IM(7)

#define BOARD_SLICE 250000u /* cycles; 10 ms at 25 MHz */

const char board_name[] = "System/161";
const u32 BOARD_IRQ_MASK = BOARD_LINE_BUS | BOARD_LINE_IPI | BOARD_LINE_TIMER;

static bool board_smp;
static bool board_stopping;
static volatile u32 board_stopped; /* a bit for each CPU that did */
static struct lock board_stop_lock;
static void (*board_handlers[LB_SLOTS])(u32 slot);

static u32 board_read(u32 offset)
{
    return lb_read(BOARD_SLOT, offset);
}

static void board_write(u32 offset, u32 value)
{
    lb_write(BOARD_SLOT, offset, value);
}

void lb_copy_in(u32 slot, void *to, u32 size)
{
    for (u32 i = 0; i < size; i += 4)
        *(u32 *)((char *)to + i) = lb_read(slot, LB_BUFFER + i);
}

void lb_copy_out(u32 slot, const void *from, u32 size)
{
    for (u32 i = 0; i < size; i += 4)
        lb_write(slot, LB_BUFFER + i, *(const u32 *)((const char *)from + i));
}

void lb_handle(u32 slot, void (*handler)(u32 slot))
{
    board_handlers[slot] = handler;
}

/* Each driver takes the cards of its device number, whatever their revision. */
static void board_attach(u32 slot)
{
    static void (*const attach[])(u32 slot) = {
        [2] = lb_timer_attach,  [3] = lb_disk_attach, [4] = lb_serial_attach,
        [5] = lb_screen_attach, [6] = lb_net_attach,  [7] = lb_emufs_attach,
    };
    u32 device = board_read(BOARD_CONFIG(slot, BOARD_DEVICE));

    if (board_read(BOARD_CONFIG(slot, BOARD_VENDOR)) == BOARD_VENDOR_SYS161 &&
        device < COUNT_OF(attach) && attach[device])
        attach[device](slot);
}

/* The boot string. */
const char *board_words(u32 a0, u32 a1, u32 a3)
{
    (void)a1, (void)a3;
    return (const char *)a0;
}

/* The serial line goes first, so that the others have something to complain on. */
void board_init(void)
{
    board_smp = board_read(BOARD_REG(BOARD_DEVICE)) == BOARD_MULTIPROCESSOR;
    for (u32 slot = 0; slot < BOARD_SLOT; slot++)
        board_attach(slot);
}

u32 board_this_cpu(void)
{
    u32 self = 1, number = 0;

    if (board_read(BOARD_REG(BOARD_DEVICE)) == BOARD_MULTIPROCESSOR)
        self = board_read(BOARD_REG(BOARD_SELF));
    while (self >>= 1)
        number++;
    return number;
}

/* What lies above the bus can't be reached through kseg0. */
u32 board_memory(void)
{
    return min_u32(board_read(BOARD_REG(BOARD_RAMSZ)), 508u << 20);
}

u32 board_cpus(void)
{
    return board_smp ? board_read(BOARD_REG(BOARD_CPUS)) : 1;
}

void board_start_cpu(u32 number, void (*entry)(void), void *stack)
{
    board_write(BOARD_CPU(number, BOARD_CIRQE), 0);
    board_write(BOARD_CPU(number, BOARD_CRAM), (u32)entry);
    board_write(BOARD_CPU(number, BOARD_CRAM + 4), (u32)stack);
    board_write(BOARD_REG(BOARD_CPUE), board_read(BOARD_REG(BOARD_CPUE)) | 1u << number);
}

static void board_serve_bus(void)
{
    u32 slots = board_read(BOARD_REG(BOARD_IRQS));

    for (u32 slot = 0; slot < BOARD_SLOT; slot++)
        if (slots >> slot & 1 && board_handlers[slot])
            board_handlers[slot](slot);
}

static void board_stop(void)
{
    lock_take(&board_stop_lock);
    board_stopped |= 1u << board_this_cpu();
    lock_drop(&board_stop_lock);
    for (;;) {
        board_tick_start();
        board_wait();
    }
}

void board_interrupt(u32 cause)
{
    if (cause & BOARD_LINE_IPI)
        board_write(BOARD_CPU(board_this_cpu(), BOARD_CIPI), 0);
    if (board_stopping)
        board_stop();
    if (cause & BOARD_LINE_BUS)
        board_serve_bus();
    if (cause & BOARD_LINE_TIMER) {
        board_tick_start();
        sched_tick();
    }
}

/* Count starts anew, whether or not the chip itself sets it to 0 on a match; writing Compare takes
 * the interrupt away. */
void board_tick_start(void)
{
    cp0_set_count(0);
    cp0_set_compare(BOARD_SLICE);
}

void board_wait(void)
{
    __asm__ volatile(".set push\n\t.set mips32\n\twait\n\t.set pop" ::: "memory");
}

void board_kick(u32 number)
{
    board_write(BOARD_CPU(number, BOARD_CIPI), 1);
}

u32 board_exchange(volatile u32 *word, u32 value)
{
    u32 old, temp;

    __asm__ volatile(".set push\n\t"
                     ".set mips32\n\t"
                     ".set noreorder\n"
                     "1:\tll %0, %2\n\t"
                     "move %1, %3\n\t"
                     "sc %1, %2\n\t"
                     "beqz %1, 1b\n\t"
                     "nop\n\t"
                     ".set pop"
                     : "=&r"(old), "=&r"(temp), "+R"(*word)
                     : "r"(value)
                     : "memory");
    return old;
}

void board_sync(void)
{
    __asm__ volatile(".set push\n\t.set mips32\n\tsync\n\t.set pop" ::: "memory");
}

/*
 * The others are asked to stop by interrupt, and get a while to do so: one may be waiting,
 * interrupts off, for a lock that we hold. (CPUE could switch them off, but System/161 restarts a
 * secondary CPU whose bit is written as 1.)
 */
void board_stop_others(void)
{
    u32 me = board_this_cpu(), others = board_cpus() & ~(1u << me);

    if (!board_smp)
        return;
    board_stopping = true;
    for (u32 i = 0; i < 32; i++)
        if (others >> i & 1)
            board_kick(i);
    for (u32 patience = 10000; patience > 0 && (board_stopped & others) != others; patience--)
        ;
    board_write(BOARD_CPU(me, BOARD_CIRQE), ~0u);
}

void board_power_off(u32 status)
{
    if (board_smp && board_read(BOARD_REG(BOARD_REVISION)) >= 2)
        board_write(BOARD_REG(BOARD_EXIT), status);
    board_write(BOARD_REG(BOARD_PWR), 0);
    for (;;)
        board_wait();
}
