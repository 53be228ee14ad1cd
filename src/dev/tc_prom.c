/* SPDX-License-Identifier: ISC */
/*
 * What the callbacks do. Pointers and texts come from a guest: only what lies in RAM, seen through
 * kseg0 or kseg1, is looked at, and only so much of it.
 */
#include "dev/tc_prom.h"
#include "dev/tc_int.h"
#include "lib/bits.h"
#include "lib/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TC_PROM_TEXT   4096u       /* characters of a text, and of what one call prints */
#define TC_PROM_SYSID  0x82020230u /* R3000, KN02 */
#define TC_PROM_TCINFO 0xbfc01200u
#define TC_PROM_ENV    0xbfc01300u
#define TC_PROM_SLOT0  0xbe000000u

struct tc_prom {
    const struct dev_env *env;
    struct mem *mem;
    u32 ram_size;
    struct tc_prom_host host;
    u32 arg[4], sp, result;
};

/* ---- the ROM ---- */

enum {
    TC_PROM_LOW = 64, /* entries of 8 bytes from its start: reset, exceptions, and where
                       * older machines have their callbacks */
    TC_PROM_LOW_COMMON = 0x400,
    TC_PROM_REX_COMMON = 0x440,
    TC_PROM_REX = 0x800, /* 8 bytes each */
    TC_PROM_NCALLBACKS = 54,

    TC_PROM_T0 = 8,
    TC_PROM_T1 = 9,
    TC_PROM_K0 = 26,
    TC_PROM_K1 = 27,
};

static u32 tc_prom_jump(u32 to)
{
    return 0x08000000u | ((0xbfc00000u + to) >> 2 & 0x03ffffff);
}

static u32 tc_prom_number(unsigned reg, u32 n) /* ori reg, $0, n */
{
    return 0x34000000u | reg << 16 | n;
}

static u32 tc_prom_lui(unsigned reg, u32 n)
{
    return 0x3c000000u | reg << 16 | n;
}

static u32 tc_prom_store(unsigned reg, unsigned base, u32 off)
{
    return 0xac000000u | base << 21 | reg << 16 | off;
}

static u32 tc_prom_fetch(unsigned reg, unsigned base, u32 off)
{
    return 0x8c000000u | base << 21 | reg << 16 | off;
}

static void tc_prom_words(u8 *at, const u32 *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        store_le32(at + 4 * i, words[i]);
}

static void tc_prom_fill_code(u8 *rom)
{
    const u32 low[] = {tc_prom_lui(TC_PROM_K0, 0xbfc8),
                       tc_prom_store(TC_PROM_K1, TC_PROM_K0, TC_PROM_ENTRY),
                       0x1000ffff /* here: b here */, 0};
    const u32 rex[] = {tc_prom_lui(TC_PROM_T1, 0xbfc8),
                       tc_prom_store(4, TC_PROM_T1, TC_PROM_ARG),
                       tc_prom_store(5, TC_PROM_T1, TC_PROM_ARG + 4),
                       tc_prom_store(6, TC_PROM_T1, TC_PROM_ARG + 8),
                       tc_prom_store(7, TC_PROM_T1, TC_PROM_ARG + 12),
                       tc_prom_store(29, TC_PROM_T1, TC_PROM_SP),
                       tc_prom_store(TC_PROM_T0, TC_PROM_T1, TC_PROM_CALL),
                       tc_prom_fetch(2, TC_PROM_T1, TC_PROM_RESULT),
                       0x03e00008 /* jr ra */,
                       0};
    tc_prom_words(rom + TC_PROM_LOW_COMMON, low, ARRAY_LEN(low));
    tc_prom_words(rom + TC_PROM_REX_COMMON, rex, ARRAY_LEN(rex));
    for (u32 i = 0; i < TC_PROM_LOW; i++)
        tc_prom_words(
            rom + 8 * i,
            (const u32[]){tc_prom_jump(TC_PROM_LOW_COMMON), tc_prom_number(TC_PROM_K1, i)}, 2);
    for (u32 i = 0; i < TC_PROM_NCALLBACKS; i++)
        tc_prom_words(
            rom + TC_PROM_REX + 8 * i,
            (const u32[]){tc_prom_jump(TC_PROM_REX_COMMON), tc_prom_number(TC_PROM_T0, 4 * i)}, 2);
}

static const char *const tc_prom_env[] = {"console=s", "osconsole=3", "haltaction=h"};

void tc_prom_fill(u8 rom[TC_PROM_SIZE])
{
    /* revision, ns a clock, MB a slot, time-out, DMA range, longest burst, parity */
    static const u32 tcinfo[] = {0, 40, 4, 10, 28, 128, 0, 0};
    u32 env = TC_PROM_ENV;
    tc_prom_fill_code(rom);
    for (u32 i = 0; i < TC_PROM_NCALLBACKS; i++)
        store_le32(rom + (TC_PROM_VECTOR & 0xffff) + 4 * i, 0xbfc00000u + TC_PROM_REX + 8 * i);
    tc_prom_words(rom + (TC_PROM_TCINFO & 0xffff), tcinfo, ARRAY_LEN(tcinfo));
    for (unsigned i = 0; i < ARRAY_LEN(tc_prom_env); i++) {
        memcpy(rom + (env & 0xffff), tc_prom_env[i], strlen(tc_prom_env[i]) + 1);
        env += (u32)strlen(tc_prom_env[i]) + 1;
    }
}

/* ---- the guest's memory ---- */

/* NULL: that is not n bytes of RAM or ROM in kseg0 or kseg1. */
static const u8 *tc_prom_at(const struct tc_prom *p, u32 va, u32 n)
{
    return va >> 30 == 2 ? mem_ram_ptr(p->mem, va & 0x1fffffff, n) : NULL;
}

static u8 tc_prom_byte(const struct tc_prom *p, u32 va)
{
    const u8 *at = tc_prom_at(p, va, 1);
    return at ? *at : 0;
}

/* ---- printing ---- */

struct tc_prom_print {
    const struct tc_prom *p;
    u32 args; /* taken so far, with the format */
    u32 left; /* characters that may still be printed */
};

/* After the fourth they lie on the stack. */
static u32 tc_prom_print_arg(struct tc_prom_print *t)
{
    u32 n = t->args++;
    if (n < ARRAY_LEN(t->p->arg))
        return t->p->arg[n];
    const u8 *at = tc_prom_at(t->p, t->p->sp + 4 * n, 4);
    return at ? load_le32(at) : 0;
}

static void tc_prom_print_char(struct tc_prom_print *t, u8 ch)
{
    if (!t->left)
        return;
    t->left--;
    t->p->env->stats->console_writes++;
    t->p->host.put(t->p->host.ctx, ch);
}

static void tc_prom_print_text(struct tc_prom_print *t, u32 va)
{
    for (u8 ch; t->left && (ch = tc_prom_byte(t->p, va)) != 0; va++)
        tc_prom_print_char(t, ch);
}

static u32 tc_prom_digits(char *digits, size_t size, char how, u32 v)
{
    switch (how) {
    case 'd':
        return (u32)snprintf(digits, size, "%d", (i32)v);
    case 'u':
        return (u32)snprintf(digits, size, "%u", v);
    case 'o':
        return (u32)snprintf(digits, size, "%o", v);
    default:
        return (u32)snprintf(digits, size, "%x", v);
    }
}

static void tc_prom_print_number(struct tc_prom_print *t, char how, char pad, u32 width)
{
    char digits[16];
    u32 n = tc_prom_digits(digits, sizeof digits, how, tc_prom_print_arg(t));
    for (; n < width; width--)
        tc_prom_print_char(t, (u8)pad);
    for (const char *d = digits; *d; d++)
        tc_prom_print_char(t, (u8)*d);
}

/* What follows a %; returns where the format goes on. */
static u32 tc_prom_print_one(struct tc_prom_print *t, u32 va)
{
    u32 width = 0;
    char pad = tc_prom_byte(t->p, va) == '0' ? '0' : ' ';
    u8 ch = tc_prom_byte(t->p, va);
    for (; (ch >= '0' && ch <= '9') || ch == '-' || ch == 'l'; ch = tc_prom_byte(t->p, ++va))
        if (ch >= '0' && ch <= '9')
            width = (width * 10 + ch - '0') % 100;
    switch (ch) {
    case 's':
        tc_prom_print_text(t, tc_prom_print_arg(t));
        break;
    case 'c':
        tc_prom_print_char(t, (u8)tc_prom_print_arg(t));
        break;
    case 'd':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        tc_prom_print_number(t, (char)ch, pad, width);
        break;
    case 0:
        return va;
    default:
        tc_prom_print_char(t, ch);
    }
    return va + 1;
}

static u32 tc_prom_do_printf(struct tc_prom *p)
{
    struct tc_prom_print t = {.p = p, .args = 1, .left = TC_PROM_TEXT};
    u32 va = p->arg[0];
    for (u32 i = 0; i < TC_PROM_TEXT && t.left; i++) {
        u8 ch = tc_prom_byte(p, va++);
        if (!ch)
            break;
        if (ch == '%')
            va = tc_prom_print_one(&t, va);
        else
            tc_prom_print_char(&t, ch);
    }
    return TC_PROM_TEXT - t.left;
}

static u32 tc_prom_do_puts(struct tc_prom *p)
{
    struct tc_prom_print t = {.p = p, .left = TC_PROM_TEXT};
    tc_prom_print_text(&t, p->arg[0]);
    return 0;
}

/* ---- the other callbacks ---- */

static u32 tc_prom_do_nothing(struct tc_prom *p)
{
    (void)p;
    return 0;
}

/* Nothing is typed to the PROM: a kernel has its own driver by then. */
static u32 tc_prom_do_getchar(struct tc_prom *p)
{
    (void)p;
    return ~0u;
}

static u32 tc_prom_do_getsysid(struct tc_prom *p)
{
    (void)p;
    return TC_PROM_SYSID;
}

static u32 tc_prom_do_gettcinfo(struct tc_prom *p)
{
    (void)p;
    return TC_PROM_TCINFO;
}

static u32 tc_prom_do_slot_address(struct tc_prom *p)
{
    return TC_PROM_SLOT0 + p->arg[0] % 8 * 0x400000u;
}

static bool tc_prom_is_name(const struct tc_prom *p, const char *name, size_t len)
{
    for (u32 i = 0; i < len; i++)
        if (tc_prom_byte(p, p->arg[0] + i) != (u8)name[i])
            return false;
    return !tc_prom_byte(p, p->arg[0] + (u32)len);
}

static u32 tc_prom_do_getenv(struct tc_prom *p)
{
    u32 at = TC_PROM_ENV;
    for (unsigned i = 0; i < ARRAY_LEN(tc_prom_env); i++) {
        const char *text = tc_prom_env[i];
        size_t len = strcspn(text, "=");
        if (tc_prom_is_name(p, text, len))
            return at + (u32)len + 1;
        at += (u32)strlen(text) + 1;
    }
    return 0;
}

static bool tc_prom_write(struct tc_prom *p, u32 va, unsigned size, u32 val)
{
    struct mem_access a = {.size = (u8)size};
    return tc_prom_at(p, va, size) && mem_write(p->mem, a, false, va & 0x1fffffff, val);
}

/* The size of a page, then a bit for each page of RAM. The number of bytes that have these. */
static u32 tc_prom_do_getbitmap(struct tc_prom *p)
{
    u32 pages = p->ram_size / MEM_PAGE, n = (pages + 7) / 8, va = p->arg[0];
    if (va & 3 || !tc_prom_write(p, va, 4, MEM_PAGE))
        return 0;
    for (u32 i = 0; i < n; i++) {
        u32 here = pages - 8 * i;
        if (!tc_prom_write(p, va + 4 + i, 1, here >= 8 ? 0xff : (1u << here) - 1))
            return i;
    }
    return n;
}

static u32 tc_prom_do_halt(struct tc_prom *p)
{
    p->host.power_off(p->host.ctx, 0);
    return 0;
}

/* ---- the gate ---- */

static void tc_prom_call(struct tc_prom *p, u32 offset)
{
    switch (offset) {
#define CALLBACK(at, name)                                                                         \
    case at:                                                                                       \
        p->result = tc_prom_do_##name(p);                                                          \
        return;
#include "dev/tc_prom.def"
#undef CALLBACK
    default:
        p->result = ~0u;
        dev_odd(p->env, "PROM: a callback that is not there");
    }
}

static void tc_prom_entered(struct tc_prom *p, u32 entry)
{
    if (entry == 0) /* so do halt, reboot and power-off of Linux */
        p->host.power_off(p->host.ctx, 0);
    else if (entry == 0x100 / 8 || entry == 0x180 / 8)
        dev_wrong(p->env, "PROM: an exception while the vectors are still the PROM's (Status.BEV): "
                          "the kernel crashed before it set up its own");
    else
        dev_wrong(p->env, "PROM: the kernel calls the PROM of a DECstation 2100, 3100 or 5100 "
                          "(KN01, KN230); this is a DECstation 5000/200 (KN02), and 's161' is the "
                          "only other machine there is");
}

static bool tc_prom_gate_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    const struct tc_prom *p = dev;
    (void)a;
    switch (off & ~3u) {
    case TC_PROM_RESULT:
        *val = p->result;
        break;
    case TC_PROM_SP:
        *val = p->sp;
        break;
    default:
        *val = off < sizeof p->arg ? p->arg[off / 4] : 0;
    }
    *val = tc_lane(*val, off);
    return true;
}

static bool tc_prom_gate_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_prom *p = dev;
    if (a.size != 4)
        return true;
    switch (off) {
    case TC_PROM_SP:
        p->sp = val;
        break;
    case TC_PROM_CALL:
        tc_prom_call(p, val);
        break;
    case TC_PROM_ENTRY:
        tc_prom_entered(p, val);
        break;
    case TC_PROM_POWER:
        p->host.power_off(p->host.ctx, val);
        break;
    default:
        if (off < sizeof p->arg)
            p->arg[off / 4] = val;
    }
    return true;
}

static const struct mem_ops tc_prom_ops = {.read = tc_prom_gate_read, .write = tc_prom_gate_write};

void tc_prom_map(struct tc_prom *p, gpa gate)
{
    mem_add_mmio(p->mem, gate, MEM_PAGE, &tc_prom_ops, p);
}

void tc_prom_reset(struct tc_prom *p)
{
    memset(p->arg, 0, sizeof p->arg);
    p->sp = p->result = 0;
}

/* Any values are possible: no check. */
static const struct state_field tc_prom_fields[] = {
    STATE_FIELD(struct tc_prom, arg, U32, 4),
    STATE_FIELD(struct tc_prom, sp, U32, 1),
    STATE_FIELD(struct tc_prom, result, U32, 1),
};

static const struct state_desc tc_prom_state = {
    .name = "tc_prom",
    .version = 1,
    .nfields = ARRAY_LEN(tc_prom_fields),
    .size = sizeof(struct tc_prom),
    .fields = tc_prom_fields,
};

void tc_prom_add_state(struct tc_prom *p, struct state_set *s)
{
    state_set_add(s, &tc_prom_state, 0, p);
}

struct tc_prom *tc_prom_new(const struct dev_env *env, struct mem *mem, u32 ram_size,
                            const struct tc_prom_host *host)
{
    struct tc_prom *p = xcalloc(1, sizeof *p);
    p->env = env;
    p->mem = mem;
    p->ram_size = ram_size;
    p->host = *host;
    return p;
}

void tc_prom_free(struct tc_prom *p)
{
    free(p);
}
