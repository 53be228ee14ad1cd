/* SPDX-License-Identifier: ISC */
/* Shared inside the MIPS family of files: decoded form, code pages, memory, exceptions. */
#ifndef ISA_MIPS_INT_H
#define ISA_MIPS_INT_H

#include "isa/mips.h"
#include "lib/bits.h"

enum mips_flag {
    WD = 1 << 0,
    WT = 1 << 1,
    BRANCH = 1 << 2,
    LINK = 1 << 3,
    LOAD = 1 << 4,
    STORE = 1 << 5,
    TRAP = 1 << 6,
    STOP = 1 << 7,
    FPU = 1 << 8,
};

enum mips_op {
#define INSN(name, syntax, match, mask, levels, flags) MIPS_OP_##name,
#include "isa/mips.def"
#undef INSN
    MIPS_NOPS,
    /* how blocks end */
    MIPS_END_NEXT = MIPS_NOPS, /* falls through */
    MIPS_END_BRANCH,           /* goes where the branch said: anywhere */
    MIPS_END_NEAR,             /* ...to one of two places in this page */
    MIPS_END_STOP,             /* falls through; look at interrupts and translation again */
    MIPS_END_BRANCH_STOP,      /* both */
    MIPS_END_LEAVE,            /* after an instruction that asked for it (struct mips.resync) */
    MIPS_END_STEP,             /* a block of one instruction, run exactly */
    /* instead of a block's first instruction, for a translator (mips_native) */
    MIPS_COUNT,  /* until the block is worth translating */
    MIPS_NATIVE, /* it is translated */
    MIPS_NHANDLERS,
};

struct mips_op_info {
    const char *name, *syntax;
    u32 match, mask;
    u16 levels, flags;
};

extern const struct mips_op_info mips_ops[MIPS_NOPS];

/* A decoded instruction. Register numbers are indices into r[]; a destination $0 is the sink. */
struct mips_insn {
    const void *go; /* handler in the interpreter */
    u8 rs, rt, rd;
    u8 after; /* its index in the block, plus 2: for branches, what follows the delay slot */
    u32 imm;  /* extended immediate, shift amount, CP0 select; branch: offset from the block's
               * start; jump: target's low 28 bits */
};

_Static_assert(sizeof(struct mips_insn) == 16, "four to a cache line");

#define MIPS_BLOCK_MAX 64

/*
 * A block remembers what ran after it, so that the host goes on fetching instructions by a
 * comparison, which it predicts, instead of waiting for an address and a look-up.
 */
struct mips_block {
    u16 n;       /* instructions, without the end */
    bool branch; /* the last but one is a branch, the last its delay slot */
    bool step;   /* of one instruction: pc, npc and bd in struct mips are the truth */
    u32 link_pc; /* END_BRANCH: address by which `taken` was entered last, */
    struct mips_code_page *link_page; /* the page it is in, */
    u64 link_age;                     /* and struct mips_code.age then */
    const void *first; /* the first instruction's handler, where COUNT or NATIVE stands for it */
    void *native;      /* the translator's */
    u16 heat;          /* COUNT: entries until it is hot */
    u8 copies;         /* regions it went into since it was that */
    bool odd;          /* mips_region.odd, if one begins with it */
    bool warm;         /* it has been hot before there was a translator */
    struct mips_block *taken, *fall; /* END_NEAR: of this page; NULL until known */
    struct mips_code_page *page;     /* that the block is in */
    struct mips_insn insn[];
};

struct mips_code_page {
    struct mips_block *at[MEM_PAGE / 4];
    u64 lines; /* 64-byte lines that decoded instructions came from */
    u64 id;    /* another each time that the page is known anew */
    u32 number;
    u32 beside;                         /* stores that hit none of them */
    const u8 *host;                     /* the page's memory */
    struct mips_code_page *next, *prev; /* all pages; the graveyard only has next */
    struct mips_chunk *chunks;
    void *regions;                /* the translator's: those that contain code of this page */
    u32 marks[MEM_PAGE / 4 / 32]; /* instructions with breakpoints: blocks neither hold nor begin
                                   * with them, so they are always single-stepped */
};

/* Somebody who translates blocks that have become hot. */
struct mips_native {
    u16 heat;              /* entries before a block is hot */
    const void *const *go; /* mips_interp_handlers */
    void (*page_gone)(struct mips_native *t, struct mips_code_page *page);
    void (*free)(struct mips_native *t);
};

#define MIPS_MAX_CPUS 32

/* mips_debug.c */
struct mips_debug {
    unsigned nbreaks, nwatches;
    struct mips_break brk[MIPS_DEBUG_BREAKS]; /* sorted by address, then ASID */
    struct mips_watch watch[MIPS_DEBUG_WATCHES];
};

/* Tells the engines whether there is anything to ask the table for. */
void mips_debug_tell(struct mips_code *code);

/* The decoded code of one machine: mips_code.c. */
struct mips_code {
    struct mem *mem;
    struct mips_decoder *decoder;
    struct mips_code_page **page; /* by page number of mem */
    u8 *doubts;                   /* likewise: how often the page was dropped for nothing */
    struct mips_code_page *all, *graveyard;
    size_t bytes;
    u64 pages;   /* known so far */
    u64 age;     /* pages forgotten so far: links to other pages die with any of them */
    bool untidy; /* mips_code_collect has something to do */
    struct mips_native *native; /* NULL: there is none */
    bool breaks;                /* there are breakpoints */
    struct mips *cpu[MIPS_MAX_CPUS];
    unsigned ncpus;
    struct mips_debug debug;
};

/* mips_decode.c */
struct mips_decoder;
struct mips_decoder *mips_decoder_new(const struct mips_model *model);
enum mips_op mips_decode_op(const struct mips_decoder *d, u32 word);
void mips_decode_insn(struct mips_insn *in, enum mips_op op, u32 word);

/* mips_code.c */
const struct mips_decoder *mips_code_decoder(const struct mips_code *code);
struct mips_code_page *mips_code_page_at(struct mips *c, gpa pa); /* NULL: not memory */
struct mips_block *mips_code_block(struct mips *c, struct mips_code_page *page, u32 index);
void mips_code_attach(struct mips_code *code, struct mips *c);
void mips_code_detach(struct mips_code *code, struct mips *c);
void mips_code_collect(struct mips_code *code); /* frees what no run uses any more */
/* The page, ready to be entered at va: with marks for the breakpoints that it then has. */
struct mips_code_page *mips_code_mark(struct mips *c, struct mips_code_page *page, gva va);
void mips_code_unmark(struct mips_code *code, gva va);

bool mips_code_is_at(const struct mips_code *code, u32 page, u32 off);    /* decoded from there? */
void mips_code_count(const struct mips_native *t, struct mips_block *b);  /* COUNT from now on */
void mips_code_native(const struct mips_native *t, struct mips_block *b); /* NATIVE likewise */
void mips_code_plain(struct mips_block *b);                               /* neither */

/* mips.c: mips_run with an engine: `run` runs until c->retired == stop, or earlier */
enum mips_exit mips_run_by(struct mips *c, u64 budget, void (*run)(struct mips *c, u64 stop));

/* mips_interp.c */
void mips_interp(struct mips *c, u64 stop); /* until c->retired == stop, or earlier */
const void *const *mips_interp_handlers(bool big);

/* mips_memory.c: false (or NULL) means that an exception was raised */
MUST_CHECK bool mips_load(struct mips *c, gva va, unsigned size, u32 *val);
MUST_CHECK bool mips_store(struct mips *c, gva va, unsigned size, u32 val);
MUST_CHECK bool mips_fetch(struct mips *c, gva va, u32 *word);
MUST_CHECK bool mips_translate_data(struct mips *c, gva va, gva fault_va, bool store, gpa *pa);
struct mips_code_page *mips_fetch_page(struct mips *c, gva va);
/* The same for a translator: stores that change code, and what is nowhere, are left alone and
 * c->step set. After a device's register c->resync says whether to leave; then c->load_to is the
 * register that the value is for. */
MUST_CHECK bool mips_load_memory(struct mips *c, gva va, unsigned size, u32 *val);
MUST_CHECK bool mips_store_memory(struct mips *c, gva va, unsigned size, u32 val);
void mips_stlb_flush(struct mips *c);
/* hi: page and address space, as in EntryHi. all: of all address spaces. */
void mips_stlb_flush_page(struct mips *c, u32 hi, bool all);
void mips_stlb_flush_writes(struct mips *c);

/* mips_by_page.c: all but the first do nothing where there is none */
void mips_by_page_use(struct mips *c, struct mips_by_page *b); /* zeroed; still the caller's */
void mips_by_page_enter(struct mips *c, gva va, uintptr_t addend, bool write);
void mips_by_page_forget_mapped(struct mips *c);
void mips_by_page_forget_writes(struct mips *c);
void mips_by_page_forget_all(struct mips *c);

/* Entry i was written; it is inline, as guests whose TLB misses often spend their time here. */
static inline void mips_by_page_expect(struct mips *c, unsigned i, gva va, uintptr_t addend,
                                       bool write)
{
    struct mips_by_page *b = c->by_page;
    u32 page = va >> MEM_PAGE_SHIFT;
    if (!b)
        return;
    b->read[page] = addend;
    b->write[page] = write ? addend : 0;
    b->page[i] = page;
    b->written |= 1ull << i;
}

static inline void mips_by_page_forget(struct mips *c, gva va)
{
    u32 page = va >> MEM_PAGE_SHIFT;
    if (c->read && c->read[page])
        c->read[page] = c->write[page] = 0;
}

/*
 * Slots of the software TLBs. Programs of several address spaces, and kernels that access theirs,
 * live at the same addresses: address space and mode are mixed in, lest they throw one another out
 * with each switch. So is the segment where code is looked up.
 */
#define MIPS_STLB_SPREAD 77u  /* far apart: neighbours use neighbours' pages */
#define MIPS_STLB_USERS  320u /* in user mode other than in the kernel's, bit by bit */

static inline u32 mips_stlb_mix(u32 tag_low)
{
    return ((tag_low >> 2 & 63) * MIPS_STLB_SPREAD % MIPS_STLB_SIZE) ^
           (tag_low / MIPS_STLB_USER % 2 * MIPS_STLB_USERS);
}

static inline struct mips_stlb *mips_stlb_slot_for(struct mips *c, gva va, u32 tag_low)
{
    return &c->stlb[(va >> MEM_PAGE_SHIFT ^ mips_stlb_mix(tag_low)) % MIPS_STLB_SIZE];
}

static inline struct mips_ftlb *mips_ftlb_slot_for(struct mips *c, gva va, u32 tag_low)
{
    return &c->ftlb[(va >> MEM_PAGE_SHIFT ^ va >> 26 ^ mips_stlb_mix(tag_low)) % MIPS_STLB_SIZE];
}

static inline struct mips_ftlb *mips_ftlb_slot(struct mips *c, gva va)
{
    return mips_ftlb_slot_for(c, va, c->tag_low);
}

/* mips_tlb.c */
static inline unsigned mips_tlb_bucket(gva va)
{
    u32 vpn = va >> MEM_PAGE_SHIFT;
    return (vpn ^ vpn >> 7) % MIPS_TLB_BUCKETS;
}

/* Do entry i and an entry of these halves match a common address? */
static inline bool mips_tlb_entry_overlaps(const struct mips *c, unsigned i, u32 hi, u32 lo)
{
    u32 differ = c->tlb_hi[i] ^ hi;
    return !(differ & ~(MEM_PAGE - 1)) && (!(differ & 0xfc0) || ((c->tlb_lo[i] | lo) & MIPS_LO_G));
}

/* -1: no entry matches. asid: where EntryHi has it. Inline, because every miss of the software TLB
 * comes here. */
static inline int mips_tlb_find_as(const struct mips *c, gva va, u32 asid)
{
    u32 hi = (va & ~(MEM_PAGE - 1)) | asid;
    int found = -1;
    for (u8 i = c->tlb_index.head[mips_tlb_bucket(va)]; i != MIPS_TLB_NONE;
         i = c->tlb_index.next[i])
        if (mips_tlb_entry_overlaps(c, i, hi, 0) && (found < 0 || i < found))
            found = i;
    return found;
}

static inline int mips_tlb_find(const struct mips *c, gva va)
{
    return mips_tlb_find_as(c, va, c->entryhi & 0xfc0);
}

/* Is that what an access leads to? */
static inline bool mips_tlb_refills(const struct mips *c, gva va, unsigned size)
{
    return mips_is_kuseg(va) && !(va & (size - 1)) && mips_tlb_find(c, va) < 0;
}

void mips_tlb_reindex(struct mips *c);
void mips_tlb_trace_fault(struct mips *c, gva va);

/* mips_cache.c: the caches as a kernel sees them that has isolated them */
void mips_cache_init(struct mips *c);
void mips_cache_fini(struct mips *c);
u32 mips_cache_load(struct mips *c, gpa pa, unsigned size);
void mips_cache_store(struct mips *c, gpa pa, unsigned size, u32 val);

/* mips_spin.c: looks whether the CPU is in a loop that changes nothing, and executes a few
 * instructions, far less than `left`, meanwhile. */
bool mips_spin_look(struct mips *c, u64 left);

/* mips_trace.c: of the instruction that is single-stepped, before and after it */
void mips_trace_insn(struct mips *c);
void mips_trace_done(struct mips *c);
void mips_trace_lines(struct mips *c);
void mips_trace_branch(struct mips *c, gva target, bool taken); /* counts calls, too */

/* mips_priv.c */
void mips_raise(struct mips *c, enum mips_exc exc);
void mips_raise_at(struct mips *c, enum mips_exc exc, gva va); /* address error */
void mips_raise_tlb(struct mips *c, enum mips_exc exc, gva va);
void mips_raise_refill(struct mips *c, bool store, gva va); /* kuseg, and no entry matches */
void mips_raise_cop(struct mips *c, unsigned cop);
void mips_stop(struct mips *c, const char *reason);
bool mips_write_cp0_outside(struct mips *c, enum mips_reg reg, u32 v);

/* Else: raised. */
MUST_CHECK static inline bool mips_cp0_usable(struct mips *c)
{
    if (likely(!mips_user_mode(c) || (c->status & MIPS_ST_CU0)))
        return true;
    mips_raise_cop(c, 0);
    return false;
}

static inline unsigned mips_random_at(const struct mips *c, u64 retired)
{
    u32 span = MIPS_TLB_SIZE - MIPS_TLB_WIRED;
    return MIPS_TLB_SIZE - 1 - (u32)((retired - c->random_base) % span);
}

/* What the next rfe makes of tag_low, if nothing changes Status, and the slot of stlb for va then.
 */
static inline u32 mips_tag_low_then(const struct mips *c, gva va, u32 *slot)
{
    u32 user = c->status / MIPS_ST_KUP % 2, changes = user ^ c->tag_low / MIPS_STLB_USER % 2;
    *slot = (va >> MEM_PAGE_SHIFT ^ c->mix >> 4 ^ changes * MIPS_STLB_USERS) % MIPS_STLB_SIZE;
    return c->tag_low ^ changes * MIPS_STLB_USER;
}

static inline void mips_set_tag_low(struct mips *c, u32 tag_low)
{
    u32 user = tag_low & MIPS_STLB_USER ? 1u << 31 : 0;
    if (c->by_page && (c->tag_low ^ tag_low) & 63 << 2)
        mips_by_page_forget_mapped(c);
    c->tag_low = tag_low;
    c->mix = mips_stlb_mix(tag_low) << 4;
    c->forbid[0] = user;
    c->forbid[1] = user | 1;
    c->forbid[2] = user | 3;
}

/* After ASID, mode or cache isolation changed: which software TLB entries may hit. */
static inline void mips_mode_changed(struct mips *c)
{
    u32 asid = bits_get(c->entryhi, 6, 6);
    u32 tag_low = asid << 2 | (c->watching ? MIPS_STLB_WATCH : 0);
    if (mips_user_mode(c))
        tag_low |= MIPS_STLB_USER;
    if (c->status & MIPS_ST_ISC)
        tag_low |= MIPS_STLB_BYPASS;
    mips_set_tag_low(c, tag_low);
}

static inline bool mips_irq_pending(const struct mips *c)
{
    return (c->status & MIPS_ST_IEC) &&
           (c->status & (c->irq_lines | (c->cause & MIPS_CAUSE_SW)) & MIPS_ST_IM);
}

/* Is there a floating-point coprocessor, and switched on? */
static inline bool mips_cp1_on(const struct mips *c)
{
    return (c->status & MIPS_ST_CU1) && c->model->fir;
}

enum mips_cp0 {
    MIPS_CP0_INDEX = 0,
    MIPS_CP0_RANDOM = 1,
    MIPS_CP0_ENTRYLO = 2,
    MIPS_CP0_CONTEXT = 4,
    MIPS_CP0_BADVADDR = 8,
    MIPS_CP0_COUNT = 9,
    MIPS_CP0_ENTRYHI = 10,
    MIPS_CP0_COMPARE = 11,
    MIPS_CP0_STATUS = 12,
    MIPS_CP0_CAUSE = 13,
    MIPS_CP0_EPC = 14,
    MIPS_CP0_PRID = 15,
    MIPS_CP0_CONFIG = 16,
};

#define MIPS_STATUS_WRITABLE  0xf043ff3fu /* CU, BEV, SwC, IsC, IM, KU/IE stack */
#define MIPS_INDEX_WRITABLE   0x80003f00u
#define MIPS_ENTRYHI_WRITABLE 0xffffffc0u
#define MIPS_ENTRYLO_WRITABLE 0xffffff00u
#define MIPS_CONTEXT_PTEBASE  0xffe00000u

/* mips_fpu.c: fcr31, and the interrupt line that follows from it */
void mips_fpu_set_status(struct mips *c, u32 v);

/* Translated code computes itself while nothing can trap. It leaves flags in the host, and in
 * c->fpu what was computed last: fpu.last is 0 if fcr31's causes are right; MIPS_FPU_NO_CAUSE; or
 * the imm of an instruction whose operands are fpu.a and b. */
#define MIPS_FPU_NO_CAUSE 1u
/* So many operations must be of numbers alone before it computes again where it has done them by
 * calls. */
#define MIPS_FPU_CALM 4u
bool mips_fpu_is_quiet(const struct mips *c);
void mips_fpu_settle(struct mips *c); /* fcr31 knows all, and translated code computes no more */

/* CP0 registers (select 0) that are simply read, by their place in struct mips (0: this is none),
 * and of which those with writable bits are simply written. */
struct mips_cp0_plain {
    u16 at;
    u32 writable;
};
extern const struct mips_cp0_plain mips_cp0_plain[32];

/* Helpers of mips_sem.inc: false means that an exception was raised. */
#define MIPS_HELPER(fn) MUST_CHECK bool fn(struct mips *cx, const struct mips_insn *in)
MIPS_HELPER(mips_lwl);
MIPS_HELPER(mips_lwr);
MIPS_HELPER(mips_swl);
MIPS_HELPER(mips_swr);
MIPS_HELPER(mips_ll);
MIPS_HELPER(mips_sc);
MIPS_HELPER(mips_sync);
MIPS_HELPER(mips_mfc0);
MIPS_HELPER(mips_mtc0);
MIPS_HELPER(mips_tlbr);
MIPS_HELPER(mips_tlbwi);
MIPS_HELPER(mips_tlbwr);
MIPS_HELPER(mips_tlbp);
MIPS_HELPER(mips_rfe);
MIPS_HELPER(mips_wait);
MIPS_HELPER(mips_cache);
MIPS_HELPER(mips_cp0_pin);
MIPS_HELPER(mips_no_cop0);
MIPS_HELPER(mips_no_cop1);
MIPS_HELPER(mips_no_cop2);
MIPS_HELPER(mips_no_cop3);
MIPS_HELPER(mips_cfc1);
MIPS_HELPER(mips_ctc1);
MIPS_HELPER(mips_fpu_arith);
MIPS_HELPER(mips_fpu_sign);
MIPS_HELPER(mips_fpu_move);
MIPS_HELPER(mips_fpu_convert);
MIPS_HELPER(mips_fpu_compare);
MIPS_HELPER(mips_fpu_unimplemented);

#endif
