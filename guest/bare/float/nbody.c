/* SPDX-License-Identifier: ISC */
/* Five bodies that attract one another: multiplications and additions of doubles in registers,
 * some divisions. Distances by two steps of Newton's from those of the step before. */
#include "float.h"

#define NBODY_BODIES 5
#define NBODY_STEP   0.001

struct nbody {
    double at[3], v[3], mass;
};

static void nbody_start(struct nbody *b)
{
    unsigned seed = 17;

    for (unsigned i = 0; i < NBODY_BODIES; i++) {
        for (unsigned k = 0; k < 3; k++) {
            b[i].at[k] = 4.0 * i + float_random(&seed);
            b[i].v[k] = 0.1 * float_random(&seed);
        }
        b[i].mass = i ? 0.01 * i : 1.0;
    }
}

static double nbody_sqrt(double square, double near)
{
    near = 0.5 * (near + square / near);
    return 0.5 * (near + square / near);
}

static void nbody_attract(struct nbody *a, struct nbody *b, double *distance)
{
    double x = a->at[0] - b->at[0], y = a->at[1] - b->at[1], z = a->at[2] - b->at[2];
    double square = x * x + y * y + z * z + 0.01, pull, of_a, of_b;

    *distance = nbody_sqrt(square, *distance);
    pull = NBODY_STEP / (square * *distance);
    of_a = b->mass * pull;
    of_b = a->mass * pull;
    a->v[0] -= x * of_a;
    a->v[1] -= y * of_a;
    a->v[2] -= z * of_a;
    b->v[0] += x * of_b;
    b->v[1] += y * of_b;
    b->v[2] += z * of_b;
}

static void nbody_advance(struct nbody *b, double *distance)
{
    for (unsigned i = 0; i < NBODY_BODIES; i++)
        for (unsigned j = i + 1; j < NBODY_BODIES; j++)
            nbody_attract(&b[i], &b[j], distance++);
    for (unsigned i = 0; i < NBODY_BODIES; i++)
        for (unsigned k = 0; k < 3; k++)
            b[i].at[k] += NBODY_STEP * b[i].v[k];
}

unsigned bench_nbody(unsigned iterations)
{
    struct nbody *b = bench_arena;
    double *distance = (double *)(b + NBODY_BODIES);
    unsigned sum = 0;

    nbody_start(b);
    for (unsigned i = 0; i < NBODY_BODIES * (NBODY_BODIES - 1) / 2; i++)
        distance[i] = 6.0;
    while (iterations-- > 0) {
        nbody_advance(b, distance);
        sum = bench_mix(sum, float_bits(b[iterations % NBODY_BODIES].v[0]));
    }
    return sum;
}
