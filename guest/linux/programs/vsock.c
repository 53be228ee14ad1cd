/* SPDX-License-Identifier: ISC */
/* vsock PORT connects to a port of the host, vsock -l PORT waits for the host to connect to it; what
 * is read goes there, what comes from there is written, until both have ended. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

static int vsock_fail(const char *what)
{
    perror(what);
    exit(1);
}

static int vsock_socket(struct sockaddr_vm *a, unsigned cid, const char *port)
{
    int fd = socket(AF_VSOCK, SOCK_STREAM, 0);

    memset(a, 0, sizeof(*a));
    a->svm_family = AF_VSOCK;
    a->svm_cid = cid;
    a->svm_port = (unsigned)strtoul(port, NULL, 10);
    return fd < 0 ? vsock_fail("vsock: socket") : fd;
}

static int vsock_dial(const char *port)
{
    struct sockaddr_vm a;
    int fd = vsock_socket(&a, VMADDR_CID_HOST, port);

    if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
        vsock_fail("vsock: connect");
    return fd;
}

static int vsock_wait(const char *port)
{
    struct sockaddr_vm a;
    int fd = vsock_socket(&a, VMADDR_CID_ANY, port), conn;

    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1))
        vsock_fail("vsock: listen");
    puts("vsock: listening");
    fflush(stdout);
    conn = accept(fd, NULL, NULL);
    close(fd);
    return conn < 0 ? vsock_fail("vsock: accept") : conn;
}

/* 0: that was the end. */
static ssize_t vsock_copy(int from, int to)
{
    char buf[8192];
    ssize_t n = read(from, buf, sizeof(buf));

    for (ssize_t done = 0, k; done < n; done += k)
        if ((k = write(to, buf + done, (size_t)(n - done))) < 0)
            vsock_fail("vsock: write");
    return n < 0 ? vsock_fail("vsock: read") : n;
}

int main(int count, char **words)
{
    int fd = count == 3 && !strcmp(words[1], "-l") ? vsock_wait(words[2])
             : count == 2                          ? vsock_dial(words[1])
                                                   : -1;
    struct pollfd p[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

    if (fd < 0) {
        fputs("usage: vsock [-l] PORT\n", stderr);
        return 2;
    }
    while (p[1].fd >= 0 && poll(p, 2, -1) >= 0) {
        if (p[0].revents && !vsock_copy(0, fd)) {
            shutdown(fd, SHUT_WR);
            p[0].fd = -1;
        }
        if (p[1].revents && !vsock_copy(fd, 1))
            p[1].fd = -1;
    }
    return 0;
}
