/* SPDX-License-Identifier: ISC */
/* cmocka with what it needs before it, and a rig's accesses as assertions. */
#ifndef DEV_RIG_CMOCKA_H
#define DEV_RIG_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lb_rig.h"

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

static inline u32 rig_get(struct lb_rig *r, unsigned slot, u32 off)
{
    u32 val = 0xdeadbeef;
    assert_true(lb_rig_read(r, slot, off, &val));
    return val;
}

static inline void rig_set(struct lb_rig *r, unsigned slot, u32 off, u32 val)
{
    assert_true(lb_rig_write(r, slot, off, val));
}

static inline void rig_assert_error(struct lb_rig *r, unsigned slot, u32 off)
{
    u32 val;
    assert_false(lb_rig_read(r, slot, off, &val));
    assert_false(lb_rig_write(r, slot, off, 0));
}

static inline void rig_assert_misuse(struct lb_rig *r, unsigned count)
{
    assert_int_equal(r->misuses, count);
}

#endif
