/* SPDX-License-Identifier: ISC */
/*
 * The chips of a DECstation without CPU: registers are reached through memory, time passes when
 * told, what the chips do to the outside is written down. Without cmocka, because a fuzz target
 * uses it too.
 */
#ifndef DEV_TC_RIG_H
#define DEV_TC_RIG_H

#include "dev/tc_ds1287.h"
#include "dev/tc_dz.h"
#include "dev/tc_kn02.h"
#include "dev/tc_lance.h"
#include "dev/tc_prom.h"

#define RIG_HZ    25000000u
#define RIG_CYCLE 40u /* ns */
#define RIG_RAM   0x100000u
#define RIG_US    1000ull
#define RIG_MS    1000000ull
#define RIG_S     1000000000ull
#define RIG_EPOCH (1709210096ull * RIG_S) /* Thursday, 29 February 2024, 12:34:56 */
#define RIG_SLOT  1u                      /* of a card with one register, RAM and a ROM */

#define RIG_CARD_RAM      0x200000u
#define RIG_CARD_RAM_SIZE 0x2000u

#define RIG_LANCE_SLOT 6u
#define RIG_LANCE      ((u32)TC_KN02_SLOTS + RIG_LANCE_SLOT * TC_KN02_SLOT_SIZE)
#define RIG_MAC                                                                                    \
    {                                                                                              \
        0x08, 0x00, 0x2b, 0x12, 0x34, 0x56                                                         \
    }

struct tc_rig {
    struct clock clock;
    struct mem *mem;
    struct dev_env env;
    struct dev_stats stats;
    struct trace tracing;
    struct state_set parts;
    struct tc_kn02 *kn02;
    struct tc_dz *dz;
    struct tc_ds1287 *rtc;
    struct tc_prom *prom;
    struct tc_lance *lance;

    /* What was done to the outside. */
    bool io, bus, tick; /* lines to the CPU */
    bool off;
    u32 off_status;
    unsigned misuses, wrongs;
    u8 out[TC_DZ_LINES][64]; /* sent, the last ones */
    size_t nout[TC_DZ_LINES];
    u8 printed[8192]; /* by the PROM */
    size_t nprinted;
    u32 card;
    u8 frame[IO_ETHER_MAX]; /* sent last by the Ethernet card */
    u32 frame_len;
    unsigned frames;
};

struct tc_rig *tc_rig_new(u64 epoch_ns); /* 0: RIG_EPOCH */
void tc_rig_free(struct tc_rig *r);
void tc_rig_reset(struct tc_rig *r);

/* By the CPU. False is a bus error. */
bool tc_rig_read(struct tc_rig *r, unsigned size, u32 pa, u32 *val);
bool tc_rig_write(struct tc_rig *r, unsigned size, u32 pa, u32 val);

void tc_rig_run(struct tc_rig *r, u64 ns);

#endif
