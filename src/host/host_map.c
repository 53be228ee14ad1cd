/* SPDX-License-Identifier: ISC */
#include "host/host_map.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HOST_MAP_PAGE    4096u
#define HOST_MAP_THERE   (3ull << 62) /* in Linux's pagemap: in memory, or swapped out */
#define HOST_MAP_ENTRIES 4096u

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

static bool host_map_look(int fd, u64 first, size_t n, bool *page)
{
    u64 entry[HOST_MAP_ENTRIES];
    for (size_t done = 0; done < n;) {
        size_t want = n - done < HOST_MAP_ENTRIES ? n - done : HOST_MAP_ENTRIES;
        ssize_t got =
            pread(fd, entry, want * sizeof *entry, (off_t)((first + done) * sizeof *entry));
        if (got != (ssize_t)(want * sizeof *entry))
            return false;
        for (size_t i = 0; i < want; i++)
            page[done++] = entry[i] & HOST_MAP_THERE;
    }
    return true;
}

void host_map_touched(const void *p, size_t size, bool *page)
{
    size_t n = size / HOST_MAP_PAGE;
    bool aligned = (uintptr_t)p % HOST_MAP_PAGE == 0 && sysconf(_SC_PAGESIZE) == HOST_MAP_PAGE;
    int fd = aligned ? open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || !host_map_look(fd, (uintptr_t)p / HOST_MAP_PAGE, n, page))
        memset(page, true, n);
    if (fd >= 0)
        close(fd);
}
