/* SPDX-License-Identifier: ISC */
/*
 * The interpreter: threaded code over pre-decoded blocks (mips_code.c). mips_interp.inc is its
 * body, compiled once for each byte order so that neither pays for the other.
 */
#include "isa/mips_int.h"

/* Every handler keeps a dispatch of its own: gcc would fold equal ends of them into one. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-crossjumping")
#endif

/* ---- the words of mips_sem.inc, spelled in C ---- */

typedef u32 V;

#define RS        rs
#define RT        rt
#define RD        rd
#define R(f)      (cx->r[ip->f])
#define HI        (cx->r[MIPS_HI])
#define LO        (cx->r[MIPS_LO])
#define K(c)      ((u32)(c))
#define SIMM      (ip->imm)
#define UIMM      (ip->imm)
#define SA        (ip->imm)
#define LINKPC    (vpc + 4u * ip->after)
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define AND(a, b) ((a) & (b))
#define OR(a, b)  ((a) | (b))
#define XOR(a, b) ((a) ^ (b))
#define NOR(a, b) (~((a) | (b)))
#define SHL(a, b) ((a) << ((b)&31))
#define SHR(a, b) ((a) >> ((b)&31))
#define SAR(a, b) ((u32)((i32)(a) >> ((b)&31)))
#define EQ(a, b)  ((u32)((a) == (b)))
#define NE(a, b)  ((u32)((a) != (b)))
#define LTS(a, b) ((u32)((i32)(a) < (i32)(b)))
#define LTU(a, b) ((u32)((a) < (b)))

#define W(f, v)   (cx->r[ip->f] = (v))
#define W_HI(v)   (cx->r[MIPS_HI] = (v))
#define W_LO(v)   (cx->r[MIPS_LO] = (v))
#define W_LINK(v) (cx->r[31] = (v))

#define F(f)      (cx->fpr[ip->f])
#define W_F(f, v) (cx->fpr[ip->f] = (v))
#define FCC       (cx->fcr31 & MIPS_FCR31_C)
#define CP1                                                                                        \
    if (unlikely(!mips_cp1_on(cx)))                                                                \
    HELPER(mips_no_cop1)

#define FPU(fn)                                                                                    \
    CP1;                                                                                           \
    HELPER(fn)

#define ADDO(x, a, b)                                                                              \
    if (unlikely(__builtin_add_overflow((i32)(a), (i32)(b), (i32 *)&(x))))                         \
    RAISE(OV)
#define SUBO(x, a, b)                                                                              \
    if (unlikely(__builtin_sub_overflow((i32)(a), (i32)(b), (i32 *)&(x))))                         \
    RAISE(OV)

#define MUL(sign, a, b)                                                                            \
    do {                                                                                           \
        u64 product = MUL_##sign(a, b);                                                            \
        W_LO((u32)product);                                                                        \
        W_HI((u32)(product >> 32));                                                                \
    } while (0)
#define MUL_S(a, b) ((u64)((i64)(i32)(a) * (i32)(b)))
#define MUL_U(a, b) ((u64)(a) * (b))

#define DIV(sign, a, b) mips_div_##sign(cx, a, b)

/* Division by zero and the one overflow do not trap; the manual leaves the result open. This is
 * what the algorithm of the real chip yields, or what System/161's CPU delivers. */
static void mips_div_zero(struct mips *cx, u32 a, bool is_signed)
{
    bool negative = is_signed && (i32)a < 0;
    if (cx->model->is161) {
        W_LO(is_signed && !negative ? 0x7fffffffu : 0xffffffffu);
        W_HI(0);
    } else {
        W_LO(negative ? 1 : 0xffffffffu);
        W_HI(a);
    }
}

static inline void mips_div_S(struct mips *cx, u32 a, u32 b)
{
    if (b == 0) {
        mips_div_zero(cx, a, true);
    } else if (a == 0x80000000u && b == 0xffffffffu) {
        W_LO(a);
        W_HI(0);
    } else {
        W_LO((u32)((i32)a / (i32)b));
        W_HI((u32)((i32)a % (i32)b));
    }
}

static inline void mips_div_U(struct mips *cx, u32 a, u32 b)
{
    if (b == 0) {
        mips_div_zero(cx, a, false);
    } else {
        W_LO(a / b);
        W_HI(a % b);
    }
}

#define BRANCH_TO(x) (target = (x))
/* A branch in C, too: a conditional move would make all that follows wait for the comparison. The
 * empty asm keeps gcc from setting target in every handler, in case a branch follows. */
#define BRANCH(condition)                                                                          \
    do {                                                                                           \
        if (condition) {                                                                           \
            BRANCH_TO(vpc + ip->imm);                                                              \
        } else {                                                                                   \
            BRANCH_TO(seq);                                                                        \
            __asm__("" : "+r"(target));                                                            \
        }                                                                                          \
    } while (0)
#define JUMP(v) BRANCH_TO(v)
#define JUMP26  BRANCH_TO(((vpc + 4u * ip->after - 4) & 0xf0000000u) | ip->imm)

#define RAISE(exc)                                                                                 \
    do {                                                                                           \
        SYNC();                                                                                    \
        mips_raise(cx, MIPS_EXC_##exc);                                                            \
        goto faulted;                                                                              \
    } while (0)

/* The state in struct mips becomes that before the current instruction. */
#define SYNC() mips_interp_sync(cx, b, ip, vpc, target, stop - left)

/* The current instruction completes, then the block is left: the next dispatch finds END_LEAVE. */
#define LEAVE_AFTER()                                                                              \
    do {                                                                                           \
        leave_at = ip;                                                                             \
        leave[0] = *ip;                                                                            \
        ip = leave;                                                                                \
    } while (0)

#define HELPER(fn)                                                                                 \
    do {                                                                                           \
        SYNC();                                                                                    \
        if (unlikely(!fn(cx, ip)))                                                                 \
            goto faulted;                                                                          \
        if (unlikely(cx->resync))                                                                  \
            LEAVE_AFTER();                                                                         \
    } while (0)

/* mips_stlb_slot_for, with what depends on the mode prepared. */
#define STLB_SLOT(va)                                                                              \
    ((const struct mips_stlb *)(const void *)((const u8 *)cx->stlb +                               \
                                              (((va) >> (MEM_PAGE_SHIFT - 4) ^ cx->mix) &          \
                                               (MIPS_STLB_SIZE - 1) << 4)))

#define LOAD(x, size, address)                                                                     \
    do {                                                                                           \
        u32 va = (address);                                                                        \
        const struct mips_stlb *e = STLB_SLOT(va);                                                 \
        if (likely(e->rtag == ((va & TAG_MASK(size)) | cx->tag_low))) {                            \
            (x) = READ_##size((const u8 *)(e->addend + va));                                       \
        } else {                                                                                   \
            SYNC();                                                                                \
            if (unlikely(!mips_load(cx, va, BYTES_##size, &(x))))                                  \
                goto faulted;                                                                      \
            (x) = EXTEND_##size(x);                                                                \
            if (unlikely(cx->resync))                                                              \
                LEAVE_AFTER();                                                                     \
        }                                                                                          \
    } while (0)

#define STORE(size, address, v)                                                                    \
    do {                                                                                           \
        u32 va = (address);                                                                        \
        const struct mips_stlb *e = STLB_SLOT(va);                                                 \
        if (likely(e->wtag == ((va & TAG_MASK(size)) | cx->tag_low))) {                            \
            WRITE_##size((u8 *)(e->addend + va), v);                                               \
        } else {                                                                                   \
            SYNC();                                                                                \
            if (unlikely(!mips_store(cx, va, BYTES_##size, v)))                                    \
                goto faulted;                                                                      \
            if (unlikely(cx->resync))                                                              \
                LEAVE_AFTER();                                                                     \
        }                                                                                          \
    } while (0)

/* Keeps the low bits that must be zero, so that the tag comparison checks alignment too. */
#define TAG_MASK(size) (~(MEM_PAGE - 1) | (BYTES_##size - 1))

#define BYTES_S8       1u
#define BYTES_U8       1u
#define BYTES_S16      2u
#define BYTES_U16      2u
#define BYTES_W32      4u
#define EXTEND_S8(x)   ((u32)(i8)(x))
#define EXTEND_U8(x)   (x)
#define EXTEND_S16(x)  ((u32)(i16)(x))
#define EXTEND_U16(x)  (x)
#define EXTEND_W32(x)  (x)
#define READ_S8(p)     ((u32)(i8) * (p))
#define READ_U8(p)     (*(p))
#define READ_S16(p)    ((u32)(i16)HOST16(p))
#define READ_U16(p)    (HOST16(p))
#define READ_W32(p)    (HOST32(p))
#define WRITE_U8(p, v) (*(p) = (u8)(v))

static inline void mips_interp_sync(struct mips *cx, const struct mips_block *b,
                                    const struct mips_insn *ip, u32 vpc, u32 target, u64 counted)
{
    unsigned i = ip->after - 2u;
    cx->retired = counted - (b->n - i);
    if (b->step)
        return;
    cx->pc = vpc + 4 * i;
    cx->bd = b->branch && i + 1 == b->n;
    cx->npc = cx->bd ? target : cx->pc + 4;
}

/* Keeps the low bits of the address, so that only aligned ones hit. */
#define MIPS_FTLB_TAG(cx, pc) (((pc) & ~(MEM_PAGE - 4)) | ((cx)->tag_low & ~(u32)MIPS_STLB_BYPASS))

/* One instruction as a block of its own. */
union mips_step {
    struct mips_block block;
    u8 room[sizeof(struct mips_block) + 2 * sizeof(struct mips_insn)];
};

/* The first instructions of a block, as many as may still run: a block in its own right. A branch
 * is not parted from its delay slot; 0 if that leaves nothing. */
union mips_cut {
    struct mips_block block;
    u8 room[sizeof(struct mips_block) + MIPS_BLOCK_MAX * sizeof(struct mips_insn)];
};

static unsigned mips_interp_cut(union mips_cut *cut, const struct mips_block *b, u64 left,
                                const void *const *go)
{
    unsigned n = (unsigned)left;
    if (b->branch && n == b->n - 1u)
        n--;
    cut->block.n = (u16)n;
    cut->block.branch = cut->block.step = false;
    struct mips_insn *to = cut->block.insn;
    for (const struct mips_insn *in = b->insn; in->after - 2u < n; in++)
        *to++ = *in;
    to->go = go[MIPS_END_NEXT];
    if (b->first && to != cut->block.insn)
        cut->block.insn[0].go = b->first;
    return n;
}

/* From the page's memory, if its translation is known. */
static bool mips_interp_step_fetch(struct mips *cx, u32 *word)
{
    const struct mips_ftlb *f = mips_ftlb_slot(cx, cx->pc);
    if (f->tag != MIPS_FTLB_TAG(cx, cx->pc))
        return mips_fetch(cx, cx->pc, word);
    *word = mem_load(f->page->host + (cx->pc & (MEM_PAGE - 1)), 4, cx->big);
    return true;
}

/* False: do not execute it. */
static bool mips_interp_step_prepare(struct mips *cx, union mips_step *s, const void *const *go)
{
    u32 word;
    if (!mips_interp_step_fetch(cx, &word))
        return false;
    if (unlikely(cx->code->breaks) && mips_debug_stops_at(cx))
        return false;
    enum mips_op op = mips_decode_op(mips_code_decoder(cx->code), word);
    cx->stepped = word;
    mips_trace_insn(cx);
    s->block.n = 1;
    s->block.branch = mips_ops[op].flags & BRANCH;
    s->block.step = true;
    struct mips_insn *in = s->block.insn;
    mips_decode_insn(&in[0], op, word);
    in[0].after = 2;
    in[0].go = go[op];
    in[1].go = go[MIPS_END_STEP];
    return true;
}

static bool mips_interp_tracing_insns(const struct mips *c)
{
    return (c->trace->on & (1u << TRACE_KINSN | 1u << TRACE_UINSN | 1u << TRACE_JUMP)) || c->called;
}

#define LABELS_OF_INSNS                                                                            \
    [MIPS_END_NEXT] = &&end_next, [MIPS_END_BRANCH] = &&end_branch, [MIPS_END_NEAR] = &&end_near,  \
    [MIPS_END_STOP] = &&end_stop, [MIPS_END_BRANCH_STOP] = &&end_branch_stop,                      \
    [MIPS_END_LEAVE] = &&end_leave, [MIPS_END_STEP] = &&end_step, [MIPS_COUNT] = &&count,          \
    [MIPS_NATIVE] = &&native

#define INTERP          interp_be
#define HOST16(p)       load_be16(p)
#define HOST32(p)       load_be32(p)
#define WRITE_U16(p, v) store_be16(p, (u16)(v))
#define WRITE_W32(p, v) store_be32(p, v)
#include "isa/mips_interp.inc"
#undef INTERP
#undef HOST16
#undef HOST32
#undef WRITE_U16
#undef WRITE_W32

#define INTERP          interp_le
#define HOST16(p)       load_le16(p)
#define HOST32(p)       load_le32(p)
#define WRITE_U16(p, v) store_le16(p, (u16)(v))
#define WRITE_W32(p, v) store_le32(p, v)
#include "isa/mips_interp.inc"

void mips_interp(struct mips *c, u64 stop)
{
    if (c->big)
        interp_be(c, stop);
    else
        interp_le(c, stop);
}

const void *const *mips_interp_handlers(bool big)
{
    return big ? interp_be(NULL, 0) : interp_le(NULL, 0);
}
