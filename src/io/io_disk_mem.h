/* SPDX-License-Identifier: ISC */
/*
 * A disk in memory: a fake for tests, and a place for swap that needs no file.
 */
#ifndef IO_IO_DISK_MEM_H
#define IO_IO_DISK_MEM_H

#include "io/io.h"

/* Zeroed; taken from the host as it is touched. */
MUST_CHECK enum err io_disk_mem_open(u64 sectors, struct io_disk *out, struct error *e);

/* For tests: from now on reads, or writes, fail. */
void io_disk_mem_fail(struct io_disk *d, bool reads, bool writes);

#endif
