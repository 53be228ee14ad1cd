/* SPDX-License-Identifier: ISC */
/*
 * How long the fixed disk takes: one platter side of 320 tracks, an arm, a track buffer. Pure
 * arithmetic on virtual nanoseconds. The figures are those of System/161 2.0.8, so that a guest
 * measures the same.
 */
#ifndef DEV_LB_DISK_MODEL_H
#define DEV_LB_DISK_MODEL_H

#include "lib/err.h"
#include "lib/types.h"

#define LB_DISK_TRACKS      320
#define LB_DISK_MIN_SECTORS 128
#define LB_DISK_MAX_SECTORS (~0u)
#define LB_DISK_MIN_RPM     60
#define LB_DISK_MAX_RPM     600000

struct lb_disk_model {
    u32 track[LB_DISK_TRACKS]; /* usable sectors; 0 is the innermost track */
    u64 rev_ns;                /* a revolution */
};

struct lb_disk_place {
    u32 track;
    u32 index; /* sector within the track */
};

/* ERR_CONFIG: no disk has such numbers. */
MUST_CHECK enum err lb_disk_model_init(struct lb_disk_model *m, u64 sectors, u32 rpm,
                                       struct error *e);

struct lb_disk_place lb_disk_model_locate(const struct lb_disk_model *m, u32 sector);
u64 lb_disk_model_seek_ns(u32 from, u32 to); /* between tracks */

/* Until the sector has passed under the head that is on its track since `arrival`; 0 if it already
 * has, for then it is in the track buffer. */
u64 lb_disk_model_read_ns(const struct lb_disk_model *m, struct lb_disk_place at, u64 arrival,
                          u64 now);
/* Until the sector comes next and has been written. */
u64 lb_disk_model_write_ns(const struct lb_disk_model *m, struct lb_disk_place at, u64 now);

#endif
