/* SPDX-License-Identifier: ISC */
#include "host/host_code.h"

#include <sys/mman.h>
#include <unistd.h>

bool host_code_init(struct host_code *c, size_t size)
{
    *c = (struct host_code){0};
    int fd = memfd_create("kuseg-code", MFD_CLOEXEC);
    if (fd < 0)
        return false;
    if (!ftruncate(fd, (off_t)size)) {
        void *rw = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        void *rx = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
        *c = (struct host_code){
            .rw = rw == MAP_FAILED ? NULL : rw, .rx = rx == MAP_FAILED ? NULL : rx, .size = size};
    }
    close(fd);
    if (c->rw && c->rx)
        return true;
    host_code_fini(c);
    return false;
}

void host_code_want(const struct host_code *c, size_t from, size_t size)
{
#ifdef MADV_POPULATE_WRITE
    if (!madvise(c->rw + from, size, MADV_POPULATE_WRITE))
        (void)madvise((void *)(uintptr_t)(c->rx + from), size, MADV_POPULATE_READ);
#else
    (void)c, (void)from, (void)size;
#endif
}

void host_code_fini(struct host_code *c)
{
    if (c->rw)
        munmap(c->rw, c->size);
    if (c->rx)
        munmap((void *)(uintptr_t)c->rx, c->size);
    *c = (struct host_code){0};
}
