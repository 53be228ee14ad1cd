/* SPDX-License-Identifier: ISC */
/* Random bytes of the host. */
#ifndef HOST_HOST_RANDOM_H
#define HOST_HOST_RANDOM_H

#include "lib/types.h"

void host_random(void *buf, size_t len);

#endif
