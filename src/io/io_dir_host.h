/* SPDX-License-Identifier: ISC */
/*
 * A directory of the host, with all below it and nothing else. Symbolic links are followed as long
 * as they stay inside. Only files and directories: pipes and devices are IO_UNSUPPORTED.
 */
#ifndef IO_IO_DIR_HOST_H
#define IO_IO_DIR_HOST_H

#include "io/io.h"

#define IO_DIR_HOST_HANDLES 64 /* with the root; opening the same file twice gives one handle */

MUST_CHECK enum err io_dir_host_open(const char *path, struct io_dir *out, struct error *e);

#endif
