/* SPDX-License-Identifier: ISC */
/* The table of benchmarks. */
#include "bench.h"

const struct bench bench_table[] = {
#define BENCH(name, count, bytes) {#name, bench_##name, count, bytes},
#include "bench.def"
#undef BENCH
};

const unsigned bench_count = sizeof(bench_table) / sizeof(bench_table[0]);
void *bench_arena;
