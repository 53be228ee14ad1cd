/* SPDX-License-Identifier: ISC */
/*
 * What a run was asked to be, whichever command line said it: kuseg run, sys161, trace161.
 * Plain data; strings are borrowed from argv except `words`.
 */
#ifndef CMD_RUN_OPTIONS_H
#define CMD_RUN_OPTIONS_H

#include "cmd/cmd_options.h"

struct run_options {
    bool sys161; /* behave and speak as System/161 does */

    /* the board */
    const char *board;         /* NULL or "auto": by the kernel's ELF header */
    struct cmd_list serial;    /* "line:address" */
    const char *initrd;        /* file; NULL: none */
    const char *append;        /* words for the kernel before `words`; NULL: none */
    const char *nvram;         /* file of the clock's memory; NULL: it is not kept */
    const char *conf;          /* sys161.conf; NULL: the board's defaults */
    struct cmd_list overrides; /* "slot:arg", in the order given */
    const char *cpu;           /* model; NULL: the board's */
    u64 memory;                /* bytes; 0: as configured */
    u64 cpus;                  /* 0: as configured */
    const char *graphics;      /* model of a frame buffer; NULL: none, unless it is to be seen */
    struct cmd_list disks;     /* image files, into free slots in order */
    struct cmd_list nets;      /* as io_ether_parse.h takes them */
    struct cmd_list virtio;    /* as vio_conf.h takes them */
    const char *emufs;         /* directory for emufs; NULL: as configured */
    u64 nic;                   /* address of a network card; 0: as configured */
    const char *hub;           /* of that card; NULL: the default */

    /* how it runs */
    const char *engine;   /* NULL or "auto" */
    u64 code_cache;       /* bytes of translated code; 0: the usual */
    const char *jit_dump; /* what is translated, for people */
    bool perf;            /* names for perf */
    bool warp;            /* virtual time never waits for the wall */
    u64 epoch;         /* seconds since 1970 that the guest's clock shows at first; 0: the host's */
    bool pass_signals; /* control-C and its like go to the guest */

    /* what is shown of it */
    const char *screen;      /* socket of its screen, which is put in if there is none; NULL: as
                              * configured, on the default one */
    const char *screen_shot; /* its picture at the end; a screen likewise */
    bool window;             /* it is shown in one; a frame buffer likewise */

    /* what is told about it */
    const char *trace_words;   /* "exc,tlb" */
    const char *trace_letters; /* "xt", as trace161 takes them */
    bool guest_tracing;        /* by the trace card */
    const char *trace_file;    /* NULL: standard error */
    const char *stats_file;    /* JSON; "-": standard output */
    const char *profile_file;  /* folded stacks */
    const char *gmon_file;     /* gprof's */
    u64 profile_hz;            /* samples a second of virtual time; 0: the usual */
    bool profile;              /* -P: gmon_file is gmon.out */
    const char *meter;         /* address it is read at; NULL: .sockets/meter if sys161 */
    struct cmd_list symbols;   /* files and folders of the guest's programs */
    u64 progress_ns;           /* real time between lines of how far it is; 0: none */
    bool report;               /* where the guest stands when the person ends it */

    /* when it ends */
    u64 doom;             /* writes to disks until power-off; 0: never */
    u64 progress_seconds; /* virtual seconds without a user instruction; 0: no watch */

    /* the debugger */
    const char *gdb; /* where it may come; NULL: it may not */
    u64 gdb_port;    /* the same, of sys161; 0: the socket .sockets/gdb */
    bool wait_debugger;
    bool no_debugger; /* exit where a debugger would be waited for */
    u64 history;      /* bytes of the run's past that are kept for it; 0: as usual */
    bool no_history;

    /* the guest */
    bool builtin;       /* the embedded kernel: `kernel` is NULL */
    const char *kernel; /* ELF file */
    char *words;        /* all that follow, joined by single spaces; owned, never NULL */
};

/* Takes the words of argv from `first` on. */
void run_options_join(struct run_options *o, int argc, char **argv, int first);
void run_options_prepend(struct run_options *o, const char *words); /* to `words` */
void run_options_fini(struct run_options *o);

#endif
