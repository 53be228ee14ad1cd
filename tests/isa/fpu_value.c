/* SPDX-License-Identifier: ISC */
#include "fpu_value.h"

const struct fpu_layout fpu_single = {23, 8}, fpu_double = {52, 11};

static uint64_t fpu_value_bits(struct rng *r)
{
    uint64_t high = rng_next(r);
    return high << 32 | rng_next(r);
}

static int fpu_value_about(struct rng *r, int middle, int by)
{
    return middle - by + (int)rng_below(r, 2 * (uint32_t)by + 1);
}

/* Ones and zeros in places where roundings look: at the ends, alone, halfway. */
static uint64_t fpu_value_fraction(struct rng *r, int bits)
{
    uint64_t all = (1ull << bits) - 1, one = 1ull << rng_below(r, (uint32_t)bits);
    switch (rng_below(r, 10)) {
    case 0:
        return 0;
    case 1:
        return all;
    case 2:
        return one;
    case 3:
        return all - one;
    case 4: /* few bits, high */
        return fpu_value_bits(r) & all & ~(one - 1);
    case 5: /* few bits, low */
        return fpu_value_bits(r) & (one - 1);
    case 6: /* the lower ones halfway, or beside it */
        return ((fpu_value_bits(r) & ~(one - 1)) + one / 2 + rng_below(r, 3) - 1) & all;
    case 7: /* the lower ones all set */
        return (fpu_value_bits(r) | (one - 1)) & all;
    default:
        return fpu_value_bits(r) & all;
    }
}

static int fpu_value_exponent(struct rng *r, const struct fpu_layout *l)
{
    int top = (1 << l->exponent) - 1, bias = top / 2;
    switch (rng_below(r, 10)) {
    case 0:
        return 0;
    case 1:
        return 1 + (int)rng_below(r, 3);
    case 2:
        return top;
    case 3:
        return top - 1 - (int)rng_below(r, 3);
    case 4:
        return fpu_value_about(r, bias, 3);
    case 5:
        return fpu_value_about(r, bias + 31, 2);
    case 6: /* 2^24, 2^53: where odd integers end */
        return fpu_value_about(r, bias + l->fraction, 2);
    case 7: /* the ends of the singles, among the doubles too */
        return fpu_value_about(r, bias + (rng_percent(r, 50) ? 126 : -137), 13) & top;
    default:
        return (int)rng_below(r, (uint32_t)top);
    }
}

static uint64_t fpu_value_encode(struct rng *r, const struct fpu_layout *l, int exponent)
{
    int top = (1 << l->exponent) - 1;
    uint64_t sign = (uint64_t)rng_below(r, 2) << l->exponent;
    uint64_t fraction = fpu_value_fraction(r, l->fraction);
    if (exponent == top && rng_percent(r, 40))
        fraction = 0;
    return (sign | (uint64_t)exponent) << l->fraction | fraction;
}

uint64_t fpu_value(struct rng *r, const struct fpu_layout *l)
{
    return fpu_value_encode(r, l, fpu_value_exponent(r, l));
}

/* The exponent that takes a product or a quotient to an end of the range. */
static int fpu_value_to_end(struct rng *r, const struct fpu_layout *l, int exponent)
{
    int top = (1 << l->exponent) - 1, bias = top / 2;
    int end = rng_percent(r, 70) ? 0 : top;
    int at = rng_percent(r, 50) ? bias + end - exponent : bias + exponent - end;
    return fpu_value_about(r, at, end ? 2 : l->fraction + 3);
}

uint64_t fpu_value_with(struct rng *r, const struct fpu_layout *l, uint64_t a)
{
    int top = (1 << l->exponent) - 1, exponent = (int)(a >> l->fraction) & top;
    uint32_t how = rng_below(r, 100);
    if (how < 4)
        return a;
    if (how < 8)
        return a ^ 1ull << (l->fraction + l->exponent);
    if (how < 12) /* a neighbour, of either sign */
        return (a + rng_below(r, 5) - 2) ^ (uint64_t)rng_below(r, 2) << (l->fraction + l->exponent);
    if (how < 40)
        exponent = fpu_value_about(r, exponent, l->fraction + 3);
    else if (how < 65)
        exponent = fpu_value_to_end(r, l, exponent);
    else
        return fpu_value(r, l);
    if (exponent < 0 || exponent >= top)
        return fpu_value(r, l);
    return fpu_value_encode(r, l, exponent);
}

uint32_t fpu_value_word(struct rng *r)
{
    uint32_t w = (uint32_t)fpu_value_fraction(r, 32);
    return rng_percent(r, 50) ? w : 0u - w;
}
