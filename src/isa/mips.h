/* SPDX-License-Identifier: ISC */
/*
 * A MIPS R3000-family CPU: its state, its models, and the engine that interprets it.
 * Knows memory (mem/) and nothing else of the machine; interrupts come in as lines.
 * Source: Kane and Heinrich, "MIPS RISC Architecture"; System/161's documents for its additions.
 */
#ifndef ISA_MIPS_H
#define ISA_MIPS_H

#include "isa/mips_debug.h"
#include "isa/mips_segment.h"
#include "lib/err.h"
#include "lib/trace.h"
#include "lib/types.h"
#include "mem/mem.h"
#include "state/state.h"

struct mips;
struct mips_code;
struct mips_block;

enum {
    MIPS_HI = 32, /* indices into r[], after the general registers */
    MIPS_LO = 33,
    MIPS_SINK = 34, /* where writes to $0 go */
    MIPS_NREGS = 35,
};

enum mips_level {
    MIPS_L1 = 1,
    MIPS_L2 = 2,
    MIPS_L161 = 4,
    MIPS_LPIN = 8, /* branches on coprocessor 0's condition, as wired on the board */
};

enum mips_exc {
    MIPS_EXC_INT = 0,
    MIPS_EXC_MOD = 1,
    MIPS_EXC_TLBL = 2,
    MIPS_EXC_TLBS = 3,
    MIPS_EXC_ADEL = 4,
    MIPS_EXC_ADES = 5,
    MIPS_EXC_IBE = 6,
    MIPS_EXC_DBE = 7,
    MIPS_EXC_SYS = 8,
    MIPS_EXC_BP = 9,
    MIPS_EXC_RI = 10,
    MIPS_EXC_CPU = 11,
    MIPS_EXC_OV = 12,
};

enum {
    MIPS_ST_IEC = 1u << 0,
    MIPS_ST_KUC = 1u << 1,
    MIPS_ST_KUP = 1u << 3,
    MIPS_ST_STACK = 0x3f, /* KUo IEo KUp IEp KUc IEc */
    MIPS_ST_IM = 0xff00,
    MIPS_ST_ISC = 1u << 16,
    MIPS_ST_SWC = 1u << 17,
    MIPS_ST_CM = 1u << 19, /* the last load while isolated missed */
    MIPS_ST_BEV = 1u << 22,
    MIPS_ST_CU0 = 1u << 28,
    MIPS_ST_CU1 = 1u << 29,

    MIPS_CAUSE_SW = 0x300,
    MIPS_CAUSE_HW = 0xfc00,
    MIPS_CAUSE_TIMER = 0x8000, /* MIPS-161: Count reached Compare */
    MIPS_CAUSE_BD = 1u << 31,

    MIPS_FCR31_RM = 3, /* rounding mode; then five flags, enables and causes: mips_fpu.h */
    MIPS_FCR31_C = 1u << 23,
    MIPS_FCR31_WRITABLE = 0x0083ffff,

    MIPS_LO_N = 1u << 11,
    MIPS_LO_D = 1u << 10,
    MIPS_LO_V = 1u << 9,
    MIPS_LO_G = 1u << 8,
    MIPS_TLB_SIZE = 64,
    MIPS_TLB_WIRED = 8,
};

/* What differs between the chips of the family. */
struct mips_model {
    const char *name;
    u32 prid;
    u32 levels; /* enum mips_level, or-ed */
    /* System/161's CPU: Count and Compare, CP0 selects, WAIT, its own answers to division by zero;
     * isolating or swapping caches and duplicate TLB entries stop the machine. */
    bool is161;
    u32 fir;    /* the floating-point coprocessor's revision; 0: there is none */
    u32 fp_irq; /* the line of MIPS_CAUSE_HW that its interrupt is wired to */
    bool spins; /* kernels for it have no way to wait: loops that change nothing are looked for */
    u32 cache_bytes; /* of each cache, as a kernel that isolates them sees it; 0: none to be seen */
};

extern const struct mips_model mips_r3000, mips_r3000a_kn02; /* as on a KN02, with an R3010 */
extern const struct mips_model mips_r3000a;
extern const struct mips_model mips_r3000a_fpu; /* with an R3010, wired as in DECstations */
extern const struct mips_model mips_161;

/*
 * Software TLB: what the 64 entries and the segments say, page by page, for loads and stores that
 * hit RAM. A tag is the page's address, the ASID in bits 2..7 and the mode in bit 8, so that one
 * comparison checks page, alignment, address space and privilege. Derived state: never saved.
 */
enum {
    MIPS_STLB_BITS = 9,
    MIPS_STLB_SIZE = 1 << MIPS_STLB_BITS,
    MIPS_HINT_BITS = 12,
    MIPS_STLB_USER = 1u << 8,
    MIPS_STLB_WATCH = 1u << 9,   /* in tag_low: there are watchpoints */
    MIPS_STLB_BYPASS = 1u << 10, /* in tag_low: nothing hits (caches isolated) */
    MIPS_STLB_SPECIAL = MIPS_STLB_WATCH | MIPS_STLB_BYPASS,
    MIPS_STLB_EMPTY = 1u << 11,
};

struct mips_stlb {
    u32 rtag, wtag;
    uintptr_t addend; /* host address = addend + virtual address */
};

/*
 * The same by page, without tags, for translated code that goes from page to page: only what holds
 * in the address space of now. What it knows stands in two lists, so that it can be forgotten:
 * pages of the TLB when the address space changes or a list is full. What an entry of the TLB said
 * when it was written stands by its number instead, as most of that is soon forgotten.
 */
enum {
    MIPS_BY_PAGE = 1 << 20,
    MIPS_BY_PAGE_LIST = 2048,
};

struct mips_by_page {
    uintptr_t read[MIPS_BY_PAGE], write[MIPS_BY_PAGE]; /* addends; 0: not known */
    struct mips_by_page_list {
        unsigned n;
        u32 page[MIPS_BY_PAGE_LIST];
    } mapped, unmapped;
    u64 written;             /* bit i: entry i said */
    u32 page[MIPS_TLB_SIZE]; /* something about this page */
};

struct mips_ftlb {
    u32 tag;
    struct mips_code_page *page;
};

/* Which entries may match a page: chains of indices by a hash of the page. Derived state. */
enum {
    MIPS_TLB_BUCKETS = 128,
    MIPS_TLB_NONE = 0xff,
};

struct mips_tlb_index {
    u8 head[MIPS_TLB_BUCKETS], next[MIPS_TLB_SIZE];
};

/* TLB exceptions by what the access found. */
enum mips_tlb_fault {
    MIPS_TLB_LOAD_MISS, /* no entry */
    MIPS_TLB_STORE_MISS,
    MIPS_TLB_LOAD_INVALID, /* an entry that is not valid */
    MIPS_TLB_STORE_INVALID,
    MIPS_TLB_READ_ONLY, /* a store, and a valid entry that forbids it */
    MIPS_TLB_FAULTS,
};

/* See mips_spin.c. Derived state: whether a loop was recognised changes nothing of a run. */
struct mips_spin {
    u64 next;     /* retired: when to look again; ~0: never */
    u64 distance; /* between the last looks */
    u64 round;    /* instructions of the loop's; 0: none was found, */
    u64 at;       /* or that is over, once retired is not this */
};

struct mips_stats {
    u64 user_cycles;
    u64 lls, scs_ok, scs_failed, syncs;
    u64 irqs, exceptions, user_exceptions;
    u64 tlb_faults[MIPS_TLB_FAULTS];
    u64 tlb_writes;
};

struct mips {
    /* architectural */
    u32 r[MIPS_NREGS];
    u32 pc;  /* of the next instruction */
    u32 npc; /* of the one after it: the branch target, while bd */
    bool bd; /* pc is in a delay slot */
    bool waiting;
    bool stopped; /* did what this model leaves undefined; stop_reason says what */
    bool timer_on;
    bool ll;
    u32 ll_addr, ll_value; /* physical */
    u32 index, entrylo, context, badvaddr, entryhi, status, epc, compare;
    u32 cause;     /* BD, CE, software interrupts, code; the lines are irq_lines */
    u32 irq_lines; /* MIPS_CAUSE_HW */
    u32 tlb_hi[MIPS_TLB_SIZE], tlb_lo[MIPS_TLB_SIZE];
    u32 fpr[32]; /* a double: its low word in the even register, the high one in the next */
    u32 fcr31;
    u64 retired;     /* instructions attempted since power-on; see vcpu.h */
    u64 random_base; /* Random = 63 - (retired - random_base) % 56 */
    u64 count_base;  /* Count = retired - count_base */
    u64 user_since;  /* retired at the last entry to user mode */
    struct mips_stats stats;
    u8 *cache; /* mips_cache.c; NULL: the model has none */

    /* derived */
    /* The translator's floating point, of which fcr31 does not know all while translated code runs:
     * mips_fpu_settle. */
    struct mips_fpu_lazy {
        u32 live;  /* 0 or 1: it computes, the host rounds as the guest does; CU1 is on */
        u32 flags; /* raised by then: fcr31's, from bit 0 here */
        u32 calm;  /* so many were done by calls since one was odd: mips_lift_fpu.c */
        u32 last;  /* the last operation, whose causes are to be found; */
        u64 a, b;  /* and its operands */
    } fpu;
    u32 tag_low;    /* low bits of every tag that may hit now */
    u32 mix;        /* of them, what goes into a slot's number, times 16: mips_int.h */
    bool resync;    /* leave the block after this instruction, because of one of these, or because
                     * interrupt lines or code have changed */
    bool request;   /* return to the caller of mips_run */
    bool retime;    /* find anew when Count reaches Compare */
    bool at_native; /* the interpreter returns before blocks that are hot or translated */
    bool step;      /* the translator's: interpret the next instruction */
    u32 *load_to;   /* the translator's: see mips_load_memory */
    u64 stop;       /* the translator's: where its run ends, a count of instructions */
    struct mips_spin spin;
    struct mips_block *hot; /* why the interpreter returned: this block; NULL: it did not */
    struct mips_tlb_index tlb_index;
    u64 spread;                  /* bit i: C looked up what entry i says, so it may be anywhere, */
    u16 expected[MIPS_TLB_SIZE]; /* and not just in this slot of stlb, and by page */
    struct mips_stlb stlb[MIPS_STLB_SIZE];
    u32 forbid[3];                  /* bits that no address of 1, 2, 4 bytes may have now */
    uintptr_t *read, *write;        /* those of by_page */
    struct mips_by_page *by_page;   /* the translator's; NULL: there is none */
    u32 hints[1 << MIPS_HINT_BITS]; /* the translator's: see jit.h, */
    i32 trust[1 << MIPS_HINT_BITS];
    u64 trusted; /* retired when they were filled up last */
    struct mips_ftlb ftlb[MIPS_STLB_SIZE];

    /* wiring */
    const struct mips_model *model;
    bool big;      /* byte order */
    bool watching; /* there are watchpoints */
    unsigned number;
    struct mem *mem;
    struct mips_code *code;
    struct trace *trace;
    const char *stop_reason;

    /* Who counts jal and jalr: makes the CPU single-step. NULL: nobody. */
    void (*called)(void *ctx, gva from, gva to);
    void *called_ctx;
    u32 stepped; /* the word that is being single-stepped, for its trace */

    /* debugging */
    u8 halt; /* MIPS_EXIT_BREAK or _WATCH, when `request` means that; `hit` says more */
    struct mips_hit hit;
    struct mips_pass pass;
};

extern const struct state_desc mips_state;

/* ---- by the machine ---- */

/* Decoded code, shared by the CPUs of one machine (which run on one host thread). */
struct mips_code *mips_code_new(struct mem *mem, const struct mips_model *model);
void mips_code_free(struct mips_code *code);
void mips_code_flush(struct mips_code *code); /* after memory was changed from outside */

void mips_init(struct mips *c, const struct mips_model *model, bool big, unsigned number,
               struct mem *mem, struct mips_code *code, struct trace *trace);
void mips_fini(struct mips *c);
size_t mips_cache_state_bytes(const struct mips_model *model); /* of mips.cache */
void mips_reset(struct mips *c);
static inline void mips_set_pc(struct mips *c, u32 pc)
{
    c->pc = pc;
    c->npc = pc + 4;
    c->bd = false;
}

void mips_set_irq(struct mips *c, u32 line, bool up); /* line: bits of MIPS_CAUSE_HW */

enum mips_exit {
    MIPS_EXIT_BUDGET,
    MIPS_EXIT_WAIT,    /* idle until a line goes up */
    MIPS_EXIT_REQUEST, /* mips_request was called */
    MIPS_EXIT_STOPPED, /* see stop_reason */
    MIPS_EXIT_BREAK,   /* before an instruction with a breakpoint: mips_debug.h, hit */
    MIPS_EXIT_WATCH,   /* before an instruction that touches what is watched */
    MIPS_EXIT_SPIN,    /* in a loop that changes nothing: mips_spin_skip */
};

/* Runs at most `budget` instructions, exactly counted in c->retired. */
enum mips_exit mips_run(struct mips *c, u64 budget);

/* Directly after MIPS_EXIT_SPIN, while nothing from outside has come: as if so many instructions,
 * or a few less, had been executed. Else nothing. */
void mips_spin_skip(struct mips *c, u64 n);

/* From inside the run (a device's register was written): return after the current instruction. */
void mips_request(struct mips *c);

/* ---- by debuggers, tests and tools ---- */

/* After registers or TLB entries were written from outside. */
void mips_changed(struct mips *c);

u32 mips_random(const struct mips *c);
u32 mips_count(const struct mips *c);
u64 mips_user_cycles(const struct mips *c);
static inline bool mips_user_mode(const struct mips *c)
{
    return c->status & MIPS_ST_KUC;
}

/* Translation without side effects. False: unmapped. */
MUST_CHECK bool mips_translate(const struct mips *c, gva va, gpa *pa);

/* One instruction in words; at least 64 bytes of room. Unknown ones as ".word". */
void mips_disassemble(const struct mips_model *model, u32 pc, u32 word, char *buf, size_t len);

#endif
