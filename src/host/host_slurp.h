/* SPDX-License-Identifier: ISC */
/* A whole host file as bytes in memory: kernels, configuration files. Not for disk images. */
#ifndef HOST_HOST_SLURP_H
#define HOST_HOST_SLURP_H

#include "lib/buf.h"
#include "lib/err.h"

/* Do both paths lead to the same existing file? */
bool host_same_file(const char *a, const char *b);

/* Appends the file's bytes to out. Errors name the path; what is no regular file is refused, for it
 * may never end; more than `limit` bytes are, with ERR_LIMIT. */
MUST_CHECK enum err host_slurp(const char *path, size_t limit, struct buf *out, struct error *e);

#endif
