/* SPDX-License-Identifier: ISC */
/*
 * The one door through which everything that is not deterministic enters a machine: characters
 * typed, the wall clock, seeds, a kept memory, what the host's file system answered, failures of
 * its disks. Each entry is stamped with the virtual time at which it came in. A machine's run is a
 * pure function of its starting state and this log: recorded, it can be replayed.
 */
#ifndef MACHINE_INTAKE_H
#define MACHINE_INTAKE_H

#include "io/io.h"
#include "io/io_9p.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/types.h"

enum intake_kind {
    INTAKE_EPOCH = 1, /* u64: ns since 1970 at power-on */
    INTAKE_SEED,      /* u64 */
    INTAKE_INPUT,     /* number of a source of the machine, then what came in from it */
    INTAKE_DIR,       /* an answer of a host directory */
    INTAKE_DISK,      /* whether the host read or wrote sectors; how many, of a write that failed */
    INTAKE_END,       /* the person asked the machine to end */
    INTAKE_TOUCHED,   /* a debugger changed the guest: from here on it cannot be replayed */
    INTAKE_RANDOM,    /* random bytes of the host */
    INTAKE_9P,        /* a reply of a 9P server */
    INTAKE_NVRAM,     /* whether a board's memory was kept, and what was in it at power-on */
};

enum intake_mode {
    INTAKE_LIVE,
    INTAKE_RECORD, /* live, and everything is appended to `log` */
    INTAKE_REPLAY, /* nothing is asked of the host; all comes from `log` */
};

/* A moment of a recording: from where on its log and its disks' earlier contents matter. */
struct intake_mark {
    u64 answers, events; /* bytes of the log, from its very beginning */
    u32 epoch;
};

struct intake_disk;

struct intake {
    enum intake_mode mode;
    struct buf log;
    u64 forgotten;                     /* bytes of the log, before those there are */
    struct buf_reader answers, events; /* INTAKE_REPLAY: each passes over the other's entries */
    u64 (*now)(void *ctx);             /* virtual time, cycles */
    void *ctx;
    bool diverged; /* the replayed run asked for something else than the log holds */

    /* Recording with marks: what sectors held is kept when they are written. */
    u32 epoch; /* 0: not so */
    struct intake_disk **disk;
    unsigned ndisks;
    u64 disk_bytes, disk_max;
    bool lost; /* that was too much to keep: nobody can follow, until all is forgotten */
    /* Replaying another machine's recording while that stands still; NULL: not so. */
    const struct intake *origin;
    u32 from; /* its epoch */
};

void intake_init(struct intake *in, enum intake_mode mode, u64 (*now)(void *ctx), void *ctx);
void intake_fini(struct intake *in);
/* Takes over the log of a recorded run. */
void intake_replay(struct intake *in, const void *log, size_t len);

/* A recording that can be followed from here on; or where its follower is now. */
struct intake_mark intake_mark(struct intake *in);
/* To be told before the machine's devices are made: it will follow this one. */
void intake_will_follow(struct intake *in, const struct intake *origin);
/* `origin` must not change meanwhile. The machine's state must be the mark's. */
void intake_follow(struct intake *in, const struct intake_mark *at);
/* Has the follower written to no disk since then? */
bool intake_follows_clean(const struct intake *in);
/* Nobody will follow from before this mark. */
void intake_forget(struct intake *in, const struct intake_mark *before);
u64 intake_bytes(const struct intake *in); /* of log and sectors */

/* What is recorded, to be shown. */
struct intake_entry {
    u64 cycle;
    enum intake_kind kind;
    const u8 *data;
    u32 len;
};

/* The entry at *at, which moves on to the next; at first it is 0. False: there is none. */
MUST_CHECK bool intake_entry(const struct intake *in, size_t *at, struct intake_entry *out);

/* What the guest asks for now: `data` holds the live answer, and after the call the one that
 * counts. */
void intake_answer(struct intake *in, enum intake_kind kind, void *data, u32 len);
void intake_random(struct intake *in, void *buf, u32 len); /* of the host */
u64 intake_u64(struct intake *in, enum intake_kind kind, u64 live);

/* What happens by itself. Live: note it. */
void intake_note(struct intake *in, enum intake_kind kind, const void *data, u32 len);
/* Replay: the cycle of the next such entry (~0: the log holds no more), and taking it when that
 * cycle has come. */
u64 intake_next(const struct intake *in);
bool intake_take(struct intake *in, enum intake_kind *kind, void *data, u32 max, u32 *len);

/* A host directory whose answers pass through the intake. `real` is owned from now on. */
struct io_dir intake_dir(struct intake *in, const struct io_dir *real);

/* A 9P server likewise, its replies as they are. A replay needs none: then it may be empty. */
struct io_9p intake_9p(struct intake *in, const struct io_9p *real);

/* A disk likewise. In a replay `real` is never written. read_only: what the guest sees. */
struct io_disk intake_disk(struct intake *in, const struct io_disk *real, bool read_only);
/* The next disk of the machine that is followed, as it was; false: none is followed. */
MUST_CHECK bool intake_disk_follows(struct intake *in, struct io_disk *out);

#endif
