/* SPDX-License-Identifier: ISC */
/* kuseg run: one machine in the foreground. */
#include "cmd/cmd.h"

#include "cmd/builtin.h"
#include "cmd/cmd_options.h"
#include "cmd/run.h"
#include "cmd/run_options.h"
#include "cpu/cpu_jit.h"
#include "lib/log.h"
#include "machine/board.h"
#include "machine/s161_conf.h"

#include <string.h>

struct cmd_run_args {
    struct run_options run;
    bool help;
};

#define CMD_RUN_AT(member) offsetof(struct cmd_run_args, member)

static const struct cmd_option cmd_run_table[] = {
    {"board", 'b', CMD_TEXT, CMD_RUN_AT(run.board), "NAME", NULL, 0, 0,
     "the machine: s161, dec5000, or auto (by the kernel's ELF header; the default); list tells "
     "what they are"},
    {"conf", 'c', CMD_TEXT, CMD_RUN_AT(run.conf), "FILE", NULL, 0, 0,
     "devices and their slots as in sys161.conf (default: a plain board)"},
    {"set", 'C', CMD_LIST, CMD_RUN_AT(run.overrides), "SLOT:ARG", NULL, 0, 0,
     "one more argument for the device in a slot, as 31:cpus=4"},
    {"cpu", 0, CMD_TEXT, CMD_RUN_AT(run.cpu), "MODEL",
     "mips-161 mips-161el r3000a r3000ael r3000a+r3010 r3000a+r3010el r3000", 0, 0,
     "the CPU: of s161 mips-161 (System/161's; the default), r3000a or r3000a+r3010 (with floating "
     "point), with el: little-endian; of dec5000 r3000 (the default) or r3000a"},
    {"memory", 'm', CMD_SIZE, CMD_RUN_AT(run.memory), "SIZE", NULL, S161_MIN_RAM, S161_MAX_RAM,
     "RAM: s161 16K to 508M (default 16M), dec5000 1M to 480M (default 64M)"},
    {"cpus", 'n', CMD_NUMBER, CMD_RUN_AT(run.cpus), "N", NULL, 1, 32, "CPUs, 1 to 32 (default 1)"},
    {"disk", 'd', CMD_LIST, CMD_RUN_AT(run.disks), "FILE", NULL, 0, 0,
     "a disk image: of s161 into the next free slot, of dec5000 raw, by virtio; may be repeated"},
    {"virtio", 0, CMD_LIST, CMD_RUN_AT(run.virtio), "KIND[,ARG...]", NULL, 0, 0,
     "a virtio device, as rng; 'kuseg devices' lists them; may be repeated"},
    {"serial", 0, CMD_LIST, CMD_RUN_AT(run.serial), "LINE:ADDRESS", NULL, 0, 0,
     "where the far end of a serial line of dec5000 can be reached, lines 0 to 2: a socket's path "
     "(with a '/'), or a port of this host"},
    {"initrd", 0, CMD_TEXT, CMD_RUN_AT(run.initrd), "FILE", NULL, 0, 0,
     "a first file system for Linux, into memory (dec5000)"},
    {"nvram", 0, CMD_TEXT, CMD_RUN_AT(run.nvram), "FILE", NULL, 0, 0,
     "keep the 50 bytes of memory of dec5000's clock in this file from run to run"},
    {"append", 0, CMD_TEXT, CMD_RUN_AT(run.append), "WORDS", NULL, 0, 0,
     "words for the kernel, before those that follow it"},
    {"emufs", 0, CMD_TEXT, CMD_RUN_AT(run.emufs), "DIR", NULL, 0, 0,
     "a host directory that the guest sees through emufs"},
    {"net", 0, CMD_LIST, CMD_RUN_AT(run.nets), "WHERE[,ARG...]", NULL, 0, 0,
     "an Ethernet card and what its cable leads to: user (this host, rootless), tap:NAME, "
     "vde:SWITCH, listen:SOCKET and connect:SOCKET (another machine); ARGs: mac=, card=virtio or "
     "card=lance, with user hostfwd= and restrict; may be repeated"},
    {"nic", 0, CMD_NUMBER, CMD_RUN_AT(run.nic), "ADDRESS", NULL, 1, 65534,
     "a network card with this address, 1 to 65534, on the hub that 'kuseg hub' starts"},
    {"hub", 0, CMD_TEXT, CMD_RUN_AT(run.hub), "SOCKET", NULL, 0, 0,
     "that card's hub (default .sockets/hub)"},
    {"graphics", 0, CMD_TEXT, CMD_RUN_AT(run.graphics), "CARD", "pmag-ba pmag-aa", 0, 0,
     "a frame buffer for dec5000: pmag-ba (1024 by 864, 256 colours) or pmag-aa (1280 by 1024, "
     "black "
     "and white)"},
    {"window", 0, CMD_FLAG, CMD_RUN_AT(run.window), NULL, NULL, 0, 0,
     "show the frame buffer in a window, which takes keys and mouse, too; adds a pmag-ba if there "
     "is "
     "none"},
    {"screen", 0, CMD_TEXT, CMD_RUN_AT(run.screen), "PATH", NULL, 0, 0,
     "the socket of the screen, for kuseg console (default .sockets/screen); adds a screen if the "
     "board has none (dec5000: a pmag-ba)"},
    {"screen-shot", 0, CMD_TEXT, CMD_RUN_AT(run.screen_shot), "FILE", NULL, 0, 0,
     "what the screen shows at the end: PNG, or text if FILE ends in .txt (s161); adds a screen "
     "likewise"},
    {"engine", 0, CMD_TEXT, CMD_RUN_AT(run.engine), "NAME", "auto interp jit", 0, 0,
     "how guest code runs: interp (by an interpreter), jit (what is hot is translated), or auto "
     "(the default: translated where the host can)"},
    {"code-cache", 0, CMD_SIZE, CMD_RUN_AT(run.code_cache), "SIZE", NULL, CPU_JIT_MIN_CODE,
     CPU_JIT_MAX_CODE, "memory for translated code, 64K to 1G (default 64M)"},
    {"jit-dump", 0, CMD_TEXT, CMD_RUN_AT(run.jit_dump), "FILE", NULL, 0, 0,
     "write what is translated: guest code, intermediate representation and host code"},
    {"perf", 0, CMD_FLAG, CMD_RUN_AT(run.perf), NULL, NULL, 0, 0,
     "tell Linux's perf the names of translated code, in /tmp/perf-PID.map"},
    {"warp", 0, CMD_FLAG, CMD_RUN_AT(run.warp), NULL, NULL, 0, 0,
     "virtual time never waits for the wall"},
    {"epoch", 0, CMD_NUMBER, CMD_RUN_AT(run.epoch), "SECONDS", NULL, 1, UINT32_MAX,
     "what the guest's wall clock shows at power-on (default: the host's clock), so that runs "
     "repeat exactly"},
    {"pass-signals", 's', CMD_FLAG, CMD_RUN_AT(run.pass_signals), NULL, NULL, 0, 0,
     "give control-C and its like to the guest"},
    {"trace", 't', CMD_TEXT, CMD_RUN_AT(run.trace_words), "WORDS", NULL, 0, 0,
     "what to trace, as exc,tlb; all traces everything"},
    {"trace-file", 0, CMD_TEXT, CMD_RUN_AT(run.trace_file), "FILE", NULL, 0, 0,
     "where to (default: standard error)"},
    {"gdb", 0, CMD_TEXT, CMD_RUN_AT(run.gdb), "ADDRESS", NULL, 0, 0,
     "let gdb come: a port, or a path with a '/'; a guest that crashes waits for it"},
    {"gdb-wait", 0, CMD_FLAG, CMD_RUN_AT(run.wait_debugger), NULL, NULL, 0, 0,
     "wait for gdb before the first instruction"},
    {"history", 0, CMD_SIZE, CMD_RUN_AT(run.history), "SIZE", NULL, 16 << 20, 1ull << 40,
     "memory for the run's past, in which gdb can go back (default 256M with --gdb)"},
    {"no-history", 0, CMD_FLAG, CMD_RUN_AT(run.no_history), NULL, NULL, 0, 0,
     "gdb need not go back: keep no past"},
    {"stats", 0, CMD_TEXT, CMD_RUN_AT(run.stats_file), "FILE", NULL, 0, 0,
     "write counters at the end as JSON; - is standard output"},
    {"profile", 0, CMD_TEXT, CMD_RUN_AT(run.profile_file), "FILE", NULL, 0, 0,
     "sample where the guest is, as folded stacks: see 'kuseg profile'"},
    {"gmon", 0, CMD_TEXT, CMD_RUN_AT(run.gmon_file), "FILE", NULL, 0, 0,
     "sample the kernel and count its calls, for gprof"},
    {"profile-rate", 0, CMD_NUMBER, CMD_RUN_AT(run.profile_hz), "HZ", NULL, 1, 1000000,
     "samples a second of virtual time (default 1000)"},
    {"symbols", 0, CMD_LIST, CMD_RUN_AT(run.symbols), "PATH", NULL, 0, 0,
     "a program of the guest, or a folder of them, for names in back traces and profiles; may be "
     "repeated"},
    {"progress", 0, CMD_TIME, CMD_RUN_AT(run.progress_ns), "TIME", NULL, 1000000, UINT64_MAX / 2,
     "print how far the run is every so often (real time), as 5s"},
    {"report", 0, CMD_FLAG, CMD_RUN_AT(run.report), NULL, NULL, 0, 0,
     "show where the guest stands when it is ended by control-C or a signal, too"},
    {"meter", 0, CMD_TEXT, CMD_RUN_AT(run.meter), "ADDRESS", NULL, 0, 0,
     "where 'kuseg stat' can read the counters: a socket's path (with a '/'), or a port of this "
     "host"},
    {"builtin", 0, CMD_FLAG, CMD_RUN_AT(run.builtin), NULL, NULL, 0, 0,
     "boot the built-in guest; all words are for it"},
    {"help", 'h', CMD_FLAG, CMD_RUN_AT(help), NULL, NULL, 0, 0, "print this"},
};

static int cmd_run_help(void)
{
    puts("usage: kuseg run [options] [KERNEL [words...]]\n"
         "\n"
         "Boots KERNEL, an ELF executable, on the machine that its header asks for. The words\n"
         "after it are the guest's. Without KERNEL the built-in guest boots.\n"
         "\n"
         "options:");
    cmd_options_help(stdout, cmd_run_table, ARRAY_LEN(cmd_run_table));
    puts("\n"
         "exit status: 0 the guest powered off (or the code it gave), 1 it failed,\n"
         "2 usage or configuration, 3 ended on request. 'kuseg devices' lists what a board\n"
         "can hold.");
    return CMD_OK;
}

/* The kernel file, or the built-in guest; then the guest's words. */
static enum err cmd_run_guest(struct run_options *o, int argc, char **argv, int first,
                              struct error *e)
{
    o->guest_tracing = true;
    if (o->wait_debugger && !o->gdb)
        return err_set(e, ERR_USAGE, "--gdb-wait needs --gdb ADDRESS, where gdb can come");
    if (first == argc)
        o->builtin = true;
    if (!o->builtin)
        o->kernel = argv[first++];
    else if (!builtin_size())
        return err_set(e, ERR_USAGE,
                       "this build has no built-in guest (there was no MIPS compiler): name a "
                       "kernel file");
    run_options_join(o, argc, argv, first);
    if (o->append)
        run_options_prepend(o, o->append);
    return ERR_OK;
}

static int cmd_run_boards(void)
{
    for (unsigned i = 0; i < board_nclasses; i++)
        printf("%-8s %s\n", board_classes[i].name, board_classes[i].what);
    return CMD_OK;
}

int cmd_run(int argc, char **argv)
{
    struct cmd_run_args a = {0};
    struct error e;
    int first;
    enum err err =
        cmd_options_parse(cmd_run_table, ARRAY_LEN(cmd_run_table), argc, argv, &a, &first, &e);
    int status;
    bool boards = err == ERR_OK && a.run.board && !strcmp(a.run.board, "list");
    if (err == ERR_OK && !a.help && !boards)
        err = cmd_run_guest(&a.run, argc, argv, first, &e);
    if (err != ERR_OK) {
        log_error("%s (see 'kuseg run --help')", e.msg);
        status = CMD_USAGE;
    } else {
        status = a.help ? cmd_run_help() : boards ? cmd_run_boards() : run_machine(&a.run);
    }
    run_options_fini(&a.run);
    return status;
}
