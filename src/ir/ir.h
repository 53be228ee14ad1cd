/* SPDX-License-Identifier: ISC */
/*
 * The intermediate representation between guest front ends and host back ends; it knows neither.
 *
 * A region is a graph of blocks. A value lives inside the block that defines it. What lives longer
 * is in a slot: a typed variable at an offset in the guest's state struct, which a back end may
 * keep in a host register as long as the region runs. Where a region can be left there is a point:
 * which slots get which constants then (the program counter, say). Slots are otherwise exact at
 * every point, in program order, so that a fault is precise.
 *
 * Blocks charge the guest instructions they stand for to a budget whenever they are entered, from
 * outside and at each turn of a loop; a block that would overdraw it charges nothing and leaves at
 * its own point instead. A point gives back what has not been done, whatever makes the region
 * leave there: a fault, a helper's false, a guard, an end. Every loop holds a block that charges,
 * so that no region runs forever.
 *
 * ir_verify has every rule, ir_eval every meaning: where a comment here is vague, they decide.
 */
#ifndef IR_IR_H
#define IR_IR_H

#include "lib/types.h"

#include <stdio.h>

enum ir_type {
    IR_VOID,
    IR_I32,
    IR_I64,
    IR_F32, /* of values only */
    IR_F64,
    IR_I8, /* of slots only: read as i32 with zeros above, written with an i32's low byte */
};

enum ir_op {
#define OP(NAME, name, operands, effect) IR_##NAME,
#include "ir/ir.def"
#undef OP
    IR_NOPS,
};

enum ir_effect {
    IR_PURE,
    IR_SLOT,
    IR_LEAVES,
    IR_ENDS,
};

struct ir_op_info {
    const char *name;
    u8 operands, effect;
};

extern const struct ir_op_info ir_ops[IR_NOPS];

enum ir_cc { /* pairs of opposites: cc ^ 1 */
    IR_EQ,
    IR_NE,
    IR_LTS,
    IR_GES,
    IR_LTU, /* not of floating point, where GES is the opposite of LTS, too */
    IR_GEU,
    IR_UNO, /* unordered: one is no number. Of floating point only */
    IR_ORD,
};

enum ir_size {
    IR_S8,
    IR_U8,
    IR_S16,
    IR_U16,
    IR_W32,
};

typedef u16 ir_ref; /* index of an instruction; 0: none */

#define IR_MAX_INSNS  8192
#define IR_MAX_BLOCKS 384
#define IR_MAX_SLOTS  192
#define IR_MAX_POINTS 2048
#define IR_MAX_CASES  16
#define IR_MAX_CALLS  256
#define IR_MAX_MAP    4

struct ir_insn {
    u8 op;
    u8 type; /* of the value; CMP: of what is compared; PUT, PUTF: of a; IR_VOID if there is none */
    u8 cc;   /* CMP */
    u8 size; /* LOAD; STORE: the sign is of no matter */
    ir_ref a, b, c;
    u16 point; /* LEAVES, and LEAVE */
    u16 t, f;  /* blocks */
    u64 imm;   /* an i32 is kept with zeros above, here and in the evaluator */
};

/* No two slots overlap. */
struct ir_slot {
    u32 offset; /* in the guest's state struct */
    u8 type;
};

/* What is written when the region is left here. */
struct ir_point {
    u16 unspent; /* of the block's charge, given back; not if the block itself leaves here */
    u8 n;
    u8 reason; /* the front end's own; LEAVE, GUARD and a budget that is spent hand it over */
    struct ir_binding {
        u16 slot;
        u32 value; /* in an i64 slot: with zeros above */
    } map[IR_MAX_MAP];
};

struct ir_case {
    u32 value; /* once in a switch */
    u16 block;
};

struct ir_block {
    ir_ref first, last; /* last is one of END */
    u16 charge;
    u16 point; /* where a block leaves that cannot be paid for; 0 if the charge is */
    u8 depth;  /* of loops around it, as the front end guesses */
    u8 ncases; /* SWITCH */
    u16 cases; /* index of the first */
};

/* bool helper(state, arg): false leaves the region; what the guest does next is in the state then,
 * and the point only gives back. Before the call the point's map is applied, and stays so. */
struct ir_call {
    u64 fn, arg;
};

struct ir_region {
    struct ir_insn *insn; /* 0 is none */
    unsigned ninsns;
    u32 *from;  /* by instruction: what it was made for, by the front end's own number, */
    u32 origin; /* which is this one at present */
    struct ir_block block[IR_MAX_BLOCKS];
    unsigned nblocks;
    struct ir_slot slot[IR_MAX_SLOTS];
    unsigned nslots;
    u8 slot_like[64];       /* for ir_slot_at: the last one whose offset is like this, in words */
    struct ir_point *point; /* 0 is none */
    unsigned npoints;
    struct ir_case cases[IR_MAX_CASES * 32];
    unsigned ncases;
    struct ir_call call[IR_MAX_CALLS];
    unsigned ncalls;
    u16 entry; /* block */
    /* A block that ends in a JUMP to the entry and finds out whether the region may be entered
     * from anywhere; entered only from outside, for no charge. IR_NO_BLOCK: it always may. */
    u16 check;
    bool full; /* some table overflowed: the region is of no use */
};

#define IR_NO_BLOCK 0xffff

struct ir_region *ir_region_new(void);
void ir_region_free(struct ir_region *r);
void ir_region_clear(struct ir_region *r);

/* ---- building: ir_build.c ----
 * One block at a time: ir_block opens it, an END closes it. Constants are folded, values of slots
 * that are known are not read again. */

struct ir_builder {
    struct ir_region *r;
    u16 block;
    ir_ref known[IR_MAX_SLOTS];  /* the slot's value, if this block has seen it; */
    ir_ref knownf[IR_MAX_SLOTS]; /* as an f32; or the f64 that it is half of, */
    bool high[IR_MAX_SLOTS];     /* and which half */
};

u16 ir_new_block(struct ir_region *r); /* to jump to before it is filled */
void ir_begin(struct ir_builder *b, struct ir_region *r, u16 block);
u16 ir_slot_at(struct ir_region *r, u32 offset, enum ir_type type); /* the same again: the same */
u16 ir_add_point(struct ir_region *r, const struct ir_point *p);
u16 ir_add_call(struct ir_region *r, u64 fn, u64 arg);
/* Of the value it yields, or IR_VOID. */
enum ir_type ir_type_of(const struct ir_insn *in);

ir_ref ir_const(struct ir_builder *b, enum ir_type type, u64 v);
bool ir_is_const(const struct ir_builder *b, ir_ref v, u64 *out);
ir_ref ir_get(struct ir_builder *b, u16 slot);
void ir_put(struct ir_builder *b, u16 slot, ir_ref v);
ir_ref ir_left(struct ir_builder *b, u16 more); /* of the budget, and more */
ir_ref ir_peek(struct ir_builder *b, enum ir_type type, ir_ref at, u32 offset);
ir_ref ir_binary(struct ir_builder *b, enum ir_op op, ir_ref x, ir_ref y);
ir_ref ir_unary(struct ir_builder *b, enum ir_op op, ir_ref x);
ir_ref ir_cmp(struct ir_builder *b, enum ir_cc cc, ir_ref x, ir_ref y);
ir_ref ir_select(struct ir_builder *b, ir_ref cond, ir_ref x, ir_ref y);
ir_ref ir_load(struct ir_builder *b, enum ir_size size, ir_ref at, u16 point);
void ir_store(struct ir_builder *b, enum ir_size size, ir_ref at, ir_ref v, u16 point);
void ir_guard(struct ir_builder *b, ir_ref cond, u16 point);
void ir_do_call(struct ir_builder *b, u16 call, u16 point);
void ir_ask(struct ir_builder *b, ir_ref cond, u16 call, u16 point);

/* ir_float.c. high: of an f64; else of no matter */
ir_ref ir_getf(struct ir_builder *b, enum ir_type type, u16 slot, u16 high);
void ir_putf(struct ir_builder *b, u16 slot, u16 high, ir_ref v);
ir_ref ir_float(struct ir_builder *b, enum ir_op op, enum ir_type type, ir_ref x, ir_ref y);
/* What an operation of floating point yields; y: 0 if there is none. */
u64 ir_float_eval(const struct ir_insn *in, enum ir_type from, u64 x, u64 y);

void ir_jump(struct ir_builder *b, u16 to);
void ir_branch(struct ir_builder *b, ir_ref cond, u16 t, u16 f);
void ir_switch(struct ir_builder *b, ir_ref v, const struct ir_case *cases, unsigned n, u16 other);
void ir_chain(struct ir_builder *b, u64 place);
void ir_indirect(struct ir_builder *b, ir_ref place);
void ir_leave(struct ir_builder *b, u16 point);

/* What a pure operation yields for constants; x and y of the instruction's operand type. */
u64 ir_fold(enum ir_op op, enum ir_type type, enum ir_cc cc, u64 x, u64 y);

/* ---- looking ---- */

/* NULL, or what is wrong with the region: a sentence. */
const char *ir_verify(const struct ir_region *r);
void ir_print(const struct ir_region *r, FILE *out);
/* One instruction, without an end of line. slot_name: of a slot by its offset; NULL: by number. */
void ir_print_insn(const struct ir_region *r, unsigned at, const char *(*slot_name)(u32 offset),
                   FILE *out);

/* ---- running: ir_eval.c, the engine for hosts without a back end and the yardstick for others ---
 */

struct ir_host {
    void *state; /* the guest's: slots are offsets in it */
    /* Guest memory, a unit of `size` in v's low bits. False: leave, as the state says by now: it
     * is the host that applies the point, or makes the state what a fault there leads to. */
    bool (*load)(struct ir_host *h, u16 point, enum ir_size size, u32 at, u32 *v);
    bool (*store)(struct ir_host *h, u16 point, enum ir_size size, u32 at, u32 v);
    bool (*call)(struct ir_host *h, u16 point, const struct ir_call *call);
    i64 budget; /* not negative; with what its point gives back while an instruction is done */
};

/* How a region was left: its point (0: as the state says), and for CHAIN and INDIRECT where to. */
struct ir_left {
    u16 point;
    bool onward; /* CHAIN or INDIRECT: place says where to */
    u64 place;
};

/* r is valid; entry: its entry or check block. */
struct ir_left ir_eval(const struct ir_region *r, u16 entry, struct ir_host *h);
/* Writes a point's map into the state. */
void ir_apply(const struct ir_region *r, u16 point, void *state);

#endif
