/* SPDX-License-Identifier: ISC */
/*
 * Registers are 16 bits wide, 8 bytes apart. The scanner offers one line at a time for sending:
 * TRDY, and its number in TLINE. A character takes the same time on every line, whatever its
 * parameters say: there is no wire whose speed could matter, and guests wait for each.
 */
#include "dev/tc_dz.h"
#include "dev/tc_int.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define TC_DZ_CHAR_NS 10000u
#define TC_DZ_SILO    64u

enum {
    TC_DZ_CSR = 0x00,
    TC_DZ_RBUF = 0x08, /* written: LPR */
    TC_DZ_TCR = 0x10,
    TC_DZ_MSR = 0x18, /* written: TDR */
};

enum {
    TC_DZ_MAINT = 0x0008,
    TC_DZ_CLR = 0x0010,
    TC_DZ_MSE = 0x0020,
    TC_DZ_RIE = 0x0040,
    TC_DZ_RDONE = 0x0080,
    TC_DZ_TLINE = 0x0300,
    TC_DZ_TIE = 0x4000,
    TC_DZ_TRDY = 0x8000,
    TC_DZ_CSR_WRITABLE = TC_DZ_MAINT | TC_DZ_MSE | TC_DZ_RIE | TC_DZ_TIE,

    TC_DZ_DVAL = 0x8000,
    TC_DZ_OERR = 0x4000,

    TC_DZ_LPR_RXENAB = 0x1000,
    TC_DZ_LPR_BITS = 0x1ff8,
    TC_DZ_TCR_BITS = 0x0f0f, /* lines, modem signals */
};

struct tc_dz {
    const struct dev_env *env;
    struct dev_line line;
    struct io_console console[TC_DZ_LINES];

    u16 csr; /* what can be written, TRDY and TLINE */
    u16 tcr;
    u16 lpr[TC_DZ_LINES];
    u16 silo[TC_DZ_SILO]; /* from the oldest on, as RBUF shows them */
    u32 nsilo;
    bool overrun;
    u8 sending[TC_DZ_LINES];
    struct event sent[TC_DZ_LINES]; /* armed: the line is sending */
    struct tc_dz_end {
        struct tc_dz *z;
        unsigned line;
    } end[TC_DZ_LINES];
};

static bool tc_dz_offers(const struct tc_dz *z, unsigned line)
{
    return (z->tcr & 1u << line) && !z->sent[line].armed;
}

static unsigned tc_dz_tline(const struct tc_dz *z)
{
    return (z->csr & TC_DZ_TLINE) >> 8;
}

/* What is offered stays so until it is taken or its line is switched off. */
static void tc_dz_scan(struct tc_dz *z)
{
    unsigned last = tc_dz_tline(z);
    if ((z->csr & TC_DZ_TRDY) && (z->csr & TC_DZ_MSE) && tc_dz_offers(z, last))
        return;
    z->csr &= (u16)~TC_DZ_TRDY;
    for (unsigned i = 1; i <= TC_DZ_LINES && (z->csr & TC_DZ_MSE); i++) {
        unsigned line = (last + i) % TC_DZ_LINES;
        if (!tc_dz_offers(z, line))
            continue;
        z->csr = (u16)((z->csr & ~TC_DZ_TLINE) | TC_DZ_TRDY | line << 8);
        return;
    }
}

static bool tc_dz_received(const struct tc_dz *z)
{
    return z->nsilo && (z->csr & TC_DZ_MSE);
}

static void tc_dz_drive(const struct tc_dz *z)
{
    bool tx = (z->csr & TC_DZ_TRDY) && (z->csr & TC_DZ_TIE);
    bool rx = tc_dz_received(z) && (z->csr & TC_DZ_RIE);
    dev_line_set(&z->line, tx || rx);
}

static void tc_dz_changed(struct tc_dz *z)
{
    tc_dz_scan(z);
    tc_dz_drive(z);
}

/* ---- receiving ---- */

bool tc_dz_input_room(const struct tc_dz *z, unsigned line)
{
    return (z->csr & TC_DZ_MSE) && (z->lpr[line] & TC_DZ_LPR_RXENAB) && z->nsilo < TC_DZ_SILO;
}

static void tc_dz_receive(struct tc_dz *z, unsigned line, u8 ch)
{
    if (!tc_dz_input_room(z, line)) {
        z->overrun |= z->nsilo == TC_DZ_SILO;
        return;
    }
    z->silo[z->nsilo++] = (u16)(TC_DZ_DVAL | (z->overrun ? TC_DZ_OERR : 0) | line << 8 | ch);
    z->overrun = false;
    tc_dz_changed(z);
}

void tc_dz_input(struct tc_dz *z, unsigned line, u8 ch)
{
    if (line >= TC_DZ_LINES)
        return;
    z->env->stats->console_reads++;
    tc_dz_receive(z, line, ch);
}

static u32 tc_dz_take(struct tc_dz *z)
{
    if (!tc_dz_received(z))
        return 0;
    u32 first = z->silo[0];
    memmove(&z->silo[0], &z->silo[1], --z->nsilo * sizeof z->silo[0]);
    z->silo[z->nsilo] = 0;
    tc_dz_changed(z);
    return first;
}

/* ---- sending ---- */

static void tc_dz_sent(void *ctx)
{
    const struct tc_dz_end *end = ctx;
    struct tc_dz *z = end->z;
    if (z->csr & TC_DZ_MAINT)
        tc_dz_receive(z, end->line, z->sending[end->line]);
    z->sending[end->line] = 0;
    tc_dz_changed(z);
}

static void tc_dz_send(struct tc_dz *z, u8 ch)
{
    unsigned line = tc_dz_tline(z);
    const struct io_console *c = &z->console[line];
    if (!(z->csr & TC_DZ_TRDY)) {
        dev_odd(z->env, "DZ: a character written while no line was ready for one");
        return;
    }
    z->sending[line] = ch;
    event_arm_after(&z->sent[line], TC_DZ_CHAR_NS);
    if (!(z->csr & TC_DZ_MAINT) && c->put) {
        z->env->stats->console_writes++;
        c->put(c->ctx, ch);
    }
    tc_dz_changed(z);
}

/* ---- registers ---- */

static bool tc_dz_read(void *dev, struct mem_access a, u32 off, u32 *val)
{
    struct tc_dz *z = dev;
    (void)a;
    switch (off & 0x1c) {
    case TC_DZ_CSR:
        *val = z->csr | (tc_dz_received(z) ? TC_DZ_RDONE : 0u);
        break;
    case TC_DZ_RBUF:
        *val = tc_dz_take(z);
        break;
    case TC_DZ_TCR:
        *val = z->tcr;
        break;
    default: /* MSR: no modem has anything to say */
        *val = 0;
    }
    *val = tc_lane(*val, off);
    return true;
}

static void tc_dz_clear(struct tc_dz *z)
{
    z->csr = 0;
    z->tcr = 0;
    z->nsilo = 0;
    z->overrun = false;
    memset(z->silo, 0, sizeof z->silo);
    memset(z->lpr, 0, sizeof z->lpr);
    memset(z->sending, 0, sizeof z->sending);
    for (unsigned i = 0; i < TC_DZ_LINES; i++)
        dev_disarm(&z->sent[i]);
}

static void tc_dz_write_csr(struct tc_dz *z, u32 val)
{
    if (val & TC_DZ_CLR)
        tc_dz_clear(z);
    else
        z->csr = (u16)((z->csr & ~TC_DZ_CSR_WRITABLE) | (val & TC_DZ_CSR_WRITABLE));
}

static bool tc_dz_write(void *dev, struct mem_access a, u32 off, u32 val)
{
    struct tc_dz *z = dev;
    u32 reg = off & 0x1c, lane = off & 3;
    switch (reg) {
    case TC_DZ_CSR:
        tc_dz_write_csr(z, tc_merge(z->csr, 0, lane, a.size, val));
        break;
    case TC_DZ_RBUF:
        val = tc_merge(0, 0, lane, a.size, val);
        z->lpr[val % TC_DZ_LINES] = (u16)(val & TC_DZ_LPR_BITS);
        break;
    case TC_DZ_TCR:
        z->tcr = (u16)(tc_merge(z->tcr, 0, lane, a.size, val) & TC_DZ_TCR_BITS);
        break;
    case TC_DZ_MSR: /* the high byte sends breaks, which nobody would notice */
        if (lane == 0)
            tc_dz_send(z, (u8)val);
        break;
    default:
        break;
    }
    tc_dz_changed(z);
    return true;
}

static const struct mem_ops tc_dz_ops = {.read = tc_dz_read, .write = tc_dz_write};

void tc_dz_map(struct tc_dz *z, struct mem *m, gpa base)
{
    mem_add_mmio(m, base, MEM_PAGE, &tc_dz_ops, z);
}

void tc_dz_reset(struct tc_dz *z)
{
    tc_dz_clear(z);
    tc_dz_drive(z);
}

/* ---- state ---- */

static enum err tc_dz_check(const void *scratch, struct error *e)
{
    const struct tc_dz *z = scratch;
    const u16 csr = TC_DZ_CSR_WRITABLE | TC_DZ_TRDY | TC_DZ_TLINE;
    bool good = !(z->csr & ~csr) && !(z->tcr & ~TC_DZ_TCR_BITS) && z->nsilo <= TC_DZ_SILO;
    for (unsigned i = 0; i < TC_DZ_LINES; i++)
        good &= !(z->lpr[i] & ~TC_DZ_LPR_BITS);
    return good ? ERR_OK : err_set(e, ERR_FORMAT, "tc_dz: registers that cannot be so");
}

static void tc_dz_loaded(void *obj)
{
    struct tc_dz *z = obj;
    for (unsigned i = 0; i < TC_DZ_LINES; i++)
        event_loaded(&z->sent[i]);
    tc_dz_drive(z);
}

static const struct state_field tc_dz_fields[] = {
    STATE_FIELD(struct tc_dz, csr, U16, 1),
    STATE_FIELD(struct tc_dz, tcr, U16, 1),
    STATE_FIELD(struct tc_dz, lpr, U16, TC_DZ_LINES),
    STATE_FIELD(struct tc_dz, silo, U16, TC_DZ_SILO),
    STATE_FIELD(struct tc_dz, nsilo, U32, 1),
    STATE_FIELD(struct tc_dz, overrun, BOOL, 1),
    STATE_FIELD(struct tc_dz, sending, U8, TC_DZ_LINES),
    DEV_STATE_EVENT(struct tc_dz, sent[0]),
    DEV_STATE_EVENT(struct tc_dz, sent[1]),
    DEV_STATE_EVENT(struct tc_dz, sent[2]),
    DEV_STATE_EVENT(struct tc_dz, sent[3]),
};

static const struct state_desc tc_dz_state = {
    .name = "tc_dz",
    .version = 1,
    .nfields = ARRAY_LEN(tc_dz_fields),
    .size = sizeof(struct tc_dz),
    .fields = tc_dz_fields,
    .check = tc_dz_check,
    .loaded = tc_dz_loaded,
};

void tc_dz_add_state(struct tc_dz *z, struct state_set *s)
{
    state_set_add(s, &tc_dz_state, 0, z);
}

struct tc_dz *tc_dz_new(const struct dev_env *env, struct dev_line line,
                        const struct io_console console[TC_DZ_LINES])
{
    struct tc_dz *z = xcalloc(1, sizeof *z);
    z->env = env;
    z->line = line;
    for (unsigned i = 0; i < TC_DZ_LINES; i++) {
        z->console[i] = console[i];
        z->end[i] = (struct tc_dz_end){.z = z, .line = i};
        event_init(&z->sent[i], env->clock, tc_dz_sent, &z->end[i]);
    }
    return z;
}

void tc_dz_free(struct tc_dz *z)
{
    free(z);
}
