/* SPDX-License-Identifier: ISC */
/*
 * A virtual machine with all that is around it on its host: board and kernel, console, screen,
 * meter, profile. Knows no command line, and opens no file that is written about the run. A
 * debugger (vmm_debug.h) outlives it, and can have it made anew at the same address.
 */
#ifndef VMM_VMM_H
#define VMM_VMM_H

#include "host/host_poll.h"
#include "machine/board.h"
#include "machine/guest_names.h"
#include "vmm/vmm_debug.h"
#include "vmm/vmm_meter.h"
#include "vmm/vmm_nvram.h"
#include "vmm/vmm_profile.h"
#include "vmm/vmm_progress.h"
#include "vmm/vmm_screen.h"
#include "vmm/vmm_trace.h"
#include "vmm/vmm_window.h"

/* Something on a socket. */
struct vmm_service {
    const char *address; /* host_socket.h; NULL: none */
    const char *option;  /* that asked for it; NULL: nobody did, and a warning is enough */
};

/* All is borrowed, until vmm_fini. */
struct vmm_config {
    struct host_poll *poll;
    const struct board_class *board;
    struct board_setup setup; /* console, cable, keys and profile are vmm's */
    const void *kernel;       /* an ELF file */
    size_t kernel_len;
    const char *kernel_name; /* for messages */
    const char *words;       /* the kernel's */
    const void *initrd;
    size_t initrd_len;               /* 0: none */
    bool (*typed)(void *ctx, u8 ch); /* true: a character was not for the guest */
    void *ctx;

    bool warp;
    u64 progress_seconds; /* virtual, without a user instruction, until it ends; 0: no watch */

    struct vmm_service meter, screen;
    bool window;                             /* for the frame buffer (dec5000) */
    const char *line[TC_DZ_LINES];           /* sockets of serial lines (dec5000); NULL: none */
    const char *nvram;                       /* file; NULL: not kept */
    const char *trace_words, *trace_letters; /* NULL: none (lib/trace.h) */
    bool profile;
    u64 profile_hz;  /* of virtual time */
    u64 progress_ns; /* real time between lines of how far it is; 0: none */

    /* Read by vmm_start. */
    FILE *trace;          /* NULL: standard error */
    FILE *folded, *gprof; /* of the profile; NULL: not wanted */
};

struct io_line;

struct vmm {
    const struct vmm_config *config;
    struct machine m;
    struct board_setup setup; /* of the board */
    struct board board;
    struct guest_names names;
    struct vmm_meter meter;
    struct vmm_screen screen;
    struct vmm_window window;
    struct io_line *line[TC_DZ_LINES];
    struct io_line **stream; /* of devices */
    unsigned nstreams;
    struct vmm_trace_line console_line;
    struct vmm_profile profile;
    struct vmm_progress progress;
    struct vmm_nvram nvram;
};

/* The machine, without a kernel. After an error, too, vmm_fini is due. */
MUST_CHECK enum err vmm_init(struct vmm *v, const struct vmm_config *config, struct error *e);
/* Loads the kernel; from now on it is served and watched. */
MUST_CHECK enum err vmm_start(struct vmm *v, struct error *e);
void vmm_fini(struct vmm *v); /* safe on zeroed memory */

/* To its end; d may be NULL. False: the debugger wants it to begin anew (vmm_debug_restarted). */
MUST_CHECK bool vmm_run(struct vmm *v, struct vmm_debug *d);

/* Logs why it ended, and where the guest stands unless it went on its own. asked: also if it was
 * only asked to end. */
void vmm_report_end(const struct vmm *v, bool asked);

#endif
