/* SPDX-License-Identifier: ISC */
/* The benchmarks' computing kernels in kernel mode, in unmapped memory. */
#ifndef KBENCH_H
#define KBENCH_H

#include "types.h"

/* index into bench.def. 0, or an error. */
int kbench_run(u32 index, u32 iterations, u32 *checksum);

#endif
