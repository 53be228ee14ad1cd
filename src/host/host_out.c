/* SPDX-License-Identifier: ISC */
#include "host/host_out.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *host_out_open(const char *path, struct error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
    if (fd < 0 && errno == ENXIO)
        err_set(e, ERR_IO, "%s: nobody reads from that pipe", path);
    else if (fd < 0)
        err_set(e, ERR_IO, "%s: %m", path);
    if (fd < 0)
        return NULL;
    fcntl(fd, F_SETFL, 0); /* a slow reader is waited for */
    return fdopen(fd, "w");
}

void host_out_clear(FILE *f)
{
    struct stat st;
    int fd = fileno(f);
    if (!fstat(fd, &st) && S_ISREG(st.st_mode) && ftruncate(fd, 0))
        return; /* the write that follows tells */
}
