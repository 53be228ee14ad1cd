/* SPDX-License-Identifier: ISC */
/*
 * attach keyboard|mouse LINE: tells the kernel that an LK201 or a VSXXX-AA is on a serial line, for
 * as long as it runs. (Debian has inputattach for this.)
 */
#include <fcntl.h>
#include <linux/serio.h>
#include <linux/tty.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int line(const char *path)
{
    struct termios t = {.c_cflag = CS8 | CREAD | CLOCAL | PARENB | PARODD | B4800};
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK), mouse = N_MOUSE;
    if (fd < 0 || tcsetattr(fd, TCSANOW, &t) || ioctl(fd, TIOCSETD, &mouse))
        return -1;
    fcntl(fd, F_SETFL, 0);
    return fd;
}

int main(int argc, char **argv)
{
    char nothing;
    if (argc != 3)
        return 2;
    unsigned long type = strcmp(argv[1], "keyboard") ? SERIO_VSXXXAA : SERIO_LKKBD;
    int fd = line(argv[2]);
    if (fd < 0 || ioctl(fd, SPIOCSTYPE, &type)) {
        perror(argv[2]);
        return 1;
    }
    return read(fd, &nothing, 1) < 0; /* until the line is taken away */
}
