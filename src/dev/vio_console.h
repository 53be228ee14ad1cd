/* SPDX-License-Identifier: ISC */
/*
 * Console (virtio device 3) with several ports: port 0 is a console, the others have names. Of
 * what the driver sends on another port, VIO_CONSOLE_WINDOW bytes go out before the far end takes
 * some; what comes in waits in VIO_CONSOLE_IN bytes until the driver has buffers.
 */
#ifndef DEV_VIO_CONSOLE_H
#define DEV_VIO_CONSOLE_H

#include "dev/vio.h"

#define VIO_CONSOLE_PORTS  8u
#define VIO_CONSOLE_NAME   32u    /* characters */
#define VIO_CONSOLE_IN     2048u  /* bytes */
#define VIO_CONSOLE_WINDOW 32768u /* bytes */

struct vio_console_config {
    unsigned nports;                     /* numbers 0 to nports - 1 */
    bool console;                        /* port 0 is there */
    const char *name[VIO_CONSOLE_PORTS]; /* of the others; copied */
    u16 columns, rows;                   /* of the console; 0: not known */
    void (*send)(void *ctx, unsigned port, const void *data, u32 len);
    void (*drop)(void *ctx); /* the device is freed; NULL: nobody wants to know */
    void *ctx;
};

struct vio_console;

struct vio_console *vio_console_new(const struct vio_place *place,
                                    const struct vio_console_config *config);
struct vio *vio_console_device(struct vio_console *c);

/* By the machine's intake, of a port that there is: what came in, up to vio_console_room (the rest
 * is lost); whether somebody is at the far end; how many bytes it took. */
void vio_console_input(struct vio_console *c, unsigned port, const void *data, u32 len);
void vio_console_peer(struct vio_console *c, unsigned port, bool here);
void vio_console_took(struct vio_console *c, unsigned port, u32 len);

/* Before that; these change nothing. */
u32 vio_console_room(const struct vio_console *c, unsigned port);
bool vio_console_has_peer(const struct vio_console *c, unsigned port);
u32 vio_console_waiting(const struct vio_console *c, unsigned port); /* bytes that came in */
u32 vio_console_untaken(const struct vio_console *c, unsigned port); /* sent, and not taken */

#endif
