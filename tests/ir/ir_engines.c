/* SPDX-License-Identifier: ISC */
/* The engines that are compared with the evaluator. */
#include "ir_compare.h"

const struct ir_engine ir_engines[] = {
    {.name = "unfolded", .run = ir_run_evaluator, .other_words = true, .loose = true},
    {0},
};
