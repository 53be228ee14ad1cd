/* SPDX-License-Identifier: ISC */
/* Makes the programs of the translator's differential test. */
#ifndef TESTS_ISA_DIFF_MAKE_H
#define TESTS_ISA_DIFF_MAKE_H

#include "diff_rig.h"

#define DIFF_MAKE_WORDS 512

/* A machine that diff_machine made: memory, TLB, registers. */
void diff_make(struct diff *t);
/* Where all instructions of such a program are; how many. */
unsigned diff_make_words(uint32_t *pa); /* room for DIFF_MAKE_WORDS */
/* A place in the code: physical. */
uint32_t diff_make_place(struct diff *t);
/* Both go on somewhere in the code. */
void diff_make_go(struct diff *t);

#endif
