/* SPDX-License-Identifier: ISC */
/* The host's features, with the headers of an older C library (old/): found all the same. */
#include "lib/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define host_cpu_features host_cpu_features_old
#include "host/host_cpu.c"
#undef host_cpu_features

struct host_cpu host_cpu_features(void); /* the library's */

static void an_older_library_will_do(void **state)
{
    (void)state;
    struct host_cpu now = host_cpu_features(), old = host_cpu_features_old();
#ifdef CPU_FEATURE_ACTIVE
    fail_msg("these are not the headers of an older library");
#endif
    assert_int_equal(old.movbe, now.movbe);
    assert_int_equal(old.bmi2, now.bmi2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_older_library_will_do),
    };
    return cmocka_run_group_tests_name("host_cpu", tests, NULL, NULL);
}
