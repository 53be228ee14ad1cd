/* SPDX-License-Identifier: ISC */
/*
 * A fuzz target is a file fuzz_NAME.c that defines this one function. Built with -Dfuzz=true it is
 * driven by libFuzzer; in every other build by fuzz_main.c, a few thousand inputs from a printed
 * seed, so that each target also runs under gcc and in the ordinary tests.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
