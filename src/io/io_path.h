/* SPDX-License-Identifier: ISC */
/*
 * Names inside an io_dir, before any file system sees them.
 */
#ifndef IO_IO_PATH_H
#define IO_IO_PATH_H

#include "lib/types.h"

/*
 * The path of `name` as seen from the directory `dir`, both relative to the root and "" the root
 * itself. The result has no ".", "..", empty component or '/' at either end; ".." takes away the
 * component before it, whatever that is. False: `name` is absolute, leads above the root, or the
 * result doesn't fit into `size` bytes.
 */
MUST_CHECK bool io_path_join(const char *dir, const char *name, char *out, size_t size);

#endif
