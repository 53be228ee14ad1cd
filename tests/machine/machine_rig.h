/* SPDX-License-Identifier: ISC */
/*
 * A whole machine for tests: a board, a guest, and a host whose clock, keyboard and wall are the
 * test's own, so that nothing of a run is left to chance. Include it first: it brings cmocka.
 */
#ifndef MACHINE_MACHINE_RIG_H
#define MACHINE_MACHINE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/io_net.h"
#include "lib/buf.h"
#include "machine/board_s161.h"

#define RIG_NEVER (~0ull)

enum {
    RIG_SERIAL = 0,
    RIG_DISK = 2,
    RIG_EMUFS = 3,
    RIG_SCREEN = 4,
    RIG_NET = 5,
    RIG_RANDOM = 28,
    RIG_TIMER = 29,
    RIG_TRACE = 30,
};

/* All may be left zero. */
struct rig_setup {
    unsigned cpus;     /* 0: 1 */
    const char *ram;   /* as sys161.conf says it; NULL: 1M */
    const char *words; /* for hearth */
    /* Typed on the console. A line waits for the prompt of its own; with `ahead` none waits. */
    const char *typed;
    bool ahead;
    bool screen;       /* there is one, and it is there that it is typed */
    const char *disk;  /* image; created with 2048 sectors if it is not there */
    const char *emufs; /* directory */
    /* A network card of address 17, on a cable over which a peer of address 9 answers all that is
     * sent to it with "pong" and what stood behind the first word, and says `peer_says` a while
     * after the carrier came up. NULL: no card. */
    const char *peer_says;
    bool autoseed;      /* the random card's */
    u64 wall_ns;        /* 0: some day in 2023 */
    bool paced;         /* not --warp */
    bool punctual;      /* devices are exactly on time */
    bool s161_time;     /* as System/161 keeps it */
    bool plain;         /* System/161's mainboard, without EXIT */
    bool guest_tracing; /* the guest may switch traces */
    u64 doom, progress_cycles;
    const struct vcpu_engine *engine; /* NULL: the usual one */
    bool record;
    const struct buf *replay; /* a log; the host's hooks are then forbidden */
    /* A guest other than hearth: words for 0x80001000, where it starts, and for the general
     * exception vector. */
    const u32 *code, *handler;
    size_t code_len, handler_len;
};

struct rig {
    struct rig_setup setup;
    struct machine m;
    struct s161_conf conf;
    struct board_s161_config config;
    struct board_s161 *board;
    struct buf out; /* what the guest printed; always ends with an uncounted zero byte */
    size_t typed;   /* characters taken */
    unsigned lines, prompts;
    u64 host_ns;
    bool stuck; /* the machine waits for ever for input that will not come */
    unsigned waits;
    struct {
        u32 len;
        u8 data[IO_NET_MAX];
    } peer[4]; /* what is on the cable towards the machine */
    unsigned npeer;
    bool end_asked;
};

/* By main, with its arguments: where hearth is. */
void rig_main(int argc, char **argv);

/* On the heap, and fails the test if it can't be built. */
struct rig *rig_new(const struct rig_setup *setup);
void rig_free(struct rig *r);

enum machine_end rig_run(struct rig *r); /* to its end */
enum machine_end rig_run_to(struct rig *r, u64 cycle);

/* How a run went: what two equal runs have in common. */
struct rig_result {
    enum machine_end end;
    u32 code;
    u64 cycles, hash, out_hash;
};

struct rig_result rig_result(const struct rig *r);
struct rig_result rig_run_all(const struct rig_setup *setup); /* build, run, drop */
void rig_assert_same(struct rig_result a, struct rig_result b);
void rig_assert_printed(const struct rig *r, const char *text);

/* A file in a scratch directory of this process, which is removed at its end. The name stays. */
const char *rig_path(const char *name);
void rig_write_file(const char *path, const char *text);
void rig_make_folder(const char *path); /* or it is there */

/* Random numbers of a fixed seed. */
u32 rig_random(u64 *state, u32 below);

#endif
