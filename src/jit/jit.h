/* SPDX-License-Identifier: ISC */
/*
 * Regions of the intermediate representation as x86-64 code: compiled, kept, chained to one another
 * and run. Knows no guest: its state is a struct of slots, its memory a software TLB in that struct
 * with functions behind it, its places numbers.
 *
 * All regions of one struct jit run on one host thread at a time, for any number of states.
 */
#ifndef JIT_JIT_H
#define JIT_JIT_H

#include "ir/ir.h"
#include "lib/err.h"
#include "lib/types.h"

struct host_code;
struct jit;
struct jit_region;

/*
 * The software TLB: 2^bits entries of 16 bytes at `table` in the state, by page number, exclusive
 * or the u32 at `mix` (a multiple of 16, as a distance from the table). An access at va hits if the
 * entry's tag is (va & (page mask | size - 1)) + the u32 at `low`; then the host address is va +
 * the entry's addend (u64).
 *
 * Each place in the code that accesses memory first tries the entry that fitted last time, so that
 * the access need not wait for a look-up: `hints` is an array of u32 in the state, 2^hint_bits of
 * them, in which such places remember it (as a distance from the table; zero at the start). A place
 * whose hints are wrong too often goes by page from then on: each wrong one takes one from its i32
 * in `trust`, an array likewise, which the owner fills up every now and then.
 *
 * By page: `read` and `write` in the state point to the addends (u64) of all 2^(32 - page_shift)
 * pages, 0 where none is known; they hold for the address space of now, whatever the mode. `forbid`
 * are three u32: bits that no address of 1, 2 and 4 bytes may have now.
 *
 * What may be written may be read. While a region goes on, what is known is only taken back by a
 * call, or by writing the slots at `low`, `mix` or `forbid`: accesses of one block share a check.
 */
struct jit_tlb {
    u32 table, low, mix, hints, trust;
    u32 read, write, forbid;
    u8 hint_bits;
    u8 bits, page_shift;
    u8 rtag, wtag, addend; /* offsets in an entry */
};

/* Where a run's way leads through C. left: of the budget, with what the instruction at hand has not
 * used. False: the region is left, and what comes next is in the state. */
struct jit_ops {
    bool (*load)(void *state, u64 left, enum ir_size size, u32 at, u32 *v);
    bool (*store)(void *state, u64 left, enum ir_size size, u32 at, u32 v);
    bool (*call)(void *state, u64 left, const struct ir_call *call);
    /* After one of them said false: the region to go on with, entered without its check, and what
     * is left of the budget then. NULL: leave. */
    const struct jit_region *(*onward)(void *state, u64 *left);
    /* A place of the code will go by page from now on, for all states: the tables are to be there.
     * False: they cannot be. NULL: they are anyhow. */
    bool (*by_page)(void *state);
};

#define JIT_NO_WINDOWS UINT8_MAX

/* For tests: what makes bugs likely. */
struct jit_chaos {
    u64 seed;  /* not 0: which registers serve for what is random */
    u16 jumps; /* entries of the table of indirect jumps, a power of two; 0: as usual */
    u8 window; /* so many accesses off one base share a check; 0: as usual; JIT_NO_WINDOWS */
};

struct jit_config {
    size_t code_bytes;            /* so many at most, too, for tables of points and the like */
    const struct host_code *code; /* for tests: to be used for them; NULL: one of its own */
    bool big;                     /* the guest's byte order */
    bool plain; /* for tests: no instruction that only some x86-64 processors have */
    struct jit_tlb tlb;
    struct jit_ops ops;
    struct jit_chaos chaos;
};

/* The error says what the host refused; there may be hosts without a back end. */
MUST_CHECK enum err jit_new(struct jit **out, const struct jit_config *config, struct error *e);
void jit_free(struct jit *j);

/* NULL: the region cannot be compiled, or the code memory is full (then jit_is_full). `place`: what
 * CHAIN and INDIRECT name it by. `owner` is handed back. */
struct jit_region *jit_compile(struct jit *j, const struct ir_region *r, u64 place, void *owner);
bool jit_is_full(const struct jit *j);
size_t jit_used(const struct jit *j);
size_t jit_tables(const struct jit *j); /* bytes, beside the code */

/* The region is not entered any more; whoever tries comes back with JIT_STALE. Not while it runs.
 * Its memory comes back when all regions go. */
void jit_drop(struct jit *j, struct jit_region *r);
void jit_flush(struct jit *j); /* all regions are gone */

enum jit_how {
    JIT_AT_POINT, /* its map has been applied; reason says why */
    JIT_AS_STATE, /* by a function of jit_ops */
    JIT_CHAIN,    /* to place; jit_link makes it go there directly next time */
    JIT_INDIRECT, /* to place; jit_remember likewise */
    JIT_STALE,    /* to place, whose region is gone: `region`, for jit_redirect */
};

struct jit_exit {
    enum jit_how how;
    u8 reason;
    u16 chain;                 /* JIT_CHAIN: which of `region` */
    struct jit_region *region; /* not after AS_STATE and INDIRECT */
    u64 place, left;
};

/* Enters by the check block if there is one. */
void jit_run(struct jit *j, const struct jit_region *r, void *state, u64 left,
             struct jit_exit *out);
/* check: the way there must find out whether the region may be entered. */
void jit_link(struct jit *j, const struct jit_exit *from, const struct jit_region *to, bool check);
void jit_remember(struct jit *j, const struct jit_region *r, const void *state);
/* Whoever still goes to a region that was dropped goes to this one of the same place. */
void jit_redirect(struct jit *j, const struct jit_region *old, const struct jit_region *to);

void *jit_owner(const struct jit_region *r);
u64 jit_place(const struct jit_region *r);
/* Where its code is, for people and their tools. */
const u8 *jit_code(const struct jit_region *r, size_t *len);

/* ---- for people: what is where in a region's code ---- */

enum jit_part {
    JIT_PART_THUNK, /* shared by the region's stubs and ends */
    JIT_PART_CHECK, /* before the check block */
    JIT_PART_ENTRY, /* loads the registers */
    JIT_PART_BLOCK, /* its charge */
    JIT_PART_INSN,
    JIT_PART_COPY,  /* of the rest of a block from an instruction on, each access on its own */
    JIT_PART_STUB,  /* what rarely happens to an instruction, */
    JIT_PART_SPENT, /* or at the start of a block */
};

struct jit_note {
    u32 at; /* it goes to the next note's */
    u8 part;
    u16 which;        /* BLOCK, SPENT: block; INSN, COPY, STUB: instruction */
    const char *what; /* THUNK, STUB, SPENT */
};

void jit_note_all(struct jit *j); /* of all regions from now on */
/* Of the region that was compiled last, by address; and where it keeps a slot: a register's name,
 * or NULL. */
const struct jit_note *jit_notes(const struct jit *j, unsigned *n);
const char *jit_home(const struct jit *j, u16 slot);
/* What regions share; NULL: this is none of it. The whole is before all regions. */
const char *jit_common_name(const struct jit *j, const u8 *code);
const u8 *jit_common(const struct jit *j, size_t *len);

#endif
