/* SPDX-License-Identifier: ISC */
/* cmocka with what it needs before it, and a virtio rig. */
#ifndef DEV_VIO_CMOCKA_H
#define DEV_VIO_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vio_kinds.h"

#include <stdio.h>
#include <stdlib.h>

/* For random tests, printed so that it can be repeated. */
static inline u64 rig_seed(void)
{
    const char *given = getenv("KUSEG_SEED");
    u64 seed = given ? strtoull(given, NULL, 0) : 1;
    printf("# repeat with: KUSEG_SEED=%llu\n", (unsigned long long)seed);
    fflush(stdout);
    return seed;
}

static inline bool rig_broken(struct vio_rig *r)
{
    return vio_rig_get(r, RIG_STATUS) & VIO_NEEDS_RESET;
}

#endif
