/* SPDX-License-Identifier: ISC */
#include "host/host_port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HOST_TAP_DEVICE "/dev/net/tun"

static long host_tap_read(const struct host_port *p, void *frame, size_t max)
{
    ssize_t n = read(p->fd, frame, max);
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EINTR ? HOST_PORT_NOTHING : HOST_PORT_GONE;
}

static bool host_tap_write(const struct host_port *p, const void *frame, size_t len)
{
    return write(p->fd, frame, len) == (ssize_t)len;
}

static void host_tap_close(struct host_port *p)
{
    close(p->fd);
    *p = (struct host_port){.fd = -1, .ctl = -1};
}

static enum err host_tap_refused(const char *name, struct error *e)
{
    if (errno == EPERM)
        return err_set(e, ERR_IO,
                       "%s: an interface for this user can be made by root: ip tuntap add %s mode "
                       "tap user $USER; ip link set %s up",
                       name, name, name);
    return err_set(e, errno == EBUSY ? ERR_BUSY : ERR_IO, "%s: cannot open the interface: %m",
                   name);
}

enum err host_tap_open(struct host_port *p, const char *name, struct error *e)
{
    struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    *p = (struct host_port){.fd = -1, .ctl = -1};
    int fd = open(HOST_TAP_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, ERR_IO, "cannot open " HOST_TAP_DEVICE ": %m");
    strncpy(r.ifr_name, name, sizeof r.ifr_name - 1);
    if (ioctl(fd, TUNSETIFF, &r)) {
        host_tap_refused(name, e);
        close(fd);
        return e ? e->code : ERR_IO;
    }
    *p = (struct host_port){.fd = fd,
                            .ctl = -1,
                            .ctx = p,
                            .read = host_tap_read,
                            .write = host_tap_write,
                            .close = host_tap_close};
    return ERR_OK;
}
