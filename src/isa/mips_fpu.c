/* SPDX-License-Identifier: ISC */
/*
 * The floating-point coprocessor: IEEE 754 with MIPS's words for NaN, computed by the host in the
 * guest's rounding mode. NaN never reaches the host: its own have another pattern.
 *
 * Unlike the chip, which leaves denormal numbers and operands that are no numbers to a trap
 * handler, this one computes with them; a guest sees what its handler would have made of them. What
 * remains unimplemented are codes that mean nothing.
 *
 * An exception that is enabled keeps the result back and pulls the coprocessor's interrupt line, as
 * on the R3000, where there is no exception code for it. If interrupts let it, EPC is the
 * instruction itself.
 */
#include "isa/mips_fpu.h"

#include <math.h>

struct fpu_value {
    u64 bits;
    enum mips_fpu_format format;
};

/* ---- fields and registers ---- */

static struct fpu_value mips_fpu_read(const struct mips *c, unsigned reg, enum mips_fpu_format f)
{
    struct fpu_value v = {.bits = c->fpr[reg], .format = f};
    if (f == MIPS_FPU_D)
        v.bits = (u64)c->fpr[reg | 1] << 32 | c->fpr[reg & ~1u];
    return v;
}

static void mips_fpu_write(struct mips *c, unsigned reg, struct fpu_value v)
{
    if (v.format == MIPS_FPU_D) {
        c->fpr[reg & ~1u] = (u32)v.bits;
        c->fpr[reg | 1] = (u32)(v.bits >> 32);
    } else {
        c->fpr[reg] = (u32)v.bits;
    }
}

/* ---- patterns ---- */

#define FPU_S_INF  0x7f800000u
#define FPU_D_INF  0x7ff0000000000000ull
#define FPU_S_SNAN (1u << 22) /* in a NaN: it signals. The other way round than the host's */
#define FPU_D_SNAN (1ull << 51)
#define FPU_S_NAN  0x7fbfffffu /* the one that operations make */
#define FPU_D_NAN  0x7ff7ffffffffffffull
#define FPU_S_SIGN 0x80000000u
#define FPU_D_SIGN (1ull << 63)

static bool mips_fpu_is_nan(struct fpu_value v)
{
    return v.format == MIPS_FPU_D ? (v.bits & ~FPU_D_SIGN) > FPU_D_INF
                                  : (v.bits & ~(u64)FPU_S_SIGN) > FPU_S_INF;
}

static bool mips_fpu_is_snan(struct fpu_value v)
{
    return mips_fpu_is_nan(v) && v.bits & (v.format == MIPS_FPU_D ? FPU_D_SNAN : FPU_S_SNAN);
}

static bool mips_fpu_is_denormal(struct fpu_value v)
{
    u64 exponent = v.format == MIPS_FPU_D ? FPU_D_INF : FPU_S_INF;
    u64 sign = v.format == MIPS_FPU_D ? FPU_D_SIGN : FPU_S_SIGN;
    return v.format != MIPS_FPU_W && !(v.bits & exponent) && v.bits & ~sign;
}

static struct fpu_value mips_fpu_nan(enum mips_fpu_format f)
{
    return (struct fpu_value){f == MIPS_FPU_D ? FPU_D_NAN : FPU_S_NAN, f};
}

static double mips_fpu_double(struct fpu_value v)
{
    union {
        u64 bits;
        double d;
    } d = {v.bits};
    union {
        u32 bits;
        float f;
    } s = {(u32)v.bits};
    return v.format == MIPS_FPU_D   ? d.d
           : v.format == MIPS_FPU_S ? (double)s.f
                                    : (double)(i32)v.bits;
}

static struct fpu_value mips_fpu_from_double(double value)
{
    union {
        double d;
        u64 bits;
    } u = {value};
    return (struct fpu_value){u.bits, MIPS_FPU_D};
}

static struct fpu_value mips_fpu_from_single(float value)
{
    union {
        float f;
        u32 bits;
    } u = {value};
    return (struct fpu_value){u.bits, MIPS_FPU_S};
}

/* ---- computing on the host ---- */

/* Operands and results that the compiler may not know of pass between begin and end, as it does not
 * care for the rounding mode. */
static void mips_fpu_begin(const struct mips *c)
{
    mips_fpu_env_begin(c->fcr31 & MIPS_FCR31_RM);
}

#define MIPS_FPU_COMPUTE(name, type)                                                               \
    static type mips_fpu_compute_##name(unsigned function, type x, type y)                         \
    {                                                                                              \
        volatile type a = x, b = y, v;                                                             \
        switch (function) {                                                                        \
        case MIPS_FPU_ADD:                                                                         \
            v = a + b;                                                                             \
            break;                                                                                 \
        case MIPS_FPU_SUB:                                                                         \
            v = a - b;                                                                             \
            break;                                                                                 \
        case MIPS_FPU_MUL:                                                                         \
            v = a * b;                                                                             \
            break;                                                                                 \
        default:                                                                                   \
            v = a / b;                                                                             \
        }                                                                                          \
        return v;                                                                                  \
    }
MIPS_FPU_COMPUTE(single, float)
MIPS_FPU_COMPUTE(double, double)

static struct fpu_value mips_fpu_to_single(double d)
{
    volatile double from = d;
    volatile float to = (float)from;
    return mips_fpu_from_single(to);
}

/* What does not fit is invalid, and not inexact as well. */
static struct fpu_value mips_fpu_to_word(double d, bool *fits)
{
    volatile double from = d;
    volatile long whole = lrint(from); /* not rint, which gcc expands for one mode only */
    *fits = whole == (i32)whole;
    return (struct fpu_value){*fits ? (u32)whole : 0x7fffffffu, MIPS_FPU_W};
}

/* ---- results ---- */

static bool mips_fpu_traps(const struct mips *c)
{
    u32 causes = bits_get(c->fcr31, MIPS_FPU_CAUSES, 6);
    return causes & (bits_get(c->fcr31, MIPS_FPU_ENABLES, 5) | MIPS_FPU_UNIMPLEMENTED);
}

static void mips_fpu_line(struct mips *c)
{
    u32 line = c->model->fp_irq;
    bool up = mips_fpu_traps(c);
    if (up != !!(c->irq_lines & line))
        mips_set_irq(c, line, up);
}

/* False: the result is not to be written. *goes_on: no exception was raised. */
static bool mips_fpu_signal(struct mips *c, unsigned causes, bool *goes_on)
{
    c->fcr31 = (c->fcr31 & ~(u32)(MIPS_FPU_ALL << MIPS_FPU_CAUSES)) | causes << MIPS_FPU_CAUSES;
    mips_fpu_line(c);
    *goes_on = true;
    if (!mips_fpu_traps(c)) {
        c->fcr31 |= causes << MIPS_FPU_FLAGS;
        return true;
    }
    if (mips_irq_pending(c)) {
        mips_raise(c, MIPS_EXC_INT);
        *goes_on = false;
    }
    return false;
}

static bool mips_fpu_finish(struct mips *c, const struct mips_insn *in, struct fpu_value v,
                            unsigned causes)
{
    bool goes_on;
    if (mips_fpu_is_nan(v) || causes & MIPS_FPU_INVALID)
        c->fpu.calm = 0;
    if (mips_fpu_signal(c, causes, &goes_on))
        mips_fpu_write(c, mips_fpu_fd(in->imm), v);
    return goes_on;
}

/* If an operand is none, so is the result: the first of them, or, if one signals, another. */
static bool mips_fpu_is_from_nan(struct fpu_value a, struct fpu_value b, struct fpu_value *v,
                                 unsigned *causes)
{
    bool snan = mips_fpu_is_snan(a) || mips_fpu_is_snan(b);
    if (!mips_fpu_is_nan(a) && !mips_fpu_is_nan(b))
        return false;
    *v = snan ? mips_fpu_nan(a.format) : mips_fpu_is_nan(a) ? a : b;
    *causes = snan ? MIPS_FPU_INVALID : 0;
    return true;
}

/* To a trap, tiny is enough. */
static unsigned mips_fpu_tiny(const struct mips *c, struct fpu_value v)
{
    bool trapped = c->fcr31 & MIPS_FPU_UNDERFLOW << MIPS_FPU_ENABLES;
    return trapped && mips_fpu_is_denormal(v) ? MIPS_FPU_UNDERFLOW : 0;
}

/* ---- instructions ---- */

static struct fpu_value mips_fpu_compute(const struct mips *c, unsigned function,
                                         struct fpu_value a, struct fpu_value b, unsigned *causes)
{
    struct fpu_value v;
    double x = mips_fpu_double(a), y = mips_fpu_double(b);
    mips_fpu_begin(c);
    if (a.format == MIPS_FPU_D)
        v = mips_fpu_from_double(mips_fpu_compute_double(function, x, y));
    else
        v = mips_fpu_from_single(mips_fpu_compute_single(function, (float)x, (float)y));
    *causes = mips_fpu_env_end();
    if (mips_fpu_is_nan(v))
        v = mips_fpu_nan(a.format);
    *causes |= mips_fpu_tiny(c, v);
    return v;
}

MIPS_HELPER(mips_fpu_arith)
{
    enum mips_fpu_format f = mips_fpu_format(in->imm);
    struct fpu_value a = mips_fpu_read(cx, in->rd, f), b = mips_fpu_read(cx, in->rt, f), v;
    unsigned causes;
    if (!mips_fpu_is_from_nan(a, b, &v, &causes))
        v = mips_fpu_compute(cx, mips_fpu_function(in->imm), a, b, &causes);
    return mips_fpu_finish(cx, in, v, causes);
}

/* abs and neg, for which what signals is invalid, too. */
MIPS_HELPER(mips_fpu_sign)
{
    enum mips_fpu_format f = mips_fpu_format(in->imm);
    struct fpu_value a = mips_fpu_read(cx, in->rd, f), v;
    u64 sign = f == MIPS_FPU_D ? FPU_D_SIGN : FPU_S_SIGN;
    unsigned causes = 0;
    if (!mips_fpu_is_from_nan(a, a, &v, &causes)) {
        v = a;
        v.bits = mips_fpu_function(in->imm) == MIPS_FPU_ABS ? v.bits & ~sign : v.bits ^ sign;
    }
    return mips_fpu_finish(cx, in, v, causes);
}

MIPS_HELPER(mips_fpu_move)
{
    mips_fpu_write(cx, mips_fpu_fd(in->imm), mips_fpu_read(cx, in->rd, mips_fpu_format(in->imm)));
    return true;
}

/* Keeps what fits of what a NaN says; if that is nothing, it would be an infinity. */
static struct fpu_value mips_fpu_convert_nan(struct fpu_value a, enum mips_fpu_format to,
                                             unsigned *causes)
{
    bool snan = mips_fpu_is_snan(a);
    *causes = snan || to == MIPS_FPU_W ? MIPS_FPU_INVALID : 0;
    if (to == MIPS_FPU_W)
        return (struct fpu_value){0x7fffffff, MIPS_FPU_W};
    struct fpu_value v = {.format = to};
    if (to == MIPS_FPU_D)
        v.bits = (a.bits & FPU_S_SIGN) << 32 | FPU_D_INF | (a.bits & 0x7fffff) << 29;
    else
        v.bits = (a.bits >> 32 & FPU_S_SIGN) | FPU_S_INF | (a.bits >> 29 & 0x7fffff);
    return snan || !mips_fpu_is_nan(v) ? mips_fpu_nan(to) : v;
}

static struct fpu_value mips_fpu_change(const struct mips *c, unsigned function, struct fpu_value a,
                                        unsigned *causes)
{
    enum mips_fpu_format to = function == MIPS_FPU_CVT_S   ? MIPS_FPU_S
                              : function == MIPS_FPU_CVT_D ? MIPS_FPU_D
                                                           : MIPS_FPU_W;
    struct fpu_value v;
    bool fits = true;
    if (a.format != MIPS_FPU_W && mips_fpu_is_nan(a))
        return mips_fpu_convert_nan(a, to, causes);
    double d = mips_fpu_double(a);
    mips_fpu_begin(c);
    if (to == MIPS_FPU_D)
        v = mips_fpu_from_double(d);
    else if (to == MIPS_FPU_S)
        v = mips_fpu_to_single(d);
    else
        v = mips_fpu_to_word(d, &fits);
    *causes = mips_fpu_env_end() | mips_fpu_tiny(c, v);
    if (!fits)
        *causes = MIPS_FPU_INVALID;
    return v;
}

MIPS_HELPER(mips_fpu_convert)
{
    unsigned causes;
    struct fpu_value a = mips_fpu_read(cx, in->rd, mips_fpu_format(in->imm));
    struct fpu_value v = mips_fpu_change(cx, mips_fpu_function(in->imm), a, &causes);
    return mips_fpu_finish(cx, in, v, causes);
}

/* The condition's low bits: true if less, equal, unordered; the high one: unordered is invalid. */
MIPS_HELPER(mips_fpu_compare)
{
    enum mips_fpu_format f = mips_fpu_format(in->imm);
    struct fpu_value a = mips_fpu_read(cx, in->rd, f), b = mips_fpu_read(cx, in->rt, f);
    unsigned condition = mips_fpu_function(in->imm) & 15, is;
    bool unordered = mips_fpu_is_nan(a) || mips_fpu_is_nan(b), goes_on;
    bool invalid = mips_fpu_is_snan(a) || mips_fpu_is_snan(b) || (unordered && condition & 8);
    if (unordered)
        cx->fpu.calm = 0;
    if (unordered)
        is = 1;
    else if (mips_fpu_double(a) < mips_fpu_double(b))
        is = 4;
    else
        is = mips_fpu_double(a) == mips_fpu_double(b) ? 2 : 0;
    if (mips_fpu_signal(cx, invalid ? MIPS_FPU_INVALID : 0, &goes_on))
        cx->fcr31 = condition & is ? cx->fcr31 | MIPS_FCR31_C : cx->fcr31 & ~MIPS_FCR31_C;
    return goes_on;
}

MIPS_HELPER(mips_fpu_unimplemented)
{
    bool goes_on;
    (void)in;
    (void)mips_fpu_signal(cx, MIPS_FPU_UNIMPLEMENTED, &goes_on);
    return goes_on;
}

/* ---- what translated code left to be found out ---- */

bool mips_fpu_is_quiet(const struct mips *c)
{
    u32 may_trap = MIPS_FPU_IEEE << MIPS_FPU_ENABLES | MIPS_FPU_UNIMPLEMENTED << MIPS_FPU_CAUSES;
    return mips_cp1_on(c) && !(c->fcr31 & may_trap) && !(c->irq_lines & c->model->fp_irq);
}

/* Of the last operation, done again. */
static unsigned mips_fpu_last_causes(const struct mips *c)
{
    u32 last = c->fpu.last;
    enum mips_fpu_format f = mips_fpu_format(last);
    u64 mask = f == MIPS_FPU_D ? ~0ull : 0xffffffff;
    struct fpu_value a = {c->fpu.a & mask, f}, b = {c->fpu.b & mask, f};
    unsigned function = mips_fpu_function(last), causes = 0;
    if (last == MIPS_FPU_NO_CAUSE)
        return 0;
    if (function <= MIPS_FPU_DIV)
        (void)mips_fpu_compute(c, function, a, b, &causes);
    else
        (void)mips_fpu_change(c, function, a, &causes);
    return causes;
}

/* Invalid is none of the flags: what is, translated code leaves alone. */
void mips_fpu_settle(struct mips *c)
{
    if (c->fpu.last) {
        u32 causes = mips_fpu_last_causes(c) << MIPS_FPU_CAUSES;
        c->fcr31 = (c->fcr31 & ~(u32)(MIPS_FPU_ALL << MIPS_FPU_CAUSES)) | causes;
    }
    c->fcr31 |= (c->fpu.flags & (MIPS_FPU_IEEE & ~MIPS_FPU_INVALID)) << MIPS_FPU_FLAGS;
    c->fpu.live = c->fpu.last = c->fpu.flags = 0;
}

/* The two control registers: revision and status. */
MIPS_HELPER(mips_cfc1)
{
    cx->r[in->rt] = in->rd == 31 ? cx->fcr31 : in->rd == 0 ? cx->model->fir : 0;
    return true;
}

void mips_fpu_set_status(struct mips *c, u32 v)
{
    c->fcr31 = v & MIPS_FCR31_WRITABLE;
    mips_fpu_line(c);
}

MIPS_HELPER(mips_ctc1)
{
    if (in->rd == 31)
        mips_fpu_set_status(cx, cx->r[in->rt]);
    return true;
}
