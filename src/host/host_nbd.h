/* SPDX-License-Identifier: ISC */
/*
 * A disk served by NBD, through libnbd, which is loaded when one is wanted. No call waits longer
 * than a server that answers may take; then the connection counts as lost, and is opened anew.
 */
#ifndef HOST_HOST_NBD_H
#define HOST_HOST_NBD_H

#include "lib/err.h"
#include "lib/types.h"

struct host_nbd;

struct host_nbd_info {
    u64 size; /* bytes */
    bool read_only, fua;
};

/* "nbd://localhost", "nbd+unix:///?socket=/run/x" */
bool host_nbd_is_uri(const char *text);

MUST_CHECK enum err host_nbd_open(struct host_nbd **out, const char *uri,
                                  struct host_nbd_info *info, struct error *e);
void host_nbd_close(struct host_nbd *n); /* NULL is fine */
/* Asked about once a second while an answer is waited for: true ends that as if it were too late.
 */
void host_nbd_give_up_when(struct host_nbd *n, bool (*tired)(void *ctx), void *ctx);

/* Up to HOST_NBD_MAX bytes. False: the server said no, or is gone. */
#define HOST_NBD_MAX (1u << 20)
MUST_CHECK bool host_nbd_read(struct host_nbd *n, u64 off, void *buf, u32 len);
MUST_CHECK bool host_nbd_write(struct host_nbd *n, u64 off, const void *buf, u32 len, bool fua);
MUST_CHECK bool host_nbd_flush(struct host_nbd *n);
MUST_CHECK bool host_nbd_zero(struct host_nbd *n, u64 off, u64 len, bool hole, bool fua);

bool host_nbd_is_gone(const struct host_nbd *n);    /* nothing more can be asked of it */
const char *host_nbd_why(const struct host_nbd *n); /* the last call failed */

#endif
