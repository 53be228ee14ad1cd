/* SPDX-License-Identifier: ISC */
/* What the host's processor has that not all of its kind have. */
#ifndef HOST_HOST_CPU_H
#define HOST_HOST_CPU_H

#include "lib/types.h"

struct host_cpu {
    bool movbe, bmi2;
};

struct host_cpu host_cpu_features(void);

#endif
