/* SPDX-License-Identifier: ISC */
/*
 * A disk that any NBD server serves. When the server goes, requests fail until it is back; or, with
 * `pause`, the request that finds it gone waits for it, and the machine with it.
 */
#ifndef IO_IO_DISK_NBD_H
#define IO_IO_DISK_NBD_H

#include "io/io.h"

struct io_disk_nbd_options {
    bool read_only;
    bool pause;
    bool (*give_up)(void *ctx); /* true: waits no longer; NULL: always waits */
    void *ctx;
};

bool io_disk_nbd_is_uri(const char *text);
MUST_CHECK enum err io_disk_nbd_open(const char *uri, const struct io_disk_nbd_options *o,
                                     struct io_disk *out, struct error *e);

#endif
