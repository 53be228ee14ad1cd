/* SPDX-License-Identifier: ISC */
/*
 * The counters of a running machine: kuseg stat, and stat161 by the command line, the waiting and
 * the exit codes (3 for wrong usage, 1 for a wrong interval) of System/161 2.0.8's.
 */
#include "cmd/cmd.h"

#include "cmd/cmd_options.h"
#include "cmd/stat_table.h"
#include "host/host_socket.h"
#include "lib/log.h"
#include "vmm/vmm_meter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CMD_STAT_SECOND 1000000000u

enum cmd_stat161_exit {
    CMD_STAT161_FAILED = 1,
    CMD_STAT161_USAGE = 3,
};

struct cmd_stat {
    struct stat_table table;
    struct host_poll poll;
    struct host_conn conn;
};

/* ---- one connection ---- */

static void cmd_stat_received(void *ctx, const u8 *data, size_t len)
{
    struct cmd_stat *s = ctx;
    stat_table_received(&s->table, data, len);
}

static void cmd_stat_closed(void *ctx)
{
    (void)ctx;
}

static bool cmd_stat_goes_on(const struct cmd_stat *s)
{
    return host_conn_is_open(&s->conn) && !stat_table_is_done(&s->table) && !ferror(s->table.out);
}

/* Until the meter goes. */
static void cmd_stat_follow(struct cmd_stat *s, int fd, u64 interval_ns)
{
    char command[64];
    s->conn = (struct host_conn){.max_out = sizeof command,
                                 .received = cmd_stat_received,
                                 .closed = cmd_stat_closed,
                                 .ctx = s};
    stat_table_reset(&s->table);
    host_conn_open(&s->conn, &s->poll, fd);
    int len =
        snprintf(command, sizeof command, "INTERVAL %llu\r\n", (unsigned long long)interval_ns);
    host_conn_send(&s->conn, command, (size_t)len);
    while (cmd_stat_goes_on(s))
        host_poll_wait(&s->poll, -1, ~0ull);
    host_conn_close(&s->conn);
}

/* ---- kuseg stat ---- */

struct cmd_stat_args {
    u64 interval, rows;
    bool json, help;
};

#define CMD_STAT_AT(member) offsetof(struct cmd_stat_args, member)

static const struct cmd_option cmd_stat_table[] = {
    {"interval", 'i', CMD_TIME, CMD_STAT_AT(interval), "TIME", NULL, VMM_METER_MIN_NS,
     VMM_METER_MAX_NS, "virtual time between two lines, 10us to 2s (default 200ms)"},
    {"count", 'n', CMD_NUMBER, CMD_STAT_AT(rows), "N", NULL, 1, UINT32_MAX,
     "end after so many lines"},
    {"json", 0, CMD_FLAG, CMD_STAT_AT(json), NULL, NULL, 0, 0,
     "a JSON object a line, of totals since power-on"},
    {"help", 'h', CMD_FLAG, CMD_STAT_AT(help), NULL, NULL, 0, 0, "print this"},
};

static int cmd_stat_help(void)
{
    puts("usage: kuseg stat [options] [ADDRESS]\n"
         "\n"
         "Prints how the counters of a running machine rise. ADDRESS is what that machine was\n"
         "given with --meter; default " VMM_METER_SOCKET ", where sys161 has it.\n"
         "\n"
         "options:");
    cmd_options_help(stdout, cmd_stat_table, ARRAY_LEN(cmd_stat_table));
    return CMD_OK;
}

static int cmd_stat_at(const struct cmd_stat_args *a, const char *address, struct error *e)
{
    struct cmd_stat s = {
        .table = {.program = "kuseg stat",
                  .out = stdout,
                  .err = stderr,
                  .json = a->json,
                  .max_rows = a->rows},
    };
    int fd = host_connect(address, e);
    if (fd < 0) {
        log_error("%s", e->msg);
        return CMD_USAGE;
    }
    cmd_stat_follow(&s, fd, a->interval);
    host_poll_fini(&s.poll);
    return s.table.wrong_version || ferror(stdout) ? CMD_USAGE : CMD_OK;
}

int cmd_stat(int argc, char **argv)
{
    struct cmd_stat_args a = {.interval = VMM_METER_DEFAULT_NS};
    struct error e;
    int first;
    enum err err =
        cmd_options_parse(cmd_stat_table, ARRAY_LEN(cmd_stat_table), argc, argv, &a, &first, &e);
    if (err == ERR_OK && argc - first > 1 && !a.help)
        err = err_set(&e, ERR_USAGE, "one address is enough: '%s'", argv[first + 1]);
    if (err != ERR_OK) {
        log_error("%s (see 'kuseg stat --help')", e.msg);
        return CMD_USAGE;
    }
    if (a.help)
        return cmd_stat_help();
    return cmd_stat_at(&a, first < argc ? argv[first] : VMM_METER_SOCKET, &e);
}

/* ---- stat161 ---- */

struct cmd_stat161_args {
    const char *interval;
};

static const struct cmd_option cmd_stat161_table[] = {
    {NULL, 'i', CMD_TEXT, offsetof(struct cmd_stat161_args, interval), "interval", NULL, 0, 0,
     NULL},
};

static int cmd_stat161_usage(const char *wrong)
{
    log_error("%s", wrong);
    fputs("Usage: stat161 [-i interval]\n"
          "   -i interval  Set sampling interval, in seconds (default 0.2)\n",
          stderr);
    return CMD_STAT161_USAGE;
}

/* 0: it was refused. */
static u64 cmd_stat161_interval(const char *text)
{
    double ns = text ? strtod(text, NULL) * CMD_STAT_SECOND : VMM_METER_DEFAULT_NS;
    if (ns > VMM_METER_MAX_NS) {
        fputs("Sampling interval too large (max is 2)\n", stderr);
        return 0;
    }
    if (!(ns >= VMM_METER_MIN_NS)) { /* nor is it a number */
        fputs("Sampling interval too small (min is 0.00001)\n", stderr);
        return 0;
    }
    return (u64)ns;
}

/* A descriptor, or -1 after a while. */
static int cmd_stat161_connect(struct cmd_stat *s)
{
    struct error e;
    int fd = host_connect(VMM_METER_SOCKET, &e);
    if (fd >= 0)
        return fd;
    bool absent = errno == ECONNREFUSED || errno == ENOENT;
    if (!absent)
        log_error("%s", e.msg);
    host_poll_wait(&s->poll, -1, (absent ? 1ull : 5ull) * CMD_STAT_SECOND);
    return -1;
}

static int cmd_stat161_loop(struct cmd_stat *s, u64 interval_ns)
{
    puts("stat161: Connecting...");
    while (!s->table.wrong_version && !fflush(stdout)) {
        int fd = cmd_stat161_connect(s);
        if (fd < 0)
            continue;
        puts("stat161: Connected.");
        cmd_stat_follow(s, fd, interval_ns);
        if (!s->table.wrong_version)
            puts("stat161: Disconnected.");
    }
    host_poll_fini(&s->poll);
    return CMD_STAT161_FAILED;
}

int cmd_stat161(int argc, char **argv)
{
    struct cmd_stat161_args a = {0};
    struct error e;
    int first;
    if (cmd_options_parse(cmd_stat161_table, ARRAY_LEN(cmd_stat161_table), argc, argv, &a, &first,
                          &e))
        return cmd_stat161_usage(e.msg);
    u64 interval_ns = cmd_stat161_interval(a.interval);
    if (!interval_ns)
        return CMD_STAT161_FAILED;
    struct cmd_stat s = {.table = {.program = "stat161", .out = stdout, .err = stderr}};
    return cmd_stat161_loop(&s, interval_ns);
}
