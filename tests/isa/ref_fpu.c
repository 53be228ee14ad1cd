/* SPDX-License-Identifier: ISC */
/*
 * Exact results in wide integers, rounded once, at the end. What is too far below the rest to be
 * kept is remembered in the lowest bit: it decides between exact and inexact, and ties.
 */
#include "ref_fpu.h"

typedef unsigned __int128 ref_wide;

enum { /* causes, enables and flags, from their lowest bit */
    REF_INEXACT = 1,
    REF_UNDERFLOW = 2,
    REF_OVERFLOW = 4,
    REF_BY_ZERO = 8,
    REF_INVALID = 16,
    REF_UNIMPLEMENTED = 32, /* a cause only */
};

enum {
    REF_NEAREST,
    REF_TO_ZERO,
    REF_UP,
    REF_DOWN,
};

enum { /* the field fmt */
    REF_SINGLE = 16,
    REF_DOUBLE = 17,
    REF_WORD = 20,
    REF_CONDITION, /* no format: the result of a comparison */
};

enum {
    REF_QUIET_NAN,
    REF_SIGNALLING_NAN,
    REF_INFINITY,
    REF_NUMBER, /* zero too: m is 0 */
};

struct ref_value {
    int kind;
    bool sign;
    ref_wide m; /* m * 2^e */
    int e;
    uint64_t bits; /* as it was in the register */
};

struct ref_layout {
    int format, fraction, exponent; /* bits */
    uint64_t default_nan;
};

struct ref_compute {
    unsigned mode, enables, causes;
    struct ref_layout to; /* the result's */
};

static const struct ref_layout ref_single = {REF_SINGLE, 23, 8, 0x7fbfffff};
static const struct ref_layout ref_double = {REF_DOUBLE, 52, 11, 0x7ff7ffffffffffffull};

/*
 * Values and their encodings
 */

static int ref_top_exponent(const struct ref_layout *l) /* biased, of infinity */
{
    return (1 << l->exponent) - 1;
}

static int ref_least_exponent(const struct ref_layout *l) /* of the last bit of a denormal */
{
    int bias = (1 << (l->exponent - 1)) - 1;

    return 1 - bias - l->fraction;
}

static uint64_t ref_encode(const struct ref_layout *l, bool sign, int exponent, uint64_t fraction)
{
    uint64_t value = ((uint64_t)exponent << l->fraction) + fraction;

    return value | (uint64_t)sign << (l->fraction + l->exponent);
}

static struct ref_value ref_decode(const struct ref_layout *l, uint64_t bits)
{
    uint64_t hidden = 1ull << l->fraction;
    uint64_t fraction = bits & (hidden - 1);
    int exponent = (int)(bits >> l->fraction) & ref_top_exponent(l);
    struct ref_value v = {.kind = REF_NUMBER, .bits = bits};

    v.sign = (bits >> (l->fraction + l->exponent)) & 1;
    if (exponent == ref_top_exponent(l)) {
        if (fraction == 0)
            v.kind = REF_INFINITY;
        else
            v.kind = (fraction & (hidden >> 1)) ? REF_SIGNALLING_NAN : REF_QUIET_NAN;
    } else if (exponent == 0) {
        v.m = fraction;
        v.e = ref_least_exponent(l);
    } else {
        v.m = fraction | hidden;
        v.e = ref_least_exponent(l) + exponent - 1;
    }
    return v;
}

static struct ref_value ref_decode_word(uint32_t bits)
{
    struct ref_value v = {.kind = REF_NUMBER, .m = bits};

    if (bits & 0x80000000u) {
        v.sign = true;
        v.m = 0x100000000ull - bits;
    }
    return v;
}

static bool ref_is_nan(struct ref_value v)
{
    return v.kind == REF_QUIET_NAN || v.kind == REF_SIGNALLING_NAN;
}

static bool ref_is_zero(struct ref_value v)
{
    return v.kind == REF_NUMBER && v.m == 0;
}

/*
 * Rounding
 */

static int ref_length(ref_wide m) /* in bits */
{
    int n = 0;

    for (; m >> 16; m >>= 16)
        n += 16;
    for (; m; m >>= 1)
        n++;
    return n;
}

static bool ref_away(unsigned mode, bool sign, bool odd, ref_wide rest, ref_wide half)
{
    switch (mode) {
    case REF_NEAREST:
        return rest > half || (rest == half && odd);
    case REF_UP:
        return rest != 0 && !sign;
    case REF_DOWN:
        return rest != 0 && sign;
    default:
        return false;
    }
}

/* m / 2^shift as an integer; m < 2^127 */
static ref_wide ref_shift(unsigned mode, bool sign, ref_wide m, int shift, bool *inexact)
{
    ref_wide whole, rest, half;

    if (shift <= 0) {
        *inexact = false;
        return m << -shift;
    }
    if (shift > 127) { /* less than a half */
        m = m != 0;
        shift = 2;
    }
    whole = m >> shift;
    rest = m - (whole << shift);
    half = (ref_wide)1 << (shift - 1);
    *inexact = rest != 0;
    return whole + ref_away(mode, sign, whole & 1, rest, half);
}

static uint64_t ref_overflow(struct ref_compute *c, bool sign)
{
    bool infinity = c->mode == REF_NEAREST || c->mode == (sign ? REF_DOWN : REF_UP);
    int top = ref_top_exponent(&c->to);

    c->causes |= REF_OVERFLOW | REF_INEXACT;
    if (infinity)
        return ref_encode(&c->to, sign, top, 0);
    return ref_encode(&c->to, sign, top - 1, (1ull << c->to.fraction) - 1);
}

static uint64_t ref_round(struct ref_compute *c, bool sign, ref_wide m, int e)
{
    int least = ref_least_exponent(&c->to);
    int last = e + ref_length(m) - (c->to.fraction + 1); /* exponent of the last bit kept */
    uint64_t hidden = 1ull << c->to.fraction;
    bool inexact, tiny;
    ref_wide r;
    int exponent;

    if (m == 0)
        return ref_encode(&c->to, sign, 0, 0);

    r = ref_shift(c->mode, sign, m, last - e, &inexact);
    tiny = last + ref_length(r) - 1 < least + c->to.fraction;
    if (last < least) {
        last = least;
        r = ref_shift(c->mode, sign, m, last - e, &inexact);
    }
    if (r == 2 * hidden) { /* rounded up to the next power */
        r = hidden;
        last++;
    }
    exponent = r < hidden ? 0 : last - least + 1;
    if (exponent >= ref_top_exponent(&c->to))
        return ref_overflow(c, sign);

    if (inexact)
        c->causes |= REF_INEXACT;
    if (tiny && (inexact || (c->enables & REF_UNDERFLOW)))
        c->causes |= REF_UNDERFLOW;
    return ref_encode(&c->to, sign, exponent, (uint64_t)r & (hidden - 1));
}

/*
 * Arithmetic
 */

static uint64_t ref_invalid(struct ref_compute *c)
{
    c->causes |= REF_INVALID;
    return c->to.default_nan;
}

static uint64_t ref_infinity(struct ref_compute *c, bool sign)
{
    return ref_encode(&c->to, sign, ref_top_exponent(&c->to), 0);
}

/* The result of operands at least one of which is a NaN. */
static uint64_t ref_of_nans(struct ref_compute *c, struct ref_value a, struct ref_value b)
{
    if (a.kind == REF_SIGNALLING_NAN || b.kind == REF_SIGNALLING_NAN)
        return ref_invalid(c);
    return a.kind == REF_QUIET_NAN ? a.bits : b.bits;
}

/* So that the highest bit set is bit 125. */
static void ref_normalise(struct ref_value *v)
{
    int up = 126 - ref_length(v->m);

    v->m <<= up;
    v->e -= up;
}

/* The same value with a greater exponent: what is lost stays to be seen in the lowest bit. */
static void ref_raise_exponent(struct ref_value *v, int e)
{
    int by = e - v->e;

    if (by > 126)
        v->m = 1;
    else
        v->m = v->m >> by | ((v->m & (((ref_wide)1 << by) - 1)) != 0);
    v->e = e;
}

static uint64_t ref_add_numbers(struct ref_compute *c, struct ref_value a, struct ref_value b)
{
    if (a.m == 0 && b.m == 0 && a.sign == b.sign)
        return ref_round(c, a.sign, 0, 0);
    if (b.m == 0 && a.m != 0)
        return ref_round(c, a.sign, a.m, a.e);
    if (a.m == 0 && b.m != 0)
        return ref_round(c, b.sign, b.m, b.e);

    ref_normalise(&a);
    ref_normalise(&b);
    if (a.e < b.e)
        ref_raise_exponent(&a, b.e);
    else
        ref_raise_exponent(&b, a.e);
    if (a.sign == b.sign)
        return ref_round(c, a.sign, a.m + b.m, a.e);
    if (a.m > b.m)
        return ref_round(c, a.sign, a.m - b.m, a.e);
    if (b.m > a.m)
        return ref_round(c, b.sign, b.m - a.m, a.e);
    return ref_round(c, c->mode == REF_DOWN, 0, 0);
}

static uint64_t ref_add(struct ref_compute *c, struct ref_value a, struct ref_value b)
{
    if (a.kind == REF_INFINITY && b.kind == REF_INFINITY && a.sign != b.sign)
        return ref_invalid(c);
    if (a.kind == REF_INFINITY)
        return ref_infinity(c, a.sign);
    if (b.kind == REF_INFINITY)
        return ref_infinity(c, b.sign);
    return ref_add_numbers(c, a, b);
}

static uint64_t ref_sub(struct ref_compute *c, struct ref_value a, struct ref_value b)
{
    b.sign = !b.sign;
    return ref_add(c, a, b);
}

static uint64_t ref_mul(struct ref_compute *c, struct ref_value a, struct ref_value b)
{
    bool sign = a.sign != b.sign;

    if (a.kind == REF_INFINITY || b.kind == REF_INFINITY) {
        if (ref_is_zero(a) || ref_is_zero(b))
            return ref_invalid(c);
        return ref_infinity(c, sign);
    }
    return ref_round(c, sign, a.m * b.m, a.e + b.e);
}

static uint64_t ref_div(struct ref_compute *c, struct ref_value a, struct ref_value b)
{
    bool sign = a.sign != b.sign;
    ref_wide quotient;

    if (a.kind == REF_INFINITY)
        return b.kind == REF_INFINITY ? ref_invalid(c) : ref_infinity(c, sign);
    if (b.kind == REF_INFINITY)
        return ref_round(c, sign, 0, 0);
    if (b.m == 0) {
        if (a.m == 0)
            return ref_invalid(c);
        c->causes |= REF_BY_ZERO;
        return ref_infinity(c, sign);
    }
    if (a.m == 0)
        return ref_round(c, sign, 0, 0);

    ref_normalise(&a); /* 126 bits by at most 53: more than 70 */
    quotient = a.m / b.m * 2;
    if (a.m % b.m != 0)
        quotient |= 1;
    return ref_round(c, sign, quotient, a.e - b.e - 1);
}

static uint64_t ref_binary(struct ref_compute *c, unsigned function, struct ref_value a,
                           struct ref_value b)
{
    if (ref_is_nan(a) || ref_is_nan(b))
        return ref_of_nans(c, a, b);
    switch (function) {
    case 0:
        return ref_add(c, a, b);
    case 1:
        return ref_sub(c, a, b);
    case 2:
        return ref_mul(c, a, b);
    default:
        return ref_div(c, a, b);
    }
}

/* abs, neg */
static uint64_t ref_with_sign(struct ref_compute *c, struct ref_value a, bool sign)
{
    uint64_t bit = 1ull << (c->to.fraction + c->to.exponent);

    if (ref_is_nan(a))
        return ref_of_nans(c, a, a);
    return sign ? a.bits | bit : a.bits & ~bit;
}

/*
 * Conversions
 */

static uint64_t ref_convert_nan(struct ref_compute *c, const struct ref_layout *from,
                                struct ref_value a)
{
    int more = c->to.fraction - from->fraction;
    uint64_t fraction = a.bits & ((1ull << from->fraction) - 1);

    if (a.kind == REF_SIGNALLING_NAN)
        return ref_invalid(c);
    fraction = more > 0 ? fraction << more : fraction >> -more;
    if (fraction == 0)
        return c->to.default_nan;
    return ref_encode(&c->to, a.sign, ref_top_exponent(&c->to), fraction);
}

static uint64_t ref_to_float(struct ref_compute *c, const struct ref_layout *from,
                             struct ref_value a)
{
    if (ref_is_nan(a))
        return ref_convert_nan(c, from, a);
    if (a.kind == REF_INFINITY)
        return ref_infinity(c, a.sign);
    return ref_round(c, a.sign, a.m, a.e);
}

static uint64_t ref_to_word(struct ref_compute *c, struct ref_value a)
{
    uint64_t most = a.sign ? 0x80000000u : 0x7fffffffu;
    bool fits = a.kind == REF_NUMBER && a.e + ref_length(a.m) <= 32;
    bool inexact = false;
    ref_wide r = fits ? ref_shift(c->mode, a.sign, a.m, -a.e, &inexact) : 0;

    if (!fits || r > most) {
        c->causes |= REF_INVALID;
        return 0x7fffffff;
    }
    if (inexact)
        c->causes |= REF_INEXACT;
    return (uint32_t)(a.sign ? -r : r);
}

/*
 * Comparisons
 */

static bool ref_less_magnitude(struct ref_value a, struct ref_value b)
{
    if (a.kind == REF_INFINITY)
        return false;
    if (b.kind == REF_INFINITY)
        return true;
    if (a.m == 0 || b.m == 0)
        return b.m != 0;
    ref_normalise(&a);
    ref_normalise(&b);
    return a.e < b.e || (a.e == b.e && a.m < b.m);
}

static bool ref_less(struct ref_value a, struct ref_value b)
{
    if (ref_is_zero(a) && ref_is_zero(b))
        return false;
    if (a.sign != b.sign)
        return a.sign;
    return a.sign ? ref_less_magnitude(b, a) : ref_less_magnitude(a, b);
}

static uint64_t ref_compare(struct ref_compute *c, unsigned condition, struct ref_value a,
                            struct ref_value b)
{
    if (ref_is_nan(a) || ref_is_nan(b)) {
        if ((condition & 8) || a.kind == REF_SIGNALLING_NAN || b.kind == REF_SIGNALLING_NAN)
            c->causes |= REF_INVALID;
        return (condition & 1) != 0;
    }
    if (ref_less(a, b))
        return (condition & 4) != 0;
    if (ref_less(b, a))
        return 0;
    return (condition & 2) != 0;
}

/*
 * Instructions
 */

static uint64_t ref_read_register(const struct ref_fpu *f, int format, unsigned n)
{
    if (format == REF_DOUBLE)
        return (uint64_t)f->fpr[n | 1] << 32 | f->fpr[n & ~1u];
    return f->fpr[n];
}

static void ref_write_result(struct ref_fpu *f, int format, unsigned n, uint64_t value)
{
    if (format == REF_CONDITION) {
        f->fcr31 = (f->fcr31 & ~REF_FPU_C) | (value ? REF_FPU_C : 0);
    } else if (format == REF_DOUBLE) {
        f->fpr[n & ~1u] = (uint32_t)value;
        f->fpr[n | 1] = (uint32_t)(value >> 32);
    } else {
        f->fpr[n] = (uint32_t)value;
    }
}

/* Of operands in a floating-point format; `to` is the result's as long as nothing else is said. */
static uint64_t ref_of_floats(const struct ref_fpu *f, struct ref_compute *c, uint32_t insn)
{
    const struct ref_layout from = c->to;
    uint64_t s = ref_read_register(f, from.format, (insn >> 11) & 31);
    struct ref_value a = ref_decode(&from, s);
    struct ref_value b = ref_decode(&from, ref_read_register(f, from.format, (insn >> 16) & 31));
    unsigned function = insn & 0x3f;

    if (function < 4)
        return ref_binary(c, function, a, b);
    if (function >= 0x30) {
        c->to.format = REF_CONDITION;
        return ref_compare(c, function & 15, a, b);
    }
    switch (function) {
    case 5:
        return ref_with_sign(c, a, false);
    case 7:
        return ref_with_sign(c, a, !a.sign);
    case 0x24:
        c->to.format = REF_WORD;
        return ref_to_word(c, a);
    }
    if (function == (from.format == REF_SINGLE ? 0x21 : 0x20)) {
        c->to = from.format == REF_SINGLE ? ref_double : ref_single;
        return ref_to_float(c, &from, a);
    }
    c->causes = REF_UNIMPLEMENTED;
    return 0;
}

static uint64_t ref_of_word(const struct ref_fpu *f, struct ref_compute *c, uint32_t insn)
{
    struct ref_value a = ref_decode_word(f->fpr[(insn >> 11) & 31]);
    unsigned function = insn & 0x3f;

    if (function != 0x20 && function != 0x21) {
        c->causes = REF_UNIMPLEMENTED;
        return 0;
    }
    c->to = function == 0x20 ? ref_single : ref_double;
    return ref_to_float(c, &c->to, a);
}

static uint64_t ref_result(const struct ref_fpu *f, struct ref_compute *c, uint32_t insn)
{
    switch ((insn >> 21) & 31) {
    case REF_SINGLE:
        c->to = ref_single;
        return ref_of_floats(f, c, insn);
    case REF_DOUBLE:
        c->to = ref_double;
        return ref_of_floats(f, c, insn);
    case REF_WORD:
        return ref_of_word(f, c, insn);
    default:
        c->causes = REF_UNIMPLEMENTED;
        return 0;
    }
}

bool ref_fpu_line(const struct ref_fpu *f)
{
    unsigned causes = (f->fcr31 >> 12) & 0x3f;
    unsigned enables = (f->fcr31 >> 7) & 0x1f;

    return (causes & (enables | REF_UNIMPLEMENTED)) != 0;
}

static void ref_set_causes(struct ref_fpu *f, unsigned causes)
{
    f->fcr31 = (f->fcr31 & ~(0x3fu << 12)) | causes << 12;
}

void ref_fpu_unimplemented(struct ref_fpu *f)
{
    ref_set_causes(f, REF_UNIMPLEMENTED);
}

static bool ref_is_mov(uint32_t insn)
{
    int format = (insn >> 21) & 31;

    return (insn & 0x3f) == 6 && (format == REF_SINGLE || format == REF_DOUBLE);
}

static void ref_mov(struct ref_fpu *f, uint32_t insn)
{
    int format = (insn >> 21) & 31;
    uint64_t value = ref_read_register(f, format, (insn >> 11) & 31);

    ref_write_result(f, format, (insn >> 6) & 31, value);
}

bool ref_fpu_compute(struct ref_fpu *f, uint32_t insn)
{
    if (ref_is_mov(insn)) {
        ref_mov(f, insn);
        return true;
    }

    struct ref_compute c = {.mode = f->fcr31 & 3, .enables = (f->fcr31 >> 7) & 0x1f};
    uint64_t result = ref_result(f, &c, insn);

    ref_set_causes(f, c.causes);
    if (ref_fpu_line(f))
        return false;
    f->fcr31 |= c.causes << 2;
    ref_write_result(f, c.to.format, (insn >> 6) & 31, result);
    return true;
}
