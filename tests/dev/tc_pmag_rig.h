/* SPDX-License-Identifier: ISC */
/*
 * A KN02 with one frame buffer and nothing else. Registers and pixels are reached through memory,
 * at offsets in its slot. Without cmocka, because a fuzz target uses it too.
 */
#ifndef DEV_TC_PMAG_RIG_H
#define DEV_TC_PMAG_RIG_H

#include "dev/tc_kn02.h"
#include "dev/tc_pmag.h"

#define RIG_HZ   25000000u
#define RIG_SLOT 2u
#define RIG_MS   1000000ull

struct tc_pmag_rig {
    struct clock clock;
    struct mem *mem;
    struct dev_env env;
    struct dev_stats stats;
    struct trace tracing;
    struct state_set parts;
    struct tc_kn02 *kn02;
    const struct tc_pmag_model *model;
    void *card;
    bool io; /* the line to the CPU */
};

struct tc_pmag_rig *tc_pmag_rig_new(const struct tc_pmag_model *model);
void tc_pmag_rig_free(struct tc_pmag_rig *r);
void tc_pmag_rig_run(struct tc_pmag_rig *r, u64 ns);

/* By the CPU. False is a bus error. */
bool tc_pmag_rig_read(struct tc_pmag_rig *r, unsigned size, u32 off, u32 *val);
bool tc_pmag_rig_write(struct tc_pmag_rig *r, unsigned size, u32 off, u32 val);

u8 *tc_pmag_rig_ram(struct tc_pmag_rig *r);
struct io_pixels tc_pmag_rig_look(const struct tc_pmag_rig *r);

#endif
