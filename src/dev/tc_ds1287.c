/* SPDX-License-Identifier: ISC */
/*
 * The calendar is an offset to virtual time, as ns since the year 00; a leap year is one whose two
 * digits divide by four. While it is stopped (SET, or the divider held) its registers hold what is
 * written. An update takes no time. The flags in register C are found when somebody asks, or at an
 * event, which is armed only for what is enabled to interrupt.
 */
#include "dev/tc_ds1287.h"
#include "dev/tc_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define TC_DS1287_S       1000000000ull
#define TC_DS1287_DAY     86400u
#define TC_DS1287_DAYS    36525u /* in 100 years */
#define TC_DS1287_CENTURY (TC_DS1287_DAYS * TC_DS1287_DAY * TC_DS1287_S)
#define TC_DS1287_UIP_NS  244000u

enum {
    TC_DS1287_A = 10,
    TC_DS1287_B = 11,
    TC_DS1287_C = 12,
    TC_DS1287_D = 13,
    TC_DS1287_MEMORY = 14,
    TC_DS1287_DEC_YEAR = 0x3f,

    TC_DS1287_A_UIP = 0x80,
    TC_DS1287_A_ON = 0x20, /* of the divider's bits, 0x70 */

    TC_DS1287_B_SET = 0x80,
    TC_DS1287_B_BINARY = 0x04,
    TC_DS1287_B_24H = 0x02,

    /* in B what is enabled, in C what happened */
    TC_DS1287_PF = 0x40,
    TC_DS1287_AF = 0x20,
    TC_DS1287_UF = 0x10,
    TC_DS1287_FLAGS = TC_DS1287_PF | TC_DS1287_AF | TC_DS1287_UF,
    TC_DS1287_IRQF = 0x80,

    TC_DS1287_D_VRT = 0x80,
    TC_DS1287_ANY = 0xc0, /* an alarm byte from here on matches always */
    TC_DS1287_PM = 0x80,
};

/* Of the calendar, in the order of `held`. */
enum {
    TC_DS1287_SEC,
    TC_DS1287_MIN,
    TC_DS1287_HOUR,
    TC_DS1287_WEEKDAY,
    TC_DS1287_DATE,
    TC_DS1287_MONTH,
    TC_DS1287_YEAR,
    TC_DS1287_FIELDS,
};

struct tc_ds1287 {
    const struct dev_env *env;
    struct dev_line line;

    u8 a, b, flags;
    u8 alarm[3]; /* seconds, minutes, hours, as written */
    u8 ram[TC_DS1287_RAM];
    u8 weekday;                /* of the day that `offset` counts from, from 0 */
    u64 offset;                /* running: the time at cycle 0 */
    u8 held[TC_DS1287_FIELDS]; /* stopped: the calendar, binary, 24 hours */
    u32 fraction;              /* stopped: ns of the second that are over */
    u64 seen;                  /* the cycle up to which `flags` are complete */
    struct event next;
};

/* ---- the calendar ---- */

static const u8 tc_ds1287_month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static u32 tc_ds1287_days_in(u32 year, u32 month)
{
    return tc_ds1287_month_days[month] + (month == 1 && year % 4 == 0);
}

static u32 tc_ds1287_days_before(u32 year)
{
    return year * 365 + (year + 3) / 4;
}

static void tc_ds1287_split(const struct tc_ds1287 *r, u64 ns, u8 *f)
{
    u32 s = (u32)(ns / TC_DS1287_S % TC_DS1287_DAY);
    u64 all_days = ns / TC_DS1287_S / TC_DS1287_DAY;
    u32 days = (u32)(all_days % TC_DS1287_DAYS);
    u32 year = days * 4 / 1461, month = 0;
    f[TC_DS1287_WEEKDAY] = (u8)((all_days + r->weekday) % 7 + 1);
    days -= tc_ds1287_days_before(year);
    while (days >= tc_ds1287_days_in(year, month))
        days -= tc_ds1287_days_in(year, month++);
    f[TC_DS1287_SEC] = (u8)(s % 60);
    f[TC_DS1287_MIN] = (u8)(s / 60 % 60);
    f[TC_DS1287_HOUR] = (u8)(s / 3600);
    f[TC_DS1287_DATE] = (u8)(days + 1);
    f[TC_DS1287_MONTH] = (u8)(month + 1);
    f[TC_DS1287_YEAR] = (u8)year;
}

/* Whatever the fields hold. Sets the weekday, too. */
static u64 tc_ds1287_join(struct tc_ds1287 *r, const u8 *f)
{
    u32 year = f[TC_DS1287_YEAR] % 100, days = tc_ds1287_days_before(year);
    for (u32 month = 0; month + 1 < f[TC_DS1287_MONTH] && month < 11; month++)
        days += tc_ds1287_days_in(year, month);
    days = (days + (f[TC_DS1287_DATE] + 255u) % 256 % 31) % TC_DS1287_DAYS;
    r->weekday = (u8)((f[TC_DS1287_WEEKDAY] + 699u - days % 7) % 7);
    u64 s = f[TC_DS1287_HOUR] % 24 * 3600u + f[TC_DS1287_MIN] % 60 * 60u + f[TC_DS1287_SEC] % 60;
    return (days * (u64)TC_DS1287_DAY + s) * TC_DS1287_S;
}

/* ---- time ---- */

static bool tc_ds1287_divides(const struct tc_ds1287 *r)
{
    return (r->a & 0x70) == TC_DS1287_A_ON;
}

static bool tc_ds1287_runs(const struct tc_ds1287 *r)
{
    return tc_ds1287_divides(r) && !(r->b & TC_DS1287_B_SET);
}

/* While it runs; not modulo a century. */
static u64 tc_ds1287_ns(const struct tc_ds1287 *r, u64 cycle)
{
    return r->offset + clock_cycles_to_ns(r->env->clock, cycle);
}

static void tc_ds1287_fields_now(const struct tc_ds1287 *r, u8 *f)
{
    if (tc_ds1287_runs(r))
        tc_ds1287_split(r, tc_ds1287_ns(r, clock_now(r->env->clock)), f);
    else
        memcpy(f, r->held, TC_DS1287_FIELDS);
}

static void tc_ds1287_set_to(struct tc_ds1287 *r, u64 ns)
{
    u64 passed = clock_cycles_to_ns(r->env->clock, clock_now(r->env->clock)) % TC_DS1287_CENTURY;
    if (ns < passed) {
        ns += TC_DS1287_CENTURY;
        r->weekday = (u8)((r->weekday + 7 - TC_DS1287_DAYS % 7) % 7);
    }
    r->offset = (ns - passed) % TC_DS1287_CENTURY;
}

static void tc_ds1287_stop(struct tc_ds1287 *r)
{
    u64 ns = tc_ds1287_ns(r, clock_now(r->env->clock));
    tc_ds1287_split(r, ns, r->held);
    r->fraction = (u32)(ns % TC_DS1287_S);
    r->offset = 0;
}

static void tc_ds1287_start(struct tc_ds1287 *r)
{
    tc_ds1287_set_to(r, tc_ds1287_join(r, r->held) + r->fraction);
    memset(r->held, 0, sizeof r->held);
    r->fraction = 0;
}

/* A field is written; as the others stand now. */
static void tc_ds1287_set_field(struct tc_ds1287 *r, unsigned field, u8 val)
{
    u8 f[TC_DS1287_FIELDS];
    if (!tc_ds1287_runs(r)) {
        r->held[field] = val;
        return;
    }
    u64 ns = tc_ds1287_ns(r, clock_now(r->env->clock));
    tc_ds1287_split(r, ns, f);
    f[field] = val;
    tc_ds1287_set_to(r, tc_ds1287_join(r, f) + ns % TC_DS1287_S);
}

/* ---- flags ---- */

/* Periodic ticks a second; 0: none. */
static u32 tc_ds1287_rate(const struct tc_ds1287 *r)
{
    u32 rate = r->a & 15;
    if (!rate || !tc_ds1287_divides(r))
        return 0;
    return rate <= 2 ? 512u >> rate : 65536u >> rate;
}

static u64 tc_ds1287_ticks(const struct tc_ds1287 *r, u64 cycle)
{
    return (u64)((unsigned __int128)cycle * tc_ds1287_rate(r) / r->env->clock->hz);
}

static u8 tc_ds1287_code(const struct tc_ds1287 *r, u32 v)
{
    return (u8)(r->b & TC_DS1287_B_BINARY ? v : v / 10 * 16 + v % 10);
}

static u8 tc_ds1287_hour_code(const struct tc_ds1287 *r, u32 hour)
{
    if (r->b & TC_DS1287_B_24H)
        return tc_ds1287_code(r, hour);
    u8 code = tc_ds1287_code(r, hour % 12 ? hour % 12 : 12);
    return (u8)(code | (hour >= 12 ? TC_DS1287_PM : 0));
}

static bool tc_ds1287_fits(u8 alarm, u8 code)
{
    return alarm >= TC_DS1287_ANY || alarm == code;
}

/* The second of the alarm that follows `s`, both counted from some midnight; 0: none comes. */
static u64 tc_ds1287_next_alarm(const struct tc_ds1287 *r, u64 s)
{
    for (u64 t = s + 1, end = s + 2 * TC_DS1287_DAY; t < end;) {
        if (!tc_ds1287_fits(r->alarm[2], tc_ds1287_hour_code(r, (u32)(t / 3600 % 24))))
            t += 3600 - t % 3600;
        else if (!tc_ds1287_fits(r->alarm[1], tc_ds1287_code(r, (u32)(t / 60 % 60))))
            t += 60 - t % 60;
        else if (!tc_ds1287_fits(r->alarm[0], tc_ds1287_code(r, (u32)(t % 60))))
            t++;
        else
            return t;
    }
    return 0;
}

static void tc_ds1287_look(struct tc_ds1287 *r)
{
    u64 now = clock_now(r->env->clock);
    if (tc_ds1287_ticks(r, now) > tc_ds1287_ticks(r, r->seen))
        r->flags |= TC_DS1287_PF;
    if (tc_ds1287_runs(r)) {
        u64 before = tc_ds1287_ns(r, r->seen) / TC_DS1287_S;
        u64 s = tc_ds1287_ns(r, now) / TC_DS1287_S;
        u64 alarm = tc_ds1287_next_alarm(r, before);
        if (s > before)
            r->flags |= TC_DS1287_UF;
        if (alarm && alarm <= s)
            r->flags |= TC_DS1287_AF;
    }
    r->seen = now;
}

static u64 tc_ds1287_sooner(u64 a, u64 b)
{
    return a < b ? a : b;
}

static u64 tc_ds1287_cycle_of_second(const struct tc_ds1287 *r, u64 s)
{
    return clock_ns_to_cycles(r->env->clock, s * TC_DS1287_S - r->offset);
}

/* When the next of the interrupts comes that are enabled and did not come yet. */
static u64 tc_ds1287_next(const struct tc_ds1287 *r)
{
    u64 now = clock_now(r->env->clock), next = CLOCK_NEVER;
    u32 rate = tc_ds1287_rate(r);
    u8 wanted = r->b & ~r->flags;
    if (wanted & TC_DS1287_PF && rate) {
        unsigned __int128 tick = tc_ds1287_ticks(r, now) + 1;
        next = (u64)((tick * r->env->clock->hz + rate - 1) / rate);
    }
    if (!tc_ds1287_runs(r))
        return next;
    u64 s = tc_ds1287_ns(r, now) / TC_DS1287_S;
    if (wanted & TC_DS1287_UF)
        next = tc_ds1287_sooner(next, tc_ds1287_cycle_of_second(r, s + 1));
    u64 alarm = wanted & TC_DS1287_AF ? tc_ds1287_next_alarm(r, s) : 0;
    return alarm ? tc_ds1287_sooner(next, tc_ds1287_cycle_of_second(r, alarm)) : next;
}

static bool tc_ds1287_interrupts(const struct tc_ds1287 *r)
{
    return r->b & r->flags & TC_DS1287_FLAGS;
}

static void tc_ds1287_changed(struct tc_ds1287 *r)
{
    u64 next = tc_ds1287_next(r), now = clock_now(r->env->clock);
    dev_line_set(&r->line, tc_ds1287_interrupts(r));
    if (next == CLOCK_NEVER)
        dev_disarm(&r->next);
    else
        event_arm(&r->next, next > now ? next : now + 1);
}

static void tc_ds1287_due(void *ctx)
{
    struct tc_ds1287 *r = ctx;
    tc_ds1287_look(r);
    tc_ds1287_changed(r);
}

/* ---- registers ---- */

/* Which field of the calendar, or alarm, a register below A is: alarms are 1, 3 and 5. */
static unsigned tc_ds1287_field(unsigned reg)
{
    return reg < 6 ? reg / 2 : reg - 3;
}

static u8 tc_ds1287_read_calendar(const struct tc_ds1287 *r, unsigned reg)
{
    u8 f[TC_DS1287_FIELDS];
    unsigned field = tc_ds1287_field(reg);
    tc_ds1287_fields_now(r, f);
    return field == TC_DS1287_HOUR ? tc_ds1287_hour_code(r, f[field]) : tc_ds1287_code(r, f[field]);
}

static u8 tc_ds1287_read_a(const struct tc_ds1287 *r)
{
    u64 ns = tc_ds1287_ns(r, clock_now(r->env->clock));
    bool updating = tc_ds1287_runs(r) && ns % TC_DS1287_S >= TC_DS1287_S - TC_DS1287_UIP_NS;
    return r->a | (updating ? TC_DS1287_A_UIP : 0);
}

static u8 tc_ds1287_read_c(struct tc_ds1287 *r)
{
    tc_ds1287_look(r);
    u8 c = (u8)(r->flags | (tc_ds1287_interrupts(r) ? TC_DS1287_IRQF : 0));
    r->flags = 0;
    tc_ds1287_changed(r);
    return c;
}

static u8 tc_ds1287_get(struct tc_ds1287 *r, unsigned reg)
{
    switch (reg) {
    case TC_DS1287_A:
        return tc_ds1287_read_a(r);
    case TC_DS1287_B:
        return r->b;
    case TC_DS1287_C:
        return tc_ds1287_read_c(r);
    case TC_DS1287_D:
        return TC_DS1287_D_VRT;
    default:
        if (reg >= TC_DS1287_MEMORY)
            return r->ram[reg - TC_DS1287_MEMORY];
        return reg < 6 && reg & 1 ? r->alarm[reg / 2] : tc_ds1287_read_calendar(r, reg);
    }
}

static u8 tc_ds1287_value(const struct tc_ds1287 *r, u8 code)
{
    return (u8)(r->b & TC_DS1287_B_BINARY ? code : (code >> 4) * 10 + (code & 15));
}

static void tc_ds1287_write_calendar(struct tc_ds1287 *r, unsigned reg, u8 code)
{
    unsigned field = tc_ds1287_field(reg);
    u8 v = tc_ds1287_value(r, code);
    if (field == TC_DS1287_HOUR && !(r->b & TC_DS1287_B_24H)) {
        v = tc_ds1287_value(r, code & (u8)~TC_DS1287_PM);
        v = (u8)(v % 12 + (code & TC_DS1287_PM ? 12 : 0));
    }
    tc_ds1287_set_field(r, field, v);
}

/* A divider that was held begins with half a second. */
static void tc_ds1287_write_control(struct tc_ds1287 *r, u8 *reg, u8 val)
{
    bool ran = tc_ds1287_runs(r), divided = tc_ds1287_divides(r);
    if (ran)
        tc_ds1287_stop(r);
    *reg = val;
    if (!divided && tc_ds1287_divides(r))
        r->fraction = TC_DS1287_S / 2;
    if (tc_ds1287_runs(r))
        tc_ds1287_start(r);
}

static void tc_ds1287_put(struct tc_ds1287 *r, unsigned reg, u8 val)
{
    tc_ds1287_look(r);
    if (reg >= TC_DS1287_MEMORY)
        r->ram[reg - TC_DS1287_MEMORY] = val;
    else if (reg == TC_DS1287_A)
        tc_ds1287_write_control(r, &r->a, val & (u8)~TC_DS1287_A_UIP);
    else if (reg == TC_DS1287_B) /* SET takes the update interrupt with it */
        tc_ds1287_write_control(r, &r->b, val & TC_DS1287_B_SET ? val & (u8)~TC_DS1287_UF : val);
    else if (reg < 6 && reg & 1)
        r->alarm[reg / 2] = val;
    else if (reg < TC_DS1287_A)
        tc_ds1287_write_calendar(r, reg, val);
    tc_ds1287_changed(r);
}

/* The chip has 8 data lines. */
static bool tc_ds1287_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    struct tc_ds1287 *r = dev;
    (void)a;
    *val = off & 3 ? 0 : tc_ds1287_get(r, off / 4 % 64);
    return true;
}

static bool tc_ds1287_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_ds1287 *r = dev;
    (void)a;
    if (!(off & 3))
        tc_ds1287_put(r, off / 4 % 64, (u8)val);
    return true;
}

static const struct mem_ops tc_ds1287_ops = {.read = tc_ds1287_read, .write = tc_ds1287_write};

void tc_ds1287_map(struct tc_ds1287 *r, struct mem *m, gpa base)
{
    mem_add_mmio(m, base, MEM_PAGE, &tc_ds1287_ops, r);
}

void tc_ds1287_reset(struct tc_ds1287 *r)
{
    tc_ds1287_look(r);
    r->b &= (u8)~TC_DS1287_FLAGS;
    r->flags = 0;
    tc_ds1287_changed(r);
}

/* ---- state ---- */

static enum err tc_ds1287_check(const void *scratch, struct error *e)
{
    const struct tc_ds1287 *r = scratch;
    if (r->a & TC_DS1287_A_UIP || r->flags & ~TC_DS1287_FLAGS || r->weekday > 6 ||
        r->offset >= TC_DS1287_CENTURY || r->fraction >= TC_DS1287_S || r->seen > CLOCK_MAX)
        return err_set(e, ERR_FORMAT, "tc_ds1287: registers that cannot be so");
    return ERR_OK;
}

static void tc_ds1287_loaded(void *obj)
{
    struct tc_ds1287 *r = obj;
    event_loaded(&r->next);
    dev_line_set(&r->line, tc_ds1287_interrupts(r));
}

static const struct state_field tc_ds1287_fields[] = {
    STATE_FIELD(struct tc_ds1287, a, U8, 1),
    STATE_FIELD(struct tc_ds1287, b, U8, 1),
    STATE_FIELD(struct tc_ds1287, flags, U8, 1),
    STATE_FIELD(struct tc_ds1287, alarm, U8, 3),
    STATE_FIELD(struct tc_ds1287, ram, U8, TC_DS1287_RAM),
    STATE_FIELD(struct tc_ds1287, weekday, U8, 1),
    STATE_FIELD(struct tc_ds1287, offset, U64, 1),
    STATE_FIELD(struct tc_ds1287, held, U8, TC_DS1287_FIELDS),
    STATE_FIELD(struct tc_ds1287, fraction, U32, 1),
    STATE_FIELD(struct tc_ds1287, seen, U64, 1),
    DEV_STATE_EVENT(struct tc_ds1287, next),
};

static const struct state_desc tc_ds1287_state = {
    .name = "tc_ds1287",
    .version = 1,
    .nfields = ARRAY_LEN(tc_ds1287_fields),
    .size = sizeof(struct tc_ds1287),
    .fields = tc_ds1287_fields,
    .check = tc_ds1287_check,
    .loaded = tc_ds1287_loaded,
};

void tc_ds1287_add_state(struct tc_ds1287 *r, struct state_set *s)
{
    state_set_add(s, &tc_ds1287_state, 0, r);
}

/* ---- power-on ---- */

static bool tc_ds1287_is_leap(u32 year)
{
    return year % 4 == 0 && (year % 100 || year % 400 == 0);
}

/* The year register is that of the last such year before 1974 that has as many days. */
static void tc_ds1287_set_epoch(struct tc_ds1287 *r, u64 epoch_ns)
{
    u64 days = epoch_ns / TC_DS1287_S / TC_DS1287_DAY;
    u32 year = 1970;
    u32 weekday = (u32)((days + 4) % 7); /* 1970 began on a Thursday; Sunday is 0 */
    while (days >= 365u + tc_ds1287_is_leap(year))
        days -= 365u + tc_ds1287_is_leap(year++);
    u32 shown = tc_ds1287_is_leap(year) ? 72 : 73;
    u32 chip_days = tc_ds1287_days_before(shown) + (u32)days;
    r->ram[TC_DS1287_DEC_YEAR - TC_DS1287_MEMORY] = (u8)(year - 2000 + 72 - shown);
    r->weekday = (u8)((weekday + 7 - chip_days % 7) % 7);
    tc_ds1287_set_to(r, chip_days * (u64)TC_DS1287_DAY * TC_DS1287_S +
                            epoch_ns % (TC_DS1287_DAY * TC_DS1287_S));
}

struct tc_ds1287 *tc_ds1287_new(const struct dev_env *env, struct dev_line line, u64 epoch_ns)
{
    struct tc_ds1287 *r = xcalloc(1, sizeof *r);
    r->env = env;
    r->line = line;
    r->a = TC_DS1287_A_ON;
    r->b = TC_DS1287_B_BINARY | TC_DS1287_B_24H;
    event_init(&r->next, env->clock, tc_ds1287_due, r);
    tc_ds1287_set_epoch(r, epoch_ns);
    return r;
}

const u8 *tc_ds1287_memory(const struct tc_ds1287 *r)
{
    return r->ram;
}

void tc_ds1287_set_memory(struct tc_ds1287 *r, const u8 memory[TC_DS1287_RAM])
{
    u8 *year = &r->ram[TC_DS1287_DEC_YEAR - TC_DS1287_MEMORY], kept = *year;
    memcpy(r->ram, memory, sizeof r->ram);
    *year = kept;
}

void tc_ds1287_free(struct tc_ds1287 *r)
{
    free(r);
}
