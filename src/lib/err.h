/* SPDX-License-Identifier: ISC */
/*
 * Host, configuration and stream errors: a code for the program, a sentence for the person.
 * Guest events are not errors; our own bugs are BUG_ON (bug.h).
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include "lib/types.h"

enum err {
    ERR_OK = 0,
    ERR_IO,     /* the host's operating system refused */
    ERR_NOMEM,  /* out of host memory */
    ERR_USAGE,  /* command line */
    ERR_CONFIG, /* configuration file or option value */
    ERR_FORMAT, /* a file or stream is not what it claims to be */
    ERR_BUSY,   /* somebody else holds it */
    ERR_LIMIT,  /* larger than this program or machine can take */
};

struct error {
    enum err code;
    char msg[512];
};

/* Stores code and message; returns code. The message names the file, line or option at fault;
 * "%m" is the text of errno. A NULL e drops the message. */
enum err err_set(struct error *e, enum err code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Puts "text: " before the message already in e; returns its code. */
enum err err_prefix(struct error *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
