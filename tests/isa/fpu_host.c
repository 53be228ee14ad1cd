/* SPDX-License-Identifier: ISC */
/* Built with -frounding-math; volatile keeps each operation between the setting of the mode and the
 * reading of the flags. */
#include "fpu_host.h"

#include <fenv.h>
#include <math.h>
#include <string.h>

static double host_double(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static float host_single(uint64_t bits)
{
    float f;
    uint32_t low = (uint32_t)bits;
    memcpy(&f, &low, sizeof f);
    return f;
}

static void host_set_double(struct fpu_host *h, double d)
{
    memcpy(&h->result, &d, sizeof d);
    h->nan = isnan(d);
}

static void host_set_single(struct fpu_host *h, float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof f);
    h->result = bits;
    h->nan = isnan(f);
}

static unsigned host_causes(void)
{
    int e = fetestexcept(FE_ALL_EXCEPT);
    return (e & FE_INEXACT ? 1 : 0) | (e & FE_UNDERFLOW ? 2 : 0) | (e & FE_OVERFLOW ? 4 : 0) |
           (e & FE_DIVBYZERO ? 8 : 0) | (e & FE_INVALID ? 16 : 0);
}

static void host_compare(struct fpu_host *h, unsigned condition, double a, double b)
{
    h->result = (condition & 4 && a < b) || (condition & 2 && a == b);
}

static void host_to_word(struct fpu_host *h, volatile double a)
{
    volatile double r = rint(a);
    if (r >= -2147483648.0 && r <= 2147483647.0) {
        h->result = (uint32_t)(int32_t)r;
        return;
    }
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(FE_INVALID);
    h->result = 0x7fffffff;
}

static void host_singles(struct fpu_host *h, unsigned function, volatile float a, volatile float b)
{
    volatile float r = 0;
    switch (function) {
    case 0:
        r = a + b;
        break;
    case 1:
        r = a - b;
        break;
    case 2:
        r = a * b;
        break;
    case 3:
        r = a / b;
        break;
    case 0x21:
        host_set_double(h, (double)a);
        return;
    case 0x24:
        host_to_word(h, (double)a);
        return;
    default:
        h->known = function >= 0x30;
        host_compare(h, function, (double)a, (double)b);
        return;
    }
    host_set_single(h, r);
}

static void host_doubles(struct fpu_host *h, unsigned function, volatile double a,
                         volatile double b)
{
    volatile double r = 0;
    switch (function) {
    case 0:
        r = a + b;
        break;
    case 1:
        r = a - b;
        break;
    case 2:
        r = a * b;
        break;
    case 3:
        r = a / b;
        break;
    case 0x20:
        host_set_single(h, (float)a);
        return;
    case 0x24:
        host_to_word(h, a);
        return;
    default:
        h->known = function >= 0x30;
        host_compare(h, function, a, b);
        return;
    }
    host_set_double(h, r);
}

static void host_words(struct fpu_host *h, unsigned function, volatile int32_t a)
{
    h->known = function == 0x20 || function == 0x21;
    if (function == 0x20)
        host_set_single(h, (float)a);
    else
        host_set_double(h, (double)a);
}

static void host_run(struct fpu_host *h, uint32_t insn, uint64_t s, uint64_t t)
{
    unsigned function = insn & 0x3f;
    switch (insn >> 21 & 31) {
    case 16:
        h->known = !isnan(host_single(s)) && !isnan(host_single(t));
        if (h->known)
            host_singles(h, function, host_single(s), host_single(t));
        break;
    case 17:
        h->known = !isnan(host_double(s)) && !isnan(host_double(t));
        if (h->known)
            host_doubles(h, function, host_double(s), host_double(t));
        break;
    case 20:
        host_words(h, function, (int32_t)s);
        break;
    }
}

struct fpu_host fpu_host(uint32_t insn, unsigned mode, uint64_t s, uint64_t t)
{
    static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
    struct fpu_host h = {0};
    fesetround(modes[mode & 3]);
    feclearexcept(FE_ALL_EXCEPT);
    host_run(&h, insn, s, t);
    h.causes = host_causes();
    feclearexcept(FE_ALL_EXCEPT);
    fesetround(FE_TONEAREST);
    return h;
}
