/* SPDX-License-Identifier: ISC */
/* kuseg profile: what a profile written by kuseg run --profile says, function by function. */
#include "cmd/cmd.h"
#include "cmd/cmd_options.h"
#include "debug/stacks.h"
#include "host/host_slurp.h"
#include "lib/log.h"

#define CMD_PROFILE_MAX MIB(512)

struct cmd_profile_args {
    u64 top;
    bool help;
};

#define CMD_PROFILE_AT(member) offsetof(struct cmd_profile_args, member)

static const struct cmd_option cmd_profile_table[] = {
    {"top", 'n', CMD_NUMBER, CMD_PROFILE_AT(top), "N", NULL, 1, UINT32_MAX,
     "how many functions (default 40)"},
    {"help", 'h', CMD_FLAG, CMD_PROFILE_AT(help), NULL, NULL, 0, 0, "print this"},
};

static int cmd_profile_help(void)
{
    puts("usage: kuseg profile [options] FILE\n"
         "\n"
         "Prints the functions in which a guest spent its time. FILE was written by\n"
         "'kuseg run --profile FILE'; flame graph tools read it as it is.\n"
         "\n"
         "options:");
    cmd_options_help(stdout, cmd_profile_table, ARRAY_LEN(cmd_profile_table));
    return CMD_OK;
}

static enum err cmd_profile_show(const char *path, unsigned top, struct error *e)
{
    struct buf file = {0};
    struct stacks s = {0};
    enum err err = host_slurp(path, CMD_PROFILE_MAX, &file, e);
    if (!err) {
        err = stacks_read(&s, (const char *)file.data, file.len, e);
        if (err)
            err_prefix(e, "%s", path);
        else
            stacks_table(&s, top, stdout);
    }
    stacks_fini(&s);
    buf_fini(&file);
    return err;
}

int cmd_profile(int argc, char **argv)
{
    struct cmd_profile_args a = {.top = 40};
    struct error e;
    int first;
    enum err err = cmd_options_parse(cmd_profile_table, ARRAY_LEN(cmd_profile_table), argc, argv,
                                     &a, &first, &e);
    if (!err && a.help)
        return cmd_profile_help();
    if (!err && argc - first != 1)
        err = err_set(&e, ERR_USAGE, "name one file");
    if (!err)
        err = cmd_profile_show(argv[first], (unsigned)a.top, &e);
    if (!err)
        return CMD_OK;
    log_error("%s (see 'kuseg profile --help')", e.msg);
    return CMD_USAGE;
}
