/* SPDX-License-Identifier: ISC */
/* SHA-256's compression over 256 bytes, chained: rotations, long dependency chains, many registers.
 * Its constants are made here, from square and cube roots, so that no table has to be trusted. */
#include "bench.h"

#define SHA256_BLOCKS 4

static unsigned sha256_rotate(unsigned x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* Is (base + fraction / 2^32)^power <= prime? In digits of 16 bits. */
static int sha256_not_above(unsigned base, unsigned fraction, unsigned power, unsigned prime)
{
    unsigned a[3] = {fraction & 0xffff, fraction >> 16, base};
    unsigned p[9] = {a[0], a[1], a[2]};

    for (unsigned k = 1; k < power; k++) {
        unsigned r[9] = {0};
        for (unsigned i = 0; i < 3; i++) {
            unsigned carry = 0;
            for (unsigned j = 0; i + j < 9; j++) {
                unsigned t = r[i + j] + carry, product = a[i] * p[j];
                carry = (t >> 16) + (product >> 16);
                t = (t & 0xffff) + (product & 0xffff);
                carry += t >> 16;
                r[i + j] = t & 0xffff;
            }
        }
        for (unsigned i = 0; i < 9; i++)
            p[i] = r[i];
    }
    return p[2 * power] < prime && p[2 * power + 1] == 0;
}

/* The first 32 bits of the fraction of the prime's root. */
static unsigned sha256_root(unsigned prime, unsigned power)
{
    unsigned base = 1, fraction = 0;

    while (power == 2 ? (base + 1) * (base + 1) <= prime
                      : (base + 1) * (base + 1) * (base + 1) <= prime)
        base++;
    for (unsigned bit = 0x80000000u; bit; bit >>= 1)
        if (sha256_not_above(base, fraction | bit, power, prime))
            fraction |= bit;
    return fraction;
}

static unsigned sha256_next_prime(unsigned n)
{
    for (;;) {
        unsigned d = 2;
        for (n++; d * d <= n && n % d; d++)
            ;
        if (d * d > n)
            return n;
    }
}

static void sha256_block(unsigned *state, const unsigned *k, unsigned *w)
{
    unsigned a = state[0], b = state[1], c = state[2], d = state[3];
    unsigned e = state[4], f = state[5], g = state[6], h = state[7];

    for (unsigned i = 16; i < 64; i++) {
        unsigned x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (sha256_rotate(x, 7) ^ sha256_rotate(x, 18) ^ x >> 3) +
               (sha256_rotate(y, 17) ^ sha256_rotate(y, 19) ^ y >> 10);
    }
    for (unsigned i = 0; i < 64; i++) {
        unsigned s1 = sha256_rotate(e, 6) ^ sha256_rotate(e, 11) ^ sha256_rotate(e, 25);
        unsigned t1 = h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i];
        unsigned s0 = sha256_rotate(a, 2) ^ sha256_rotate(a, 13) ^ sha256_rotate(a, 22);
        unsigned t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

unsigned bench_sha256(unsigned iterations)
{
    unsigned *k = bench_arena, *w = k + 64, state[8], prime = 1, seed = 1;

    for (unsigned i = 0; i < 64; i++) {
        prime = sha256_next_prime(prime);
        k[i] = sha256_root(prime, 3);
        if (i < 8)
            state[i] = sha256_root(prime, 2);
    }
    while (iterations-- > 0)
        for (unsigned b = 0; b < SHA256_BLOCKS; b++) {
            for (unsigned i = 0; i < 16; i++)
                w[i] = bench_random(&seed);
            sha256_block(state, k, w);
        }
    return state[0] ^ state[3] ^ state[5];
}
