/* SPDX-License-Identifier: ISC */
/*
 * Fixed disk (device 3): one operation at a time, on one sector, through a buffer of 512 bytes.
 */
#ifndef DEV_LB_DISK_H
#define DEV_LB_DISK_H

#include "dev/lb.h"
#include "io/io.h"

#define LB_DISK_RPM 3600 /* System/161's default */

struct lb_disk_config {
    struct io_disk disk;     /* copied; whoever opened it closes it, after the card is freed */
    u32 rpm;                 /* a multiple of 60, up to 600000 */
    void (*doom)(void *ctx); /* a write was asked for (System/161's doom counter); may be NULL */
    void *ctx;
};

struct lb_disk;

/* ERR_CONFIG if the configuration is impossible. */
MUST_CHECK enum err lb_disk_new(struct lb_disk **out, const struct dev_env *env,
                                struct dev_line line, const struct lb_disk_config *config,
                                struct error *e);
void lb_disk_free(struct lb_disk *d);

extern const struct lb_class lb_disk_class;

#endif
