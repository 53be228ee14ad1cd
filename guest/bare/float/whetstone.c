/* SPDX-License-Identifier: ISC */
/*
 * A mixture like that of Whetstone's: elements of arrays, arrays handed to functions, branches on
 * comparisons, conversions, and functions that a library would have, which are series here.
 */
#include "float.h"

#define WHETSTONE_ROUNDS 40

/* For small x. */
static double whetstone_sin(double x)
{
    double s = x * x;

    return x * (1.0 - s * (1.0 / 6.0 - s * (1.0 / 120.0 - s * (1.0 / 5040.0 - s / 362880.0))));
}

static double whetstone_cos(double x)
{
    double s = x * x;

    return 1.0 - s * (0.5 - s * (1.0 / 24.0 - s * (1.0 / 720.0 - s / 40320.0)));
}

static double whetstone_exp(double x)
{
    double term = 1.0, sum = 1.0;

    for (int i = 1; i < 12; i++) {
        term *= x / (double)i;
        sum += term;
    }
    return sum;
}

static double whetstone_sqrt(double x)
{
    double y = x > 1.0 ? x : 1.0, next = 0.5 * (y + x / y);

    while (next < y) {
        y = next;
        next = 0.5 * (y + x / y);
    }
    return y;
}

static void whetstone_elements(double *e, double t)
{
    for (int i = 0; i < WHETSTONE_ROUNDS; i++) {
        e[0] = (e[0] + e[1] + e[2] - e[3]) * t;
        e[1] = (e[0] + e[1] - e[2] + e[3]) * t;
        e[2] = (e[0] - e[1] + e[2] + e[3]) * t;
        e[3] = (-e[0] + e[1] + e[2] + e[3]) / 2.0;
    }
}

static void whetstone_conversions(double *f)
{
    for (int i = 0; i < WHETSTONE_ROUNDS; i++) {
        f[i & 3] = f[(i + 1) & 3] * 0.75 + (double)i / 16.0;
        f[(i + 2) & 3] -= f[i & 3] * 0.125;
    }
}

static int whetstone_branches(double x)
{
    int taken = 0;

    for (int i = 0; i < WHETSTONE_ROUNDS; i++) {
        if (x > 0.5)
            x -= 0.375;
        else
            x += 0.3125;
        if (x == 0.5 || x <= 0.25)
            taken++;
    }
    return taken;
}

static double whetstone_functions(double x)
{
    for (int i = 0; i < WHETSTONE_ROUNDS; i++)
        x = whetstone_sqrt(whetstone_exp(0.25 * whetstone_sin(x) * whetstone_cos(x)));
    return x;
}

unsigned bench_whetstone(unsigned iterations)
{
    double e[4] = {1.0, -1.0, -1.0, -1.0};
    double f[4] = {1.0, 0.5, 0.25, 0.125};
    unsigned sum = 0;

    while (iterations-- > 0) {
        whetstone_elements(e, 0.499975);
        whetstone_conversions(f);
        sum = bench_mix(sum, float_bits(e[iterations & 3]));
        sum = bench_mix(sum, float_bits(f[iterations & 3]));
        sum = bench_mix(sum, float_bits(whetstone_functions(0.01 * (double)(iterations & 63))));
        sum += (unsigned)whetstone_branches(e[0]);
    }
    return sum;
}
