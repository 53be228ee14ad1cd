/* SPDX-License-Identifier: ISC */
/*
 * Memory for code that is made while the program runs: mapped twice, once to write and once to
 * execute, so that no mapping is ever both.
 */
#ifndef HOST_HOST_CODE_H
#define HOST_HOST_CODE_H

#include "lib/types.h"

struct host_code {
    u8 *rw;
    const u8 *rx; /* the same bytes */
    size_t size;
};

/* False: the host refuses; the reason is in errno. Taken from the host page by page. */
MUST_CHECK bool host_code_init(struct host_code *c, size_t size);
/* Whole pages that will be used soon: two calls instead of two faults a page. Only a hint. */
void host_code_want(const struct host_code *c, size_t from, size_t size);
void host_code_fini(struct host_code *c); /* safe on zeroed memory */

#endif
