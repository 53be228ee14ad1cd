/* SPDX-License-Identifier: ISC */
/*
 * System/161 computes the geometry in floating point: a platter of diameters 20 and 80, cut into
 * 320 tracks of equal width, with 6 % more sectors than asked for, spread evenly over the area.
 * Track i then holds the fraction (643 + 6i) / 512000 of them, which is exact in integers (the
 * fractions add up to 1); less one sector a track in reserve. Sectors are numbered from the
 * outermost track inwards. The platter is at sector 0 at the start of every second.
 *
 * Where the 6 % don't cover what the rounding takes (below some 8,000 sectors) System/161 refuses
 * the disk; here it gets more spare sectors.
 */
#include "dev/lb_disk_model.h"

#define LB_DISK_S       1000000000ull
#define LB_DISK_MS      1000000ull
#define LB_DISK_SHARES  512000u
#define LB_DISK_NEAR    3 /* tracks that the arm steps over one by one */
#define LB_DISK_STEP_MS 5
#define LB_DISK_REST_MS 10 /* for the arm to settle after a longer way */

static u64 lb_disk_model_spread(struct lb_disk_model *m, u64 physical)
{
    u64 usable = 0;
    for (u32 i = 0; i < LB_DISK_TRACKS; i++) {
        u64 n = physical * (643 + 6 * i) / LB_DISK_SHARES;
        m->track[i] = n > 2 ? (u32)n - 1 : 1;
        usable += m->track[i];
    }
    return usable;
}

enum err lb_disk_model_init(struct lb_disk_model *m, u64 sectors, u32 rpm, struct error *e)
{
    if (rpm < LB_DISK_MIN_RPM || rpm > LB_DISK_MAX_RPM || rpm % 60)
        return err_set(e, ERR_CONFIG, "rpm=%u: it must be a multiple of 60 up to %u", rpm,
                       LB_DISK_MAX_RPM);
    if (sectors < LB_DISK_MIN_SECTORS || sectors > LB_DISK_MAX_SECTORS)
        return err_set(e, ERR_CONFIG, "a disk of %llu sectors: it must have %u to %u",
                       (unsigned long long)sectors, LB_DISK_MIN_SECTORS, LB_DISK_MAX_SECTORS);
    u64 physical = sectors * 106 / 100;
    while (lb_disk_model_spread(m, physical) < sectors)
        physical += LB_DISK_TRACKS;
    m->rev_ns = LB_DISK_S / (rpm / 60);
    return ERR_OK;
}

struct lb_disk_place lb_disk_model_locate(const struct lb_disk_model *m, u32 sector)
{
    u32 i = LB_DISK_TRACKS - 1;
    for (; i > 0 && sector >= m->track[i]; i--)
        sector -= m->track[i];
    return (struct lb_disk_place){.track = i, .index = sector};
}

static u64 lb_disk_model_sqrt(u64 x)
{
    u64 root = 0;
    for (u64 bit = 1ull << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= x)
            root += bit;
    return root;
}

/* Longer ways: 10 ms + 3 ms * sqrt(tracks), an arm that accelerates evenly. */
u64 lb_disk_model_seek_ns(u32 from, u32 to)
{
    u64 way = from < to ? to - from : from - to;
    if (way <= LB_DISK_NEAR)
        return way * LB_DISK_STEP_MS * LB_DISK_MS;
    return LB_DISK_REST_MS * LB_DISK_MS + lb_disk_model_sqrt(9 * LB_DISK_MS * LB_DISK_MS * way);
}

/* When the start of sector `index` first comes under the head at `since` or later. */
static u64 lb_disk_model_reach(const struct lb_disk_model *m, u32 track, u32 index, u64 since)
{
    u64 second = since - since % LB_DISK_S;
    u64 at = second + index * (m->rev_ns / m->track[track]);
    if (at >= since)
        return at;
    return at + (since - at + m->rev_ns - 1) / m->rev_ns * m->rev_ns;
}

/* A sector is read when the next one begins. */
u64 lb_disk_model_read_ns(const struct lb_disk_model *m, struct lb_disk_place at, u64 arrival,
                          u64 now)
{
    u64 done = lb_disk_model_reach(m, at.track, (at.index + 1) % m->track[at.track], arrival);
    return done > now ? done - now : 0;
}

u64 lb_disk_model_write_ns(const struct lb_disk_model *m, struct lb_disk_place at, u64 now)
{
    u64 start = lb_disk_model_reach(m, at.track, at.index, now);
    return start - now + m->rev_ns / m->track[at.track];
}
