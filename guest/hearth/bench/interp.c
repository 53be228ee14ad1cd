/* SPDX-License-Identifier: ISC */
/* An interpreter of a small bytecode, running a sieve and a sum in it: one switch in a loop. */
#include "bench.h"

/* r is a register number, the operands follow the opcode in single bytes. */
enum interp_op {
    INTERP_HALT,
    INTERP_SET,   /* r n: n is 0..255 */
    INTERP_ADD,   /* r r */
    INTERP_SUB,   /* r r */
    INTERP_MUL,   /* r r */
    INTERP_MIX,   /* r r */
    INTERP_LOAD,  /* r r: from the cell that the second one names */
    INTERP_STORE, /* r r */
    INTERP_LESS,  /* r r target: jump if less */
    INTERP_JUMP,  /* target */
    INTERP_ZERO,  /* r target: jump if zero */
};

#define INTERP_CELLS 256u

static const unsigned char interp_program[] = {
    /*  0 */ INTERP_SET,   1,  2, /* r1 = candidate; r2 = limit 255, r3 = one, r4 = sum */
    /*  3 */ INTERP_SET,   2,  255,
    /*  6 */ INTERP_SET,   3,  1,
    /*  9 */ INTERP_LOAD,  5,  1, /* next candidate: crossed out? */
    /* 12 */ INTERP_ZERO,  5,  17,
    /* 15 */ INTERP_JUMP,  42,
    /* 17 */ INTERP_MIX,   4,  1, /* a prime */
    /* 20 */ INTERP_SET,   6,  0,
    /* 23 */ INTERP_ADD,   6,  1,
    /* 26 */ INTERP_ADD,   6,  1, /* cross out multiples */
    /* 29 */ INTERP_LESS,  6,  2,   35,
    /* 33 */ INTERP_JUMP,  42,
    /* 35 */ INTERP_STORE, 3,  6,
    /* 38 */ INTERP_JUMP,  26,
    /* 40 */ INTERP_HALT,  0,
    /* 42 */ INTERP_ADD,   1,  3,
    /* 45 */ INTERP_LESS,  1,  2,   9,
    /* 49 */ INTERP_MUL,   4,  2,
    /* 52 */ INTERP_SUB,   4,  1,
    /* 55 */ INTERP_HALT,
};

__attribute__((noinline)) static unsigned interp_run(const unsigned char *code, unsigned *reg,
                                                     unsigned *cell)
{
    for (unsigned pc = 0, steps = 1;; steps++) {
        const unsigned char *p = code + pc;
        switch (p[0]) {
        case INTERP_SET:
            reg[p[1]] = p[2];
            pc += 3;
            break;
        case INTERP_ADD:
            reg[p[1]] += reg[p[2]];
            pc += 3;
            break;
        case INTERP_SUB:
            reg[p[1]] -= reg[p[2]];
            pc += 3;
            break;
        case INTERP_MUL:
            reg[p[1]] *= reg[p[2]];
            pc += 3;
            break;
        case INTERP_MIX:
            reg[p[1]] = bench_mix(reg[p[1]], reg[p[2]]);
            pc += 3;
            break;
        case INTERP_LOAD:
            reg[p[1]] = cell[reg[p[2]] % INTERP_CELLS];
            pc += 3;
            break;
        case INTERP_STORE:
            cell[reg[p[2]] % INTERP_CELLS] = reg[p[1]];
            pc += 3;
            break;
        case INTERP_LESS:
            pc = reg[p[1]] < reg[p[2]] ? p[3] : pc + 4;
            break;
        case INTERP_JUMP:
            pc = p[1];
            break;
        case INTERP_ZERO:
            pc = reg[p[1]] == 0 ? p[2] : pc + 3;
            break;
        default:
            return steps;
        }
    }
}

unsigned bench_interp(unsigned iterations)
{
    unsigned *cell = bench_arena, *reg = cell + INTERP_CELLS, sum = 0;

    for (unsigned i = 0; i < 8; i++)
        reg[i] = 0;
    while (iterations-- > 0) {
        for (unsigned i = 0; i < INTERP_CELLS; i++)
            cell[i] = 0;
        sum = bench_mix(sum, interp_run(interp_program, reg, cell));
        sum = bench_mix(sum, reg[4]);
    }
    return sum;
}
