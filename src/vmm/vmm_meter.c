/* SPDX-License-Identifier: ISC */
/*
 * The protocol is version 2 of System/161's: lines that end with CR LF. To the client: HELLO, HEAD,
 * WIDTH, then DATA at once and after each interval, and BAD for what was not understood. From it:
 * INTERVAL and nanoseconds, in any case and base, which counts from the report that is already due.
 * There is no OK, because the original never sends it, whatever its document says.
 *
 * A report is never waited for: while a client has not read the last ones, it misses some. The
 * counters are totals, so nothing is lost but detail. One that does not even read the answers to
 * what it says is dropped.
 */
#include "vmm/vmm_meter.h"
#include "lib/bug.h"
#include "machine/machine_counts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VMM_METER_GREETING                                                                         \
    "HELLO 2\r\n"                                                                                  \
    "HEAD nsec kinsns uinsns udud idle irqs exns disk con emu net\r\n"                             \
    "WIDTH 11 9 9 4 9 4 4 4 5 4 4\r\n"

#define VMM_METER_WORDS   8
#define VMM_METER_BACKLOG KIB(32) /* unread: reports are left out */
#define VMM_METER_MAX_OUT KIB(64) /* unread: dropped */
#define VMM_METER_LAG_NS  10000000u

struct vmm_meter_client {
    struct vmm_meter *meter;
    struct host_conn conn;
    u64 interval; /* ns */
    u64 due;      /* cycle of the next report */
    char line[VMM_METER_LINE];
    size_t len;
    bool too_long; /* the rest of this line is not looked at */
};

/* ---- reports ---- */

static void vmm_meter_report(struct vmm_meter_client *c)
{
    const struct machine *m = c->meter->m;
    const struct dev_stats *d = &m->stats;
    struct machine_counts n;
    char line[320];
    machine_count(m, &n);
    int len = snprintf(
        line, sizeof line, "DATA %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu\r\n",
        (unsigned long long)n.ns, (unsigned long long)n.kernel, (unsigned long long)n.user,
        (unsigned long long)n.user_undone, (unsigned long long)n.idle, (unsigned long long)n.irqs,
        (unsigned long long)n.exceptions, (unsigned long long)(d->disk_reads + d->disk_writes),
        (unsigned long long)(d->console_reads + d->console_writes),
        (unsigned long long)(d->emufs_reads + d->emufs_writes + d->emufs_others),
        (unsigned long long)(d->net_reads + d->net_writes));
    host_conn_send(&c->conn, line, (size_t)len);
}

/* A report; the next is due an interval after the time of this one, even if it came late. */
static void vmm_meter_tick(struct vmm_meter_client *c)
{
    const struct clock *clock = &c->meter->m->clock;
    bool lags = c->conn.out.len > VMM_METER_BACKLOG;
    if (!lags)
        vmm_meter_report(c);
    u64 ns = lags && c->interval < VMM_METER_LAG_NS ? VMM_METER_LAG_NS : c->interval;
    u64 cycles = clock_ns_to_cycles(clock, ns), now = clock_now(clock);
    c->due += cycles;
    if (c->due <= now)
        c->due = now + cycles;
}

static void vmm_meter_next(struct vmm_meter *meter)
{
    meter->observer.at = CLOCK_NEVER;
    for (unsigned i = 0; i < VMM_METER_CLIENTS; i++) {
        const struct vmm_meter_client *c = meter->client[i];
        if (c && c->due < meter->observer.at)
            meter->observer.at = c->due;
    }
}

static void vmm_meter_look(void *ctx)
{
    struct vmm_meter *meter = ctx;
    u64 now = clock_now(&meter->m->clock);
    for (unsigned i = 0; i < VMM_METER_CLIENTS; i++) {
        struct vmm_meter_client *c = meter->client[i];
        if (c && c->due <= now)
            vmm_meter_tick(c);
    }
    vmm_meter_next(meter);
}

/* ---- commands ---- */

const char *vmm_meter_command(char *line, u64 *interval_ns)
{
    char *word[VMM_METER_WORDS], *save, *end;
    unsigned n = 0;
    for (char *w = strtok_r(line, " \t\r\n", &save); w; w = strtok_r(NULL, " \t\r\n", &save)) {
        if (n == VMM_METER_WORDS)
            return "Too many words in command";
        word[n++] = w;
    }
    if (n == 0)
        return NULL;
    if (n != 2 || strcasecmp(word[0], "interval") != 0)
        return "Invalid command";
    errno = 0;
    u64 ns = strtoull(word[1], &end, 0);
    if (errno || *end)
        return "Invalid number";
    if (ns < VMM_METER_MIN_NS)
        return "Interval too small";
    if (ns > VMM_METER_MAX_NS)
        return "Interval too large";
    *interval_ns = ns;
    return NULL;
}

static void vmm_meter_bad(struct vmm_meter_client *c, const char *what)
{
    char answer[64];
    int len = snprintf(answer, sizeof answer, "BAD %s\r\n", what);
    host_conn_send(&c->conn, answer, (size_t)len);
}

static void vmm_meter_end_of_line(struct vmm_meter_client *c)
{
    c->line[c->len] = 0;
    const char *wrong = c->too_long ? NULL : vmm_meter_command(c->line, &c->interval);
    if (wrong)
        vmm_meter_bad(c, wrong);
    c->len = 0;
    c->too_long = false;
}

static void vmm_meter_received(void *ctx, const u8 *data, size_t len)
{
    struct vmm_meter_client *c = ctx;
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n') {
            vmm_meter_end_of_line(c);
        } else if (c->len < sizeof c->line - 1) {
            c->line[c->len++] = (char)data[i];
        } else if (!c->too_long) {
            c->too_long = true;
            vmm_meter_bad(c, "Input overflow");
        }
    }
}

/* ---- clients ---- */

static bool vmm_meter_is_idle(const struct vmm_meter *meter)
{
    for (unsigned i = 0; i < VMM_METER_CLIENTS; i++)
        if (meter->client[i])
            return false;
    return true;
}

static void vmm_meter_drop(struct vmm_meter_client *c)
{
    struct vmm_meter *meter = c->meter;
    for (unsigned i = 0; i < VMM_METER_CLIENTS; i++)
        if (meter->client[i] == c)
            meter->client[i] = NULL;
    host_conn_close(&c->conn);
    free(c);
    vmm_meter_next(meter);
    if (vmm_meter_is_idle(meter))
        machine_ignore(meter->m, &meter->observer);
}

static void vmm_meter_closed(void *ctx)
{
    vmm_meter_drop(ctx);
}

static void vmm_meter_refuse(struct vmm_meter *meter, int fd)
{
    static const char full[] = "ERROR there are too many clients\r\n";
    struct host_conn conn = {.max_out = sizeof full};
    host_conn_open(&conn, meter->poll, fd);
    host_conn_send(&conn, full, sizeof full - 1);
    host_conn_close(&conn);
}

void vmm_meter_add(struct vmm_meter *meter, int fd)
{
    unsigned i = 0;
    while (i < VMM_METER_CLIENTS && meter->client[i])
        i++;
    if (i == VMM_METER_CLIENTS) {
        vmm_meter_refuse(meter, fd);
        return;
    }
    if (vmm_meter_is_idle(meter))
        machine_observe(meter->m, &meter->observer);
    struct vmm_meter_client *c = xcalloc(1, sizeof *c);
    *c = (struct vmm_meter_client){.meter = meter,
                                   .conn = {.max_out = VMM_METER_MAX_OUT,
                                            .received = vmm_meter_received,
                                            .closed = vmm_meter_closed,
                                            .ctx = c},
                                   .interval = VMM_METER_DEFAULT_NS,
                                   .due = clock_now(&meter->m->clock)};
    meter->client[i] = c;
    host_conn_open(&c->conn, meter->poll, fd);
    host_conn_send(&c->conn, VMM_METER_GREETING, sizeof VMM_METER_GREETING - 1);
    vmm_meter_tick(c);
    vmm_meter_next(meter);
}

static void vmm_meter_accepted(void *ctx, int fd)
{
    vmm_meter_add(ctx, fd);
}

/* ---- the whole ---- */

void vmm_meter_init(struct vmm_meter *meter, struct machine *m, struct host_poll *p)
{
    *meter = (struct vmm_meter){
        .m = m, .poll = p, .observer = {.at = CLOCK_NEVER, .look = vmm_meter_look, .ctx = meter}};
}

enum err vmm_meter_listen(struct vmm_meter *meter, const char *address, struct error *e)
{
    return host_listen(&meter->listener, meter->poll, address, vmm_meter_accepted, meter, e);
}

void vmm_meter_fini(struct vmm_meter *meter)
{
    if (!meter->m)
        return;
    for (unsigned i = 0; i < VMM_METER_CLIENTS; i++)
        if (meter->client[i])
            vmm_meter_drop(meter->client[i]);
    host_listener_close(&meter->listener);
    *meter = (struct vmm_meter){0};
}
