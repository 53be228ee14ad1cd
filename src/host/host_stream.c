/* SPDX-License-Identifier: ISC */
#include "host/host_stream.h"

#include <errno.h>
#include <sys/socket.h>

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
