/* SPDX-License-Identifier: ISC */
/* What the compiler calls for what MIPS I and its FPU have no instruction for: the parts of a
 * compiler's runtime library that musl, busybox and our programs need. The cross compiler's own
 * is for later MIPS than the R3000. Long double is double.
 *
 * Nothing here may use / or % on 64 bits, shift 64 bits by a variable, or convert between 64-bit
 * integers and floating point: that would call itself. */
#include <stdint.h>

union wide {
    uint64_t all;
    struct {
        uint32_t low, high;
    };
};

uint64_t __ashldi3(uint64_t a, int n);
uint64_t __lshrdi3(uint64_t a, int n);
int64_t __ashrdi3(int64_t a, int n);
uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
int64_t __divdi3(int64_t a, int64_t b);
int64_t __moddi3(int64_t a, int64_t b);
int64_t __muldi3(int64_t a, int64_t b);
int __clzsi2(uint32_t a);
int __clzdi2(uint64_t a);
int __ctzsi2(uint32_t a);
int __ctzdi2(uint64_t a);
int __ffsdi2(uint64_t a);
int __popcountsi2(uint32_t a);
int __popcountdi2(uint64_t a);
uint32_t __bswapsi2(uint32_t a);
uint64_t __bswapdi2(uint64_t a);
int __ucmpdi2(uint64_t a, uint64_t b);
int __cmpdi2(int64_t a, int64_t b);
double __floatundidf(uint64_t a);
double __floatdidf(int64_t a);
float __floatundisf(uint64_t a);
float __floatdisf(int64_t a);
uint64_t __fixunsdfdi(double a);
int64_t __fixdfdi(double a);
uint64_t __fixunssfdi(float a);
int64_t __fixsfdi(float a);
uint32_t __fixunsdfsi(double a);
uint32_t __fixunssfsi(float a);

/* ---- shifts ---- */

uint64_t __ashldi3(uint64_t a, int n)
{
    union wide w = {.all = a};

    if (n >= 32) {
        w.high = w.low << (n - 32);
        w.low = 0;
    } else if (n > 0) {
        w.high = w.high << n | w.low >> (32 - n);
        w.low <<= n;
    }
    return w.all;
}

uint64_t __lshrdi3(uint64_t a, int n)
{
    union wide w = {.all = a};

    if (n >= 32) {
        w.low = w.high >> (n - 32);
        w.high = 0;
    } else if (n > 0) {
        w.low = w.low >> n | w.high << (32 - n);
        w.high >>= n;
    }
    return w.all;
}

int64_t __ashrdi3(int64_t a, int n)
{
    union wide w = {.all = (uint64_t)a};
    int32_t high = (int32_t)w.high;

    if (n >= 32) {
        w.low = (uint32_t)(high >> (n - 32));
        w.high = (uint32_t)(high >> 31);
    } else if (n > 0) {
        w.low = w.low >> n | w.high << (32 - n);
        w.high = (uint32_t)(high >> n);
    }
    return (int64_t)w.all;
}

/* ---- bits ---- */

int __clzsi2(uint32_t a)
{
    int n = 0;

    for (int half = 16; half > 0; half /= 2) {
        if (!(a >> (32 - half))) {
            n += half;
            a <<= half;
        }
    }
    return n + !(a >> 31);
}

int __clzdi2(uint64_t a)
{
    union wide w = {.all = a};

    return w.high ? __clzsi2(w.high) : 32 + __clzsi2(w.low);
}

int __ctzsi2(uint32_t a)
{
    return 31 - __clzsi2(a & -a);
}

int __ctzdi2(uint64_t a)
{
    union wide w = {.all = a};

    return w.low ? __ctzsi2(w.low) : 32 + __ctzsi2(w.high);
}

int __ffsdi2(uint64_t a)
{
    return a ? __ctzdi2(a) + 1 : 0;
}

int __popcountsi2(uint32_t a)
{
    int n = 0;

    for (; a; a &= a - 1)
        n++;
    return n;
}

int __popcountdi2(uint64_t a)
{
    union wide w = {.all = a};

    return __popcountsi2(w.low) + __popcountsi2(w.high);
}

uint32_t __bswapsi2(uint32_t a)
{
    return a << 24 | (a & 0xff00) << 8 | (a >> 8 & 0xff00) | a >> 24;
}

uint64_t __bswapdi2(uint64_t a)
{
    union wide from = {.all = a}, to;

    to.low = __bswapsi2(from.high);
    to.high = __bswapsi2(from.low);
    return to.all;
}

/* 0, 1, 2 for less, equal, greater. */
int __ucmpdi2(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b) + 1;
}

int __cmpdi2(int64_t a, int64_t b)
{
    return (a > b) - (a < b) + 1;
}

/* ---- multiplication and division ---- */

int64_t __muldi3(int64_t a, int64_t b)
{
    union wide x = {.all = (uint64_t)a}, y = {.all = (uint64_t)b};
    union wide w = {.all = (uint64_t)x.low * y.low};

    w.high += x.low * y.high + x.high * y.low;
    return (int64_t)w.all;
}

/* The quotient, bit by bit from the highest that can be set; *rest gets what is left. */
static uint64_t runtime_divide(uint64_t a, uint64_t b, uint64_t *rest)
{
    union wide x = {.all = a}, y = {.all = b}, quotient = {0};
    int n;

    if (!x.high && !y.high) {
        *rest = x.low % y.low;
        return x.low / y.low;
    }
    if (a < b) {
        *rest = a;
        return 0;
    }
    n = __clzdi2(b) - __clzdi2(a);
    b = __ashldi3(b, n);
    for (; n >= 0; n--) {
        quotient.all <<= 1;
        if (a >= b) {
            a -= b;
            quotient.low |= 1;
        }
        b >>= 1;
    }
    *rest = a;
    return quotient.all;
}

uint64_t __udivdi3(uint64_t a, uint64_t b)
{
    uint64_t rest;

    return runtime_divide(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b)
{
    uint64_t rest;

    runtime_divide(a, b, &rest);
    return rest;
}

static uint64_t runtime_magnitude(int64_t a)
{
    return a < 0 ? -(uint64_t)a : (uint64_t)a;
}

int64_t __divdi3(int64_t a, int64_t b)
{
    uint64_t q = __udivdi3(runtime_magnitude(a), runtime_magnitude(b));

    return (int64_t)((a < 0) != (b < 0) ? -q : q);
}

int64_t __moddi3(int64_t a, int64_t b)
{
    uint64_t r = __umoddi3(runtime_magnitude(a), runtime_magnitude(b));

    return (int64_t)(a < 0 ? -r : r);
}

/* ---- conversions ---- */

#define TWO_32 4294967296.0

static double runtime_from_u32(uint32_t a)
{
    double d = (int32_t)a;

    return d < 0 ? d + TWO_32 : d;
}

/* One rounding: both products and the high half are exact. */
double __floatundidf(uint64_t a)
{
    union wide w = {.all = a};

    return runtime_from_u32(w.high) * TWO_32 + runtime_from_u32(w.low);
}

double __floatdidf(int64_t a)
{
    union wide w = {.all = (uint64_t)a};

    return (int32_t)w.high * TWO_32 + runtime_from_u32(w.low);
}

/* To float by way of double: the low bits that double would round away are kept as one sticky bit,
 * so that only the second rounding counts. */
float __floatundisf(uint64_t a)
{
    if (a >> 53)
        a = (a & ~(uint64_t)0xfff) | ((a & 0xfff) ? 0x1000 : 0);
    return (float)__floatundidf(a);
}

float __floatdisf(int64_t a)
{
    float f = __floatundisf(runtime_magnitude(a));

    return a < 0 ? -f : f;
}

uint32_t __fixunsdfsi(double a)
{
    return a >= 2147483648.0 ? (uint32_t)(int32_t)(a - 2147483648.0) + 0x80000000
                             : (uint32_t)(int32_t)a;
}

uint32_t __fixunssfsi(float a)
{
    return __fixunsdfsi(a);
}

uint64_t __fixunsdfdi(double a)
{
    union wide w;

    if (!(a > 0))
        return 0;
    w.high = __fixunsdfsi(a / TWO_32);
    w.low = __fixunsdfsi(a - runtime_from_u32(w.high) * TWO_32);
    return w.all;
}

int64_t __fixdfdi(double a)
{
    return (int64_t)(a < 0 ? -__fixunsdfdi(-a) : __fixunsdfdi(a));
}

uint64_t __fixunssfdi(float a)
{
    return __fixunsdfdi(a);
}

int64_t __fixsfdi(float a)
{
    return __fixdfdi(a);
}
