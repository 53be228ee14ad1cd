/* SPDX-License-Identifier: ISC */
/* The translator and the interpreter are the same machine: equal states at equal counts. */
#include "machine_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rig_setup setups[] = {
    {.words = "echo x; halt 5"},
    {.words = "bench sort 1; bench recurse 1; bench interp 1; bench sha256 1; halt 5"},
    {.words = "bench fork 2; bench switch 1; bench getpid 1; selftest; halt 5", .ram = "2M"},
    {.words = "bench chasefar 1; stress 3 1; halt 5", .ram = "1M"},
};

static struct rig *engines_rig(const struct rig_setup *setup, const struct vcpu_engine *engine)
{
    struct rig_setup s = *setup;
    s.engine = engine;
    return rig_new(&s);
}

static bool engines_agree_at(const struct rig_setup *setup, u64 cycle)
{
    struct rig *a = engines_rig(setup, &vcpu_interp), *b = engines_rig(setup, &vcpu_jit);
    rig_run_to(a, cycle);
    rig_run_to(b, cycle);
    bool same =
        machine_hash(&a->m) == machine_hash(&b->m) && machine_now(&a->m) == machine_now(&b->m);
    if (!same) {
        machine_log_cpu(&a->m, 0);
        machine_log_cpu(&b->m, 0);
    }
    rig_free(a);
    rig_free(b);
    return same;
}

static void engines_find(const struct rig_setup *setup, u64 good, u64 bad)
{
    while (bad - good > 1) {
        u64 mid = good + (bad - good) / 2;
        if (engines_agree_at(setup, mid))
            good = mid;
        else
            bad = mid;
    }
    engines_agree_at(setup, bad);
    fail_msg("the engines differ from cycle %llu on", (unsigned long long)bad);
}

static void engines_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        struct rig *a = engines_rig(&setups[i], &vcpu_interp);
        struct rig *b = engines_rig(&setups[i], &vcpu_jit);
        u64 to = 0, good = 0, seed = i;
        do {
            good = to;
            to += 1 + rig_random(&seed, 1u << rig_random(&seed, 22));
            rig_run_to(a, to);
            rig_run_to(b, to);
            if (machine_hash(&a->m) != machine_hash(&b->m))
                engines_find(&setups[i], good, to);
        } while (a->m.end == MACHINE_RUNS);
        rig_assert_same(rig_result(a), rig_result(b));
        assert_int_equal(a->m.exit_code, 5);
        rig_free(a);
        rig_free(b);
    }
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
