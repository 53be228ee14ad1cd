/* SPDX-License-Identifier: ISC */
#include "host/host_perf.h"

#include <fcntl.h>
#include <unistd.h>

FILE *host_perf_open(struct error *e)
{
    char path[40];
    snprintf(path, sizeof path, "/tmp/perf-%d.map", (int)getpid());
    unlink(path); /* of an earlier process of that number; anybody may have put it there */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f)
        err_set(e, ERR_IO, "%s: %m", path);
    if (!f && fd >= 0)
        close(fd);
    return f;
}
