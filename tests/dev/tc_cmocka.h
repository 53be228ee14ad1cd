/* SPDX-License-Identifier: ISC */
/* cmocka with what it needs before it, and a DECstation rig's accesses as assertions. */
#ifndef DEV_TC_CMOCKA_H
#define DEV_TC_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tc_rig.h"

static inline u32 rig_get(struct tc_rig *r, unsigned size, u32 pa)
{
    u32 val = 0xdeadbeef;
    assert_true(tc_rig_read(r, size, pa, &val));
    return size == 4 ? val : val & ((1u << 8 * size) - 1);
}

static inline void rig_set(struct tc_rig *r, unsigned size, u32 pa, u32 val)
{
    assert_true(tc_rig_write(r, size, pa, val));
}

#endif
