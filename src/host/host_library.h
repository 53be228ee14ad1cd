/* SPDX-License-Identifier: ISC */
/*
 * Libraries that are loaded when somebody first wants them: the program starts without them, where
 * they are not installed as well as where nobody asks.
 */
#ifndef HOST_HOST_LIBRARY_H
#define HOST_HOST_LIBRARY_H

#include "lib/types.h"

/* A function of the library, and where in a struct its address belongs. */
struct host_symbol {
    const char *name;
    size_t at;
};

/*
 * Loads FILE ("libnbd.so.0") and fills the pointers of the struct at `to`. NULL: the library, or
 * one of the functions, is not there.
 */
void *host_library_load(const char *file, const struct host_symbol *symbol, size_t count, void *to);
void host_library_unload(void *library); /* may be NULL */

#endif
