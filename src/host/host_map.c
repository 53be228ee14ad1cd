/* SPDX-License-Identifier: ISC */
#include "host/host_map.h"

#include <string.h>
#include <sys/mman.h>

void *host_map_memory(u64 size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void host_unmap(void *p, u64 size)
{
    if (p)
        munmap(p, size);
}

void host_map_give_back(void *p, u64 size)
{
    if (madvise(p, size, MADV_DONTNEED))
        memset(p, 0, size);
}
