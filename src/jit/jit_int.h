/* SPDX-License-Identifier: ISC */
/* Shared inside the back end: regions as they are kept, the frame of a run, one compilation. */
#ifndef JIT_JIT_INT_H
#define JIT_JIT_INT_H

#include "host/host_code.h"
#include "host/host_cpu.h"
#include "jit/jit.h"
#include "jit/x64.h"

/* What generated code and C tell each other: at rsp while a region runs. */
struct jit_frame {
    u32 at, value;
    u32 point; /* of an access: to be applied, 0 for none, and in the upper half its size */
    u32 how;
    u32 site, length; /* `length` not 0: so much code at `site` becomes what is at `instead` */
    u32 instead, unused;
    struct jit_region *region;
    u64 left, place;
    struct jit *jit;
    void *state;
    struct jit_exit *exit;
    u64 temp[X64_NREGS]; /* across slow paths, by register */
    u64 xmm[16];         /* likewise */
    u64 value_of[23];    /* values that found no register */
};

#define JIT_FRAME_VALUES 23
_Static_assert(sizeof(struct jit_frame) % 16 == 8, "keeps the stack aligned");

#define JIT_JUMPS  16384 /* entries */
#define JIT_HOMES  9
#define JIT_NTEMPS 4

/* An entry of the table of all jumps, or of a switch's. */
struct jit_jump {
    u64 key; /* a place and 1, so that an empty table is zero; a value */
    const u8 *code;
};

struct jit_chain {
    u64 place;
    u32 at; /* of the jump's distance, from the region's start */
};

/* A point whose map names places in the state. */
struct jit_point {
    u16 unspent;
    u8 n, reason;
    struct jit_binding {
        u32 offset, value;
        u32 bytes;
    } map[IR_MAX_MAP];
};

/* Where a switch of a region leads: by value modulo the size, as the table of all jumps. */
struct jit_switch {
    struct jit_switch *next;
    struct jit_jump jump[];
};

struct jit_region {
    struct jit_region *next;
    void *owner;
    u64 place;
    const u8 *code; /* where it runs */
    u32 len;
    u32 entry, check; /* from code; the same if there is no check */
    u32 stale;        /* where to go when it is dropped */
    struct jit_point *point;
    struct ir_call *call;
    struct jit_chain *chain;
    unsigned nchains;
    struct jit_switch *switches;
};

struct jit {
    struct jit_config config;
    struct host_code code;
    size_t used, common; /* bytes; `common`: what stands before all regions */
    size_t wanted;       /* of the host, beforehand */
    unsigned nregions;
    size_t tables; /* bytes that they take beside their code */
    bool full;
    struct host_cpu cpu;
    unsigned next_hint;
    struct jit_region *regions;
    struct jit_jump *jump;
    unsigned jumps; /* entries, a power of two */
    u64 random;
    struct jit_gen *gen;
    /* common code, from the start of code */
    u32 enter, leave, slow_load, slow_store, slow_patch, failed, miss;
};

/* ---- one compilation ---- */

enum jit_where {
    JIT_NOWHERE,
    JIT_IN_REG,  /* a temporary of its own */
    JIT_IN_XMM,  /* likewise, of floating point */
    JIT_IN_HOME, /* the slot it was read from or written to has a register, and still holds it */
    JIT_IN_SLOT, /* likewise, in memory */
    JIT_IN_FRAME,
    JIT_IN_FLAGS, /* a comparison whose one user comes next */
};

struct jit_value {
    u8 where, reg;
    u16 slot;
    u16 uses;
    u8 frame;
    u8 window;  /* of an access: 1 + which it is in, if any, */
    i16 offset; /* and how far from the one that opens it */
};

/* Accesses of a block off one base that share a check (jit_window.c). */
struct jit_window {
    ir_ref leader, last, base; /* leader 0: it is none after all */
    u16 members;
    u8 align;
    bool write;
    i32 leads_at, at; /* offsets from the base: of the leader; of one as wide as `align` */
    i64 lo, hi;
};

#define JIT_WINDOWS       8 /* looked at in a block, */
#define JIT_WINDOW_COPIES 3 /* and made */
#define JIT_MAX_COPIES    128
#define JIT_MAX_SAVED     (2 * IR_MAX_INSNS)

/* A window's address in the host is a value like those of instructions. */
#define JIT_WINDOW(k) (IR_MAX_INSNS + (k))

/* The rest of a block without a window: out of the way, for when its check fails. */
struct jit_copy {
    u16 block;
    ir_ref from;
    u32 at, from_end; /* where it is; the jump to it from a window across the end of a page, or 0 */
    /* what stood where then */
    unsigned saved;
    u32 frame_used, open;
    ir_ref owner[X64_NREGS], xowner[X64_NREGS];
    struct jit_value window[JIT_WINDOWS];
};

struct jit_temps {
    unsigned at, t1, t2;
};

enum jit_stub_kind {
    JIT_STUB_LOAD,
    JIT_STUB_STORE,
    JIT_STUB_WINDOW,
    JIT_STUB_LEAVE,
    JIT_STUB_CALL,
    JIT_STUB_ASK,
    JIT_STUB_SPENT,
};

/* Code out of the way of what usually runs. */
struct jit_stub {
    u8 kind, at_reg, value_reg, size;
    u8 tag, t1, t2; /* accesses: which tag; two temporaries, t2 holds the tag wanted */
    u16 hint;
    u16 live;    /* temporaries to be kept */
    u16 xlive;   /* ASK: of floating point */
    ir_ref insn; /* that it is for; SPENT: none */
    u16 block;
    u16 copy; /* WINDOW: where to go if it is none */
    u16 point;
    i16 refund; /* SPENT: of the budget */
    bool pre;   /* in the check block: homes are not loaded yet */
    bool value_is_const;
    u32 value;
    u32 from, back; /* the jump to it; where it returns */
    u32 site;       /* accesses: where they begin, */
    u32 retry;      /* go on with t1 at the right entry, */
    u32 access;     /* and with the addend in t1 */
};

struct jit_fixup {
    u32 at;
    struct jit_jump *jump; /* not NULL: in there instead */
    u16 block;
};

#define JIT_MAX_STUBS  4096
#define JIT_MAX_CHAINS 1024
#define JIT_MAX_NOTES  (IR_MAX_INSNS + JIT_MAX_STUBS + IR_MAX_BLOCKS + JIT_MAX_COPIES + 16)
#define JIT_MAX_FIXUPS 4096

struct jit_gen {
    struct jit *j;
    const struct ir_region *r;
    struct x64 x;
    struct jit_value val[JIT_WINDOW(JIT_WINDOWS)];
    u8 homes_order[JIT_HOMES], temps_order[JIT_NTEMPS]; /* registers, as they are taken */
    u8 home[IR_MAX_SLOTS];                              /* register, or X64_NONE */
    u16 slot_in[X64_NREGS];                             /* of homes */
    bool written[IR_MAX_SLOTS];
    bool held[IR_MAX_SLOTS];  /* values of this block may still be where the slot is */
    u16 homes;                /* registers that are one */
    ir_ref owner[X64_NREGS];  /* of temporaries; 0: free */
    u16 locked;               /* registers that the current instruction needs */
    ir_ref xowner[X64_NREGS]; /* the same of xmm registers */
    u16 xlocked;
    u8 xmms;        /* that may be used */
    bool float_;    /* the region has floating point */
    u32 frame_used; /* bit each */
    ir_ref flags;   /* the comparison that the flags still show, */
    u8 flags_cc;    /* as this condition */
    bool pre;       /* in the check block */
    u16 block;
    ir_ref at;      /* the instruction; 0: none yet */
    u16 next_block; /* that is emitted after this one */
    u32 block_at[IR_MAX_BLOCKS];
    bool reached[IR_MAX_BLOCKS];
    struct jit_fixup fixup[JIT_MAX_FIXUPS];
    unsigned nfixups;
    struct jit_stub stub[JIT_MAX_STUBS];
    unsigned nstubs;
    struct jit_chain chain[JIT_MAX_CHAINS];
    unsigned nchains;
    struct jit_window window[JIT_WINDOWS]; /* of this block */
    unsigned nwindows;
    u32 open; /* windows, a bit each */
    bool copying;
    struct jit_copy copy[JIT_MAX_COPIES];
    unsigned ncopies;
    struct jit_value saved[JIT_MAX_SAVED];
    unsigned nsaved;
    u32 thunk_load, thunk_store, thunk_patch, thunk_leave, thunk_leave_pre, thunk_chain;
    struct jit_region *out;
    bool failed;
    struct jit_note *note; /* JIT_MAX_NOTES; NULL: nobody wants to know */
    unsigned nnotes;
};

/* To write what changes the flags. */
static inline struct x64 *jit_gen_x(struct jit_gen *g)
{
    g->flags = 0;
    return &g->x;
}

/* jit_regs.c: where values are */
void jit_regs_choose_homes(struct jit_gen *g);
void jit_regs_begin_block(struct jit_gen *g, u16 block); /* counts uses */
unsigned jit_regs_temp(struct jit_gen *g);               /* a free temporary, locked */
unsigned jit_regs_use(struct jit_gen *g, ir_ref v);      /* the register it is in, locked */
void jit_regs_done(struct jit_gen *g, ir_ref v);         /* one use less */
/* The register in which v is to be computed: that of the slot it is put into next, if it has one;
 * else a temporary, one of `reuse` if it is free by now. */
unsigned jit_regs_define(struct jit_gen *g, ir_ref v, u16 reuse);
void jit_regs_define_in(struct jit_gen *g, ir_ref v, unsigned reg); /* a temporary that is free */
void jit_regs_claim(struct jit_gen *g, unsigned reg); /* empties a temporary and locks it */
void jit_regs_unlock(struct jit_gen *g);
void jit_regs_put(struct jit_gen *g, u16 slot, ir_ref v);
void jit_regs_get(struct jit_gen *g, u16 slot, ir_ref v);
void jit_regs_park_all(struct jit_gen *g); /* all values that live on into the frame */
u16 jit_regs_live_temps(const struct jit_gen *g);
void jit_regs_load_homes(struct jit_gen *g, u16 which);
void jit_regs_spill_homes(struct jit_gen *g);
struct x64_mem jit_regs_to_frame(struct jit_gen *g, ir_ref v); /* where v goes, from any register */
void jit_regs_evacuate(struct jit_gen *g, u16 slot);           /* before it is written */
bool jit_regs_const(const struct jit_gen *g, ir_ref v, u64 *c);
bool jit_regs_imm32(const struct jit_gen *g, ir_ref v, i32 *imm);
/* In memory, and used for the last time: it can be an operand as it is. */
bool jit_regs_operand(const struct jit_gen *g, ir_ref v, struct x64_mem *m);
struct x64_mem jit_regs_slot(const struct jit_gen *g, u16 slot);

/* jit_ops.c: pure operations; returns the last instruction dealt with */
ir_ref jit_ops_emit(struct jit_gen *g, ir_ref i);
void jit_ops_left(struct jit_gen *g, ir_ref i);
void jit_ops_peek(struct jit_gen *g, ir_ref i);
enum x64_cc jit_ops_compare(struct jit_gen *g, ir_ref cmp); /* sets the flags */
enum x64_cc jit_ops_truth(struct jit_gen *g, ir_ref cond);  /* likewise, of any value; a use less */
ir_ref jit_ops_next(const struct jit_gen *g, ir_ref i);     /* that yields code */

/* jit_float.c: values in xmm registers, and all that is done to them */
bool jit_float_is(const struct ir_insn *in);      /* an instruction of floating point */
void jit_float_emit(struct jit_gen *g, ir_ref i); /* but comparisons */
enum x64_cc jit_float_compare(struct jit_gen *g, ir_ref cmp);
void jit_float_park(struct jit_gen *g, unsigned reg);
void jit_float_keep(struct jit_gen *g, u16 which, i32 up, bool restore); /* across C */
u16 jit_float_live(const struct jit_gen *g);

/* jit_memory.c: guest memory */
void jit_memory_load(struct jit_gen *g, ir_ref i);
void jit_memory_store(struct jit_gen *g, ir_ref i);
/* The window's check: t1 gets the addend, or the copy goes on. */
void jit_memory_window(struct jit_gen *g, ir_ref i, const struct jit_window *w, u16 copy,
                       struct jit_temps t);
unsigned jit_memory_bytes(unsigned size); /* enum ir_size */
struct x64_mem jit_memory_hint(const struct jit_gen *g, unsigned hint);
/* For stubs: where it begins, and the jumps to be taken if the page is not known. */
u32 jit_memory_by_page(struct jit_gen *g, const struct jit_stub *s, u32 miss[2]);
/* ...and the jump to be taken if the software TLB does not know. */
u32 jit_memory_look_up(struct jit_gen *g, const struct jit_stub *s);

/* jit_leave.c: guards, calls, ends of blocks */
void jit_leave_emit(struct jit_gen *g, ir_ref i);
void jit_leave_end(struct jit_gen *g, ir_ref i);
void jit_leave_charge(struct jit_gen *g, u16 block);
void jit_leave_do_call(struct jit_gen *g, const struct ir_insn *in);
void jit_leave_bind(struct jit_gen *g, const struct ir_point *p); /* stores what its map says */

/* jit_stub.c: what stands behind the blocks */
struct jit_stub *jit_stub_new(struct jit_gen *g, enum jit_stub_kind kind, u32 from);
void jit_stub_emit(struct jit_gen *g); /* all of them */
void jit_stub_thunks(struct jit_gen *g);
void jit_stub_commons(struct jit *j, struct x64 *x);
u32 jit_stub_common(const struct jit_gen *g, u32 common); /* where it is, seen from this region */

/* jit_window.c */
void jit_window_find(struct jit_gen *g, u16 block);
/* Whether the access is in a window that is open by now, and which value that is. */
bool jit_window_access(struct jit_gen *g, ir_ref i, ir_ref *window);
void jit_window_restore(struct jit_gen *g, struct jit_copy *c); /* the copy follows */

/* jit.c: below n; of the chaos */
unsigned jit_random(struct jit *j, unsigned n);

/* jit_gen.c; false: the region cannot be compiled */
bool jit_gen_region(struct jit_gen *g);
void jit_gen_note(struct jit_gen *g, enum jit_part part, unsigned which, const char *what);

/* jit.c: what generated code calls */
/* false: leave, or go onward */
bool jit_slow_load(struct jit_frame *f, u64 left);
bool jit_slow_store(struct jit_frame *f, u64 left);
bool jit_slow_patch(struct jit_frame *f, u64 left); /* only overwrites what is to be overwritten */
void jit_leaving(struct jit_frame *f);

#define JIT_TEMPS (1u << RAX | 1u << RCX | 1u << RDX | 1u << R11)
/* A call of C may change these homes. */
#define JIT_VOLATILE (1u << RSI | 1u << RDI | 1u << R8 | 1u << R9 | 1u << R10)
#define JIT_STATE    RBP
#define JIT_LEFT     R15

#endif
