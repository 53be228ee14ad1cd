/* SPDX-License-Identifier: ISC */
/*
 * The one program. What it does is chosen by the name it was called by (sys161, disk161...), else
 * by the verb.
 */
#include "cmd/cmd.h"

#include "cmd/cmd_suggest.h"
#include "host/host_term.h"
#include "lib/log.h"
#include "lib/types.h"

#include <stdio.h>
#include <string.h>

struct main_command {
    const char *name;
    int (*run)(int argc, char **argv);
    bool by_name; /* also when the program is called so */
    const char *help;
};

static const struct main_command main_commands[] = {
    {"run", cmd_run, false, "run a machine in the foreground"},
    {"console", cmd_console, false,
     "show a machine's screen on this terminal, or take its picture"},
    {"profile", cmd_profile, false, "show where a profiled guest spent its time"},
    {"devices", cmd_devices, false, "list the devices that a board can hold"},
    {"disk", cmd_disk, false, "make, examine, resize and convert disk images"},
    {"hub", cmd_hub, false, "join the network cards of several machines"},
    {"stat", cmd_stat, false, "print the counters of a running machine"},
    {"version", cmd_version, false, "print the version"},
    {"sys161", cmd_sys161, true, "run a machine by System/161's command line"},
    {"trace161", cmd_sys161, true, "the same, with its tracing options"},
    {"stat161", cmd_stat161, true, "print counters by System/161's command line"},
    {"disk161", cmd_disk161, true, "disk images by System/161's command line"},
    {"hub161", cmd_hub161, true, "join network cards by System/161's command line"},
};

static void main_help(FILE *f)
{
    fputs("usage: kuseg VERB [options] ...\n\n", f);
    for (size_t i = 0; i < ARRAY_LEN(main_commands); i++)
        fprintf(f, "  %-10s %s\n", main_commands[i].name, main_commands[i].help);
    fputs("\n'kuseg VERB --help' tells more. 'kuseg run' alone boots the built-in guest.\n", f);
}

static const struct main_command *main_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(main_commands); i++) {
        if (!strcmp(main_commands[i].name, name))
            return &main_commands[i];
    }
    return NULL;
}

static int main_unknown(const char *verb)
{
    const char *near = NULL;
    for (size_t i = 0; i < ARRAY_LEN(main_commands); i++)
        near = cmd_suggest(verb, near, main_commands[i].name);
    if (near)
        log_error("no verb is called '%s' (did you mean '%s'?)", verb, near);
    else
        log_error("no verb is called '%s' (see 'kuseg --help')", verb);
    return CMD_USAGE;
}

static const char *main_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int main_verb(int argc, char **argv)
{
    if (argc < 2) {
        main_help(stderr);
        return CMD_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        main_help(stdout);
        return CMD_OK;
    }
    if (!strcmp(argv[1], "--version"))
        return cmd_version(argc - 1, argv + 1);
    const struct main_command *c = main_find(argv[1]);
    return c ? c->run(argc - 1, argv + 1) : main_unknown(argv[1]);
}

int main(int argc, char **argv)
{
    char kuseg[] = "kuseg";
    char *none[] = {kuseg, NULL};
    if (argc < 1) { /* execve allows it */
        argc = 1;
        argv = none;
    }
    host_term_reserve();
    const char *name = main_basename(argv[0]);
    const struct main_command *c = main_find(name);
    if (c && c->by_name) {
        argv[0] += name - argv[0];
        log_setup(name, LOG_INFO);
        return c->run(argc, argv);
    }
    log_setup("kuseg", LOG_INFO);
    return main_verb(argc, argv);
}
