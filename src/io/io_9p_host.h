/* SPDX-License-Identifier: ISC */
/*
 * A 9P server for a directory of the host, with all below it and nothing else. Symbolic links are
 * for the guest to follow; pipes, sockets and devices are shown and never opened or made.
 *
 * Everything is done by whoever runs the monitor: what belongs to him, the guest sees as its root's
 * (uid and gid 0), all else as nobody's (65534). Owners cannot be changed; set-user-ID and
 * set-group-ID are neither shown nor set.
 */
#ifndef IO_IO_9P_HOST_H
#define IO_IO_9P_HOST_H

#include "io/io_9p.h"
#include "lib/err.h"

#define IO_9P_HOST_OPEN  256u  /* files and directories open at a time */
#define IO_9P_HOST_LOCKS 1024u /* ranges of them that are locked */

struct io_9p_host_options {
    const char *path;
    bool read_only;
    bool mips; /* the guest's Linux numbers its errors as MIPS does */
};

MUST_CHECK enum err io_9p_host_open(struct io_9p *out, const struct io_9p_host_options *o,
                                    struct error *e);

#endif
