/* SPDX-License-Identifier: ISC */
/*
 * The C library has asked when the program started. To ask the processor again costs some 20 us a
 * time where the host is itself a virtual machine, which has to be left for that.
 */
#include "host/host_cpu.h"

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

#if defined(CPU_FEATURE_ACTIVE) /* glibc 2.34 and later: 2.33 has the header, but not this */

struct host_cpu host_cpu_features(void)
{
    return (struct host_cpu){.movbe = CPU_FEATURE_ACTIVE(MOVBE), .bmi2 = CPU_FEATURE_ACTIVE(BMI2)};
}

#elif defined(__x86_64__)

#include <cpuid.h>

struct host_cpu host_cpu_features(void)
{
    struct host_cpu h = {0};
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d))
        h.movbe = c & 1u << 22;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
        h.bmi2 = b & 1u << 8;
    return h;
}

#else

struct host_cpu host_cpu_features(void)
{
    return (struct host_cpu){0};
}

#endif
