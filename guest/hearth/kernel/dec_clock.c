/* SPDX-License-Identifier: ISC */
/*
 * Time from the DS1287: its calendar when we boot, and from then on its periodic interrupt, 128
 * times a second. That is also the time slice and the grain of alarms.
 */
#include "board.h"
#include "clock.h"
#include "dec.h"
#include "sched.h"

#define DEC_CLOCK_HZ      128u
#define DEC_CLOCK_TICK_NS (1000000000u / DEC_CLOCK_HZ)

/* Registers of the chip; the year counts from what the last byte of its memory says. */
enum {
    DEC_CLOCK_SECOND = 0,
    DEC_CLOCK_MINUTE = 2,
    DEC_CLOCK_HOUR = 4,
    DEC_CLOCK_DAY = 7,
    DEC_CLOCK_MONTH = 8,
    DEC_CLOCK_YEAR = 9,
    DEC_CLOCK_A = 10,
    DEC_CLOCK_B = 11,
    DEC_CLOCK_C = 12, /* reading acknowledges */
    DEC_CLOCK_REAL_YEAR = 63,
};

#define DEC_CLOCK_A_128HZ 0x29u
#define DEC_CLOCK_B_TICKS 0x46u /* periodic interrupt, binary, 24 hours */

static struct {
    u32 boot;  /* seconds since 1970 */
    u32 ticks; /* since then */
    u32 alarm; /* ticks until it goes off; 0: none */
} dec_clock;

static u32 dec_clock_get(u32 reg)
{
    return *dec_byte(DEC_RTC + 4 * reg);
}

static void dec_clock_set(u32 reg, u8 value)
{
    *dec_byte(DEC_RTC + 4 * reg) = value;
}

static u32 dec_clock_days(u32 year, u32 month, u32 day)
{
    static const u16 before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    u32 leap = year % 4 == 0 && month > 2;

    return (year - 1970) * 365 + (year - 1969) / 4 + before[(month - 1) % 12] + leap + day - 1;
}

static u32 dec_clock_calendar(void)
{
    u32 year = 2000 + dec_clock_get(DEC_CLOCK_REAL_YEAR) + dec_clock_get(DEC_CLOCK_YEAR) - 72;
    u32 days = dec_clock_days(year, dec_clock_get(DEC_CLOCK_MONTH), dec_clock_get(DEC_CLOCK_DAY));

    return days * 86400 + dec_clock_get(DEC_CLOCK_HOUR) * 3600 +
           dec_clock_get(DEC_CLOCK_MINUTE) * 60 + dec_clock_get(DEC_CLOCK_SECOND);
}

/* Read twice: not across the turn of a second. */
void dec_clock_init(void)
{
    do
        dec_clock.boot = dec_clock_calendar();
    while (dec_clock.boot != dec_clock_calendar());
    dec_clock_set(DEC_CLOCK_A, DEC_CLOCK_A_128HZ);
    dec_clock_set(DEC_CLOCK_B, DEC_CLOCK_B_TICKS);
}

void dec_clock_interrupt(void)
{
    dec_clock_get(DEC_CLOCK_C);
    dec_clock.ticks++;
    if (dec_clock.alarm && --dec_clock.alarm == 0)
        clock_alarm();
    sched_tick();
}

void board_tick_start(void)
{
}

bool board_has_clock(void)
{
    return true;
}

void board_time(u32 *seconds, u32 *nanoseconds)
{
    *seconds = dec_clock.boot + dec_clock.ticks / DEC_CLOCK_HZ;
    *nanoseconds = dec_clock.ticks % DEC_CLOCK_HZ * DEC_CLOCK_TICK_NS;
}

/* The tick under way does not count. */
void board_alarm(u32 microseconds)
{
    dec_clock.alarm = microseconds / (1000000u / DEC_CLOCK_HZ) + 2;
}
