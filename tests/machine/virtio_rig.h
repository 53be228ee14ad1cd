/* SPDX-License-Identifier: ISC */
/*
 * Whole machines of both boards with every kind of virtio device: the guest is a loop that stores
 * what a script says, and calls code, so that a test can be any driver. Queues are laid into memory
 * beforehand. Include it first: it brings cmocka.
 */
#ifndef MACHINE_VIRTIO_RIG_H
#define MACHINE_VIRTIO_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/host_poll.h"
#include "machine/board.h"

#define LOOP    0x00002000u /* where the guest's code is */
#define DELAY   0x00003000u /* a function that takes its time */
#define CODE    0x00004000u /* a function */
#define RESULT  0x00006000u /* what it says */
#define QUEUES  0x00008000u /* 0x1000 a device, then one more */
#define BUFFERS 0x00010000u
#define SCRIPT  0x00080000u
#define SECTORS 2048u

#define BALLOON_WORDS "balloon,size=16K,control=./far"
#define CONSOLE_WORDS "console,socket=./console,port=one:./one"

/* The second queue of whatever device of the machine uses two. */
#define SECOND (QUEUES + NDEVICES * 0x1000)

#define KSEG0(pa) (0x80000000u | (pa))
#define KSEG1(pa) (0xa0000000u | (pa))

enum {
    BLK,
    RNG,
    BALLOON,
    CONSOLE,
    P9,
    VSOCK,
    NDEVICES,

    NOTIFY = 0x50,
    ACK = 0x64,
};

struct rig {
    bool s161;
    struct machine m;
    struct s161_conf conf;
    struct vio_conf_list list;
    struct board board;
    u32 script; /* where its next line goes */
    u16 made[NDEVICES];
    u64 host_ns;
    struct far {
        char address[32];
        const char *said; /* what a peer has still to say; NULL: nobody is there */
        char heard[256];
    } far[3];
    unsigned nfar;
    struct host_poll poll;
    int listener, peer; /* a program at a socket of the guest's; 0: none */
    char peer_heard[64];
};

struct setup {
    bool s161;
    const struct vcpu_engine *engine;
    const struct buf *replay;
    bool record;
    bool shared; /* there are a directory and sockets of the host */
};

/* Of struct rig's `far`, in the order of the words that name them. */
enum {
    FAR_CONTROL,
    FAR_CONSOLE,
    FAR_ONE,
};

extern const struct setup rig_engines[4]; /* both boards, both engines */

int rig_set_up(void **state); /* a place for files */
int rig_tear_down(void **state);
void rig_new_image(void); /* each sector its number modulo 255, plus 1 */
u8 rig_image_byte(u32 sector);
const char *rig_in_folder(const char *name); /* of the shared directory, until the next call */

struct rig *rig_new(const struct setup *setup);
void rig_free(struct rig *r);
void rig_run(struct rig *r); /* the script, until it switches off */

/* ---- the script ---- */

void rig_line(struct rig *r, u32 va, u32 word);
void rig_set(struct rig *r, unsigned dev, u32 off, u32 val); /* a register */
void rig_call(struct rig *r);                                /* CODE */
void rig_power_off(struct rig *r);
void rig_let_time_pass(struct rig *r, unsigned n); /* 131,073 instructions each */
void rig_start(struct rig *r, unsigned dev);
void rig_start_both(struct rig *r, unsigned dev); /* two queues */
void rig_send(struct rig *r, unsigned dev, u16 head);
/* The n-th chain of queue `number`, whose rings are at `at`. */
void rig_offer(struct rig *r, unsigned dev, unsigned number, u32 at, u16 n, u16 head);

/* ---- memory, at once ---- */

u32 rig_base(const struct rig *r, unsigned dev); /* of its registers */
u32 rig_queue(unsigned dev);
void rig_store(const struct rig *r, u32 pa, u32 word);
void rig_desc(const struct rig *r, unsigned dev, u32 i, u32 pa, u32 len, u16 flags);
/* Descriptors from 3 * slot on: a request for one sector at pa. */
void rig_disk_request(struct rig *r, u32 slot, u32 type, u32 sector, u32 pa);

#endif
