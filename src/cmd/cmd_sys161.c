/* SPDX-License-Identifier: ISC */
/*
 * System/161's command line, as sys161 and as trace161. The same program behind both names; as
 * in the original, sys161 takes trace161's options and does nothing about them.
 */
#include "cmd/cmd.h"

#include "cmd/cmd_options.h"
#include "cmd/run.h"
#include "cmd/run_options.h"
#include "lib/log.h"

#include <string.h>

struct cmd_sys161_args {
    struct run_options run;
    bool help;
};

#define CMD_SYS161_AT(member) offsetof(struct cmd_sys161_args, run.member)

static const struct cmd_option cmd_sys161_table[] = {
    {NULL, 'c', CMD_TEXT, CMD_SYS161_AT(conf), "config", NULL, 0, 0, NULL},
    {NULL, 'C', CMD_LIST, CMD_SYS161_AT(overrides), "slot:arg", NULL, 0, 0, NULL},
    {NULL, 'D', CMD_NUMBER, CMD_SYS161_AT(doom), "count", NULL, 0, UINT32_MAX, NULL},
    {NULL, 'f', CMD_TEXT, CMD_SYS161_AT(trace_file), "file", NULL, 0, 0, NULL},
    {NULL, 'p', CMD_NUMBER, CMD_SYS161_AT(gdb_port), "port", NULL, 1, 65535, NULL},
    {NULL, 'P', CMD_FLAG, CMD_SYS161_AT(profile), NULL, NULL, 0, 0, NULL},
    {NULL, 's', CMD_FLAG, CMD_SYS161_AT(pass_signals), NULL, NULL, 0, 0, NULL},
    {NULL, 't', CMD_TEXT, CMD_SYS161_AT(trace_letters), "flags", NULL, 0, 0, NULL},
    {NULL, 'w', CMD_FLAG, CMD_SYS161_AT(wait_debugger), NULL, NULL, 0, 0, NULL},
    {NULL, 'X', CMD_FLAG, CMD_SYS161_AT(no_debugger), NULL, NULL, 0, 0, NULL},
    {NULL, 'Z', CMD_NUMBER, CMD_SYS161_AT(progress_seconds), "seconds", NULL, 2, UINT32_MAX, NULL},
    /* ours */
    {"warp", 0, CMD_FLAG, CMD_SYS161_AT(warp), NULL, NULL, 0, 0, NULL},
    {"epoch", 0, CMD_NUMBER, CMD_SYS161_AT(epoch), "seconds", NULL, 1, UINT32_MAX, NULL},
    {"stats", 0, CMD_TEXT, CMD_SYS161_AT(stats_file), "file", NULL, 0, 0, NULL},
    {"profile", 0, CMD_TEXT, CMD_SYS161_AT(profile_file), "file", NULL, 0, 0, NULL},
    {"symbols", 0, CMD_LIST, CMD_SYS161_AT(symbols), "path", NULL, 0, 0, NULL},
    {"progress", 0, CMD_TIME, CMD_SYS161_AT(progress_ns), "time", NULL, 1000000, UINT64_MAX / 2,
     NULL},
    {"report", 0, CMD_FLAG, CMD_SYS161_AT(report), NULL, NULL, 0, 0, NULL},
    {"screen", 0, CMD_TEXT, CMD_SYS161_AT(screen), "path", NULL, 0, 0, NULL},
    {"screen-shot", 0, CMD_TEXT, CMD_SYS161_AT(screen_shot), "file", NULL, 0, 0, NULL},
    {"help", 0, CMD_FLAG, offsetof(struct cmd_sys161_args, help), NULL, NULL, 0, 0, NULL},
};

static const char *const cmd_sys161_usage_text[] = {
    "Usage: sys161 [sys161 options] kernel [kernel args...]",
    "   sys161 options:",
    "     -c config      Use alternate config file",
    "     -C slot:arg    Override config file argument",
    "     -D count       Set disk I/O doom counter",
    "     -f file        Trace to specified file (trace161 only)",
    "     -P             Collect kernel execution profile (trace161 only)",
    "     -p port        Listen for gdb over TCP on specified port",
    "     -s             Pass signal-generating characters through",
    "     -t[kujtxidne]  Set tracing flags (trace161 only)",
    "     -w             Wait for debugger before starting",
    "     -X             Don't wait for debugger; exit instead",
    "     -Z seconds     Set watchdog timer to specified time",
    "   of kuseg's own:",
    "     --warp         Virtual time never waits for the wall",
    "     --epoch secs   What the guest's clock shows at power-on",
    "     --stats file   Counters at the end, as JSON",
    "     --profile file Where the guest spends its time, for kuseg profile",
    "     --symbols path A program of the guest, or a folder of them, for back traces",
    "     --progress t   Print how far the run is every so often, as 5s",
    "     --report       Show where the guest stands when a signal ends it, too",
    "     --screen path  Socket of the screen (.sockets/screen)",
    "     --screen-shot file",
    "                    Picture of the screen at the end",
    "     --help         Print this",
};

static int cmd_sys161_help(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cmd_sys161_usage_text); i++)
        puts(cmd_sys161_usage_text[i]);
    return CMD_OK;
}

/* To standard error, as the original's. */
static void cmd_sys161_usage(void)
{
    log_error("kuseg %s, in place of System/161 2.0.8", KUSEG_VERSION);
    for (size_t i = 0; i < ARRAY_LEN(cmd_sys161_usage_text); i++)
        log_error("%s", cmd_sys161_usage_text[i]);
}

static void cmd_sys161_drop_trace(struct run_options *o)
{
    o->trace_file = NULL;
    o->trace_letters = NULL;
    o->profile = false;
}

static enum err cmd_sys161_check(const struct run_options *o, bool has_kernel, struct error *e)
{
    for (size_t i = 0; i < o->overrides.n; i++) {
        if (!strchr(o->overrides.item[i], ':'))
            return err_set(e, ERR_USAGE, "-C %s: should be slot:arg, for example 31:cpus=4",
                           o->overrides.item[i]);
    }
    return has_kernel ? ERR_OK : err_set(e, ERR_USAGE, "no kernel named");
}

int cmd_sys161(int argc, char **argv)
{
    struct cmd_sys161_args a = {.run = {.sys161 = true, .board = "sys161", .conf = "sys161.conf"}};
    struct run_options *o = &a.run;
    struct error e;
    int first;
    enum err err = cmd_options_parse(cmd_sys161_table, ARRAY_LEN(cmd_sys161_table), argc, argv, &a,
                                     &first, &e);
    if (err == ERR_OK && !a.help)
        err = cmd_sys161_check(o, first < argc, &e);
    int status = CMD_USAGE;
    if (err == ERR_OK && a.help) {
        status = cmd_sys161_help();
    } else if (err != ERR_OK) {
        log_error("%s", e.msg);
        cmd_sys161_usage();
    } else {
        o->guest_tracing = !strcmp(argv[0], "trace161");
        if (!o->guest_tracing)
            cmd_sys161_drop_trace(o);
        if (o->profile)
            o->gmon_file = "gmon.out";
        o->kernel = argv[first];
        run_options_join(o, argc, argv, first + 1);
        status = run_machine(o);
    }
    run_options_fini(o);
    return status;
}
