/* SPDX-License-Identifier: ISC */
#include "host/host_random.h"
#include "lib/bug.h"

#include <errno.h>
#include <sys/random.h>

void host_random(void *buf, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = getrandom((u8 *)buf + done, len - done, 0);
        BUG_ON(n < 0 && errno != EINTR);
        done += n > 0 ? (size_t)n : 0;
    }
}
