/* SPDX-License-Identifier: ISC */
#include "host/host_stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int host_stream_connect(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(a.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !connect(fd, (const struct sockaddr *)&a, sizeof a))
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static long host_stream_result(ssize_t n)
{
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EINTR ? HOST_STREAM_WAIT : HOST_STREAM_LOST;
}

long host_stream_send(int fd, const void *data, size_t len)
{
    return host_stream_result(send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT));
}

long host_stream_receive(int fd, void *data, size_t max)
{
    return host_stream_result(recv(fd, data, max, MSG_DONTWAIT));
}

void host_stream_finish(int fd)
{
    (void)shutdown(fd, SHUT_WR);
}
